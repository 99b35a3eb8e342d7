"""listAccessProfiles, on every backend."""

import pytest

from handlers.context import Context
from tests.handlers.samples import create, create_named, page, read


def names(context: Context, **filters: str | bool) -> list[str]:
    found = page(context, **filters)  # type: ignore[arg-type]
    assert found["count"] == found["total_count"] == len(found["access_profiles"])
    return [profile["name"] for profile in found["access_profiles"]]


def test_an_empty_store_has_an_empty_page(context: Context) -> None:
    assert page(context) == {
        "access_profiles": [],
        "count": 0,
        "total_count": 0,
        "limit": 25,
        "offset": 0,
    }


def test_a_limit_and_an_offset_are_clamped_and_told(context: Context) -> None:
    most = 2**31 - 1
    limits = {1: 1, 25: 25, 99: 99, 100: 100, 101: 100, most: 100, 0: 25, -1: 25, -most - 1: 25}
    offsets = {0: 0, 7: 7, most: most, -1: 0, -most - 1: 0}

    assert {limit: page(context, limit=limit)["limit"] for limit in limits} == limits
    assert {offset: page(context, offset=offset)["offset"] for offset in offsets} == offsets


def test_a_clamped_limit_is_the_number_of_rows(context: Context) -> None:
    create_named(context, *(f"p{number:03}" for number in range(101)))

    default, most = page(context, limit=0), page(context, limit=1000)

    assert (default["count"], default["total_count"], len(default["access_profiles"])) == (25, 101, 25)
    assert (most["count"], most["total_count"], len(most["access_profiles"])) == (100, 101, 100)


@pytest.mark.parametrize(
    ("limit", "offset", "expected"),
    [(2, 0, ["a", "b"]), (2, 2, ["c"]), (2, 3, []), (2, -5, ["a", "b"]), (25, 1, ["b", "c"])],
)
def test_a_page_holds_its_rows_in_the_order_of_their_ids(
    context: Context, limit: int, offset: int, expected: list[str]
) -> None:
    create_named(context, "a", "b", "c")

    found = page(context, limit=limit, offset=offset)

    assert [profile["name"] for profile in found["access_profiles"]] == expected
    assert (found["count"], found["total_count"]) == (len(expected), 3)


def test_a_row_is_what_get_gives(context: Context) -> None:
    created = create(
        context,
        {
            "name": "Analyst",
            "tags": ["eu"],
            "budgets": [{"max_limit": 0.1, "reset_duration": "1d"}],
            "rate_limit": {"token_max_limit": 5, "token_reset_duration": "1h"},
        },
    )

    [row] = page(context)["access_profiles"]

    assert row == created == read(context, created["id"])["access_profile"]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (None, ["Data Analyst", "100% sure"]),
        ("", ["Data Analyst", "100% sure"]),
        ("ANALYST", ["Data Analyst"]),
    ],
)
def test_a_search_that_is_missing_or_empty_keeps_all(
    context: Context, search: str | None, expected: list[str]
) -> None:
    create_named(context, "Data Analyst", "100% sure")

    assert [profile["name"] for profile in page(context, search=search)["access_profiles"]] == expected


@pytest.mark.parametrize(("search", "expected"), [("%", ["100% sure"]), ("_", []), ("a a", ["Data Analyst"])])
def test_a_search_is_taken_literally(context: Context, search: str, expected: list[str]) -> None:
    create_named(context, "Data Analyst", "100% sure")

    assert names(context, search=search) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (None, ["a", "b", "c"]),
        ("", ["a", "b", "c"]),
        ("eu", ["a", "c"]),
        ("us", ["b"]),
        ("eu,us", ["a", "b", "c"]),
        ("us,,eu,", ["a", "b", "c"]),
        ("EU", []),
        (" eu", []),
        ("e", []),
    ],
)
def test_tags_are_a_list_separated_by_commas(context: Context, tags: str | None, expected: list[str]) -> None:
    create_named(context, "a", tags=["eu"])
    create_named(context, "b", tags=["us"])
    create_named(context, "c", tags=["x", "eu"])

    assert [profile["name"] for profile in page(context, tags=tags)["access_profiles"]] == expected


def test_the_state_filters_both_ways(context: Context) -> None:
    on, _off = create_named(context, "on", "off")
    with context.store.write() as tx:
        tx.profiles.set_active(on, is_active=True)

    assert names(context, is_active=True) == ["on"]
    assert names(context, is_active=False) == ["off"]
    assert names(context) == ["on", "off"]


def test_filters_are_joined_by_and(context: Context) -> None:
    [wanted] = create_named(context, "Analyst", tags=["eu"])
    create_named(context, "Analyst 2", tags=["us"])
    create_named(context, "Sales", tags=["eu"])
    with context.store.write() as tx:
        tx.profiles.set_active(wanted, is_active=True)

    assert names(context, search="analyst", tags="eu,apac", is_active=True) == ["Analyst"]
    assert names(context, search="analyst", tags="eu", is_active=False) == []
