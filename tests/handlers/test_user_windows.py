"""The windows and limits of a user's copy at chosen instants, on every backend."""

from datetime import timedelta
from typing import Any

import pytest

from domain.records import ResetDuration
from domain.windows import ROLLING_LENGTH
from handlers.budget_overrides import update_user_access_profile_budget_override
from handlers.context import Context
from tests.handlers.holders import active, add_users, assign, at, shown

LONG_AGO = "2023-12-20T08:00:00"
ANCHOR = "2026-01-31T10:30:00"
DURATIONS: Any = ["1h", "1d", "1w", "1M", "1Q", "1Y"]
CALENDAR = DURATIONS[1:]


def give(context: Context, *, calendar_aligned: bool, budgets: Any) -> int:
    """Give ada a copy with these budgets and return the profile's id."""
    add_users(context, "ada")
    profile_id = active(context, {"name": "a", "budgets": budgets, "calendar_aligned": calendar_aligned})
    assign(context, "ada", profile_id)
    return profile_id


def budgets(context: Context) -> list[Any]:
    [copy] = shown(context, "ada")
    return list(copy["budgets"])


def short(instant: str) -> str:
    """Return an instant as the tables below write it: without seconds and zone, and a date for midnight."""
    return instant.removesuffix("Z").removesuffix(":00").removesuffix("T00:00")


@pytest.mark.parametrize(
    ("now", "windows"),
    [
        (
            "2026-03-01T00:00:00",
            [
                ("2026-03-01", "2026-03-02"),
                ("2026-02-23", "2026-03-02"),
                ("2026-03-01", "2026-04-01"),
                ("2026-01-01", "2026-04-01"),
                ("2026-01-01", "2027-01-01"),
            ],
        ),
        (
            "2026-02-28T23:59:59",
            [
                ("2026-02-28", "2026-03-01"),
                ("2026-02-23", "2026-03-02"),
                ("2026-02-01", "2026-03-01"),
                ("2026-01-01", "2026-04-01"),
                ("2026-01-01", "2027-01-01"),
            ],
        ),
        (
            "2024-02-29T12:00:00",
            [
                ("2024-02-29", "2024-03-01"),
                ("2024-02-26", "2024-03-04"),
                ("2024-02-01", "2024-03-01"),
                ("2024-01-01", "2024-04-01"),
                ("2024-01-01", "2025-01-01"),
            ],
        ),
        (
            "2027-01-01T00:00:00",
            [
                ("2027-01-01", "2027-01-02"),
                ("2026-12-28", "2027-01-04"),
                ("2027-01-01", "2027-02-01"),
                ("2027-01-01", "2027-04-01"),
                ("2027-01-01", "2028-01-01"),
            ],
        ),
    ],
)
def test_aligned_windows_follow_the_calendar(
    context: Context, now: str, windows: list[tuple[str, str]]
) -> None:
    lines = [{"max_limit": 1, "reset_duration": each} for each in CALENDAR]
    give(at(context, LONG_AGO), calendar_aligned=True, budgets=lines)

    found = [(short(b["last_reset"]), short(b["next_reset"])) for b in budgets(at(context, now))]
    assert found == windows


@pytest.mark.parametrize("now", ["2026-01-15", "2026-02-15", "2026-03-15"])
@pytest.mark.parametrize(
    ("months", "begins"),
    [
        ((1, 4, 7, 10), {"2026-01-15": "2026-01-01", "2026-02-15": "2026-01-01", "2026-03-15": "2026-01-01"}),
        ((2, 5, 8, 11), {"2026-01-15": "2025-11-01", "2026-02-15": "2026-02-01", "2026-03-15": "2026-02-01"}),
        ((3, 6, 9, 12), {"2026-01-15": "2025-12-01", "2026-02-15": "2025-12-01", "2026-03-15": "2026-03-01"}),
    ],
)
def test_a_quarter_begins_in_its_month(
    context: Context, now: str, months: tuple[int, ...], begins: dict[str, str]
) -> None:
    add_users(context, "ada")
    early = at(context, LONG_AGO)
    for month in months:
        quarter: Any = [
            {"max_limit": 1, "reset_duration": "1Q", "reset_config": {"quarter_start_month": month}}
        ]
        body: Any = {"name": f"q{month}", "budgets": quarter, "calendar_aligned": True}
        assign(early, "ada", active(early, body))

    found = [copy["budgets"][0]["last_reset"] for copy in shown(at(context, now), "ada")]
    assert found == [f"{begins[now]}T00:00:00Z"] * 4


@pytest.mark.parametrize(
    ("now", "windows"),
    [
        (
            "2026-03-02T10:29:59",
            [
                ("2026-03-02T09:30", "2026-03-02T10:30"),
                ("2026-03-01T10:30", "2026-03-02T10:30"),
                ("2026-02-28T10:30", "2026-03-07T10:30"),
                ("2026-01-31T10:30", "2026-03-02T10:30"),
                ("2026-01-31T10:30", "2026-05-01T10:30"),
                ("2026-01-31T10:30", "2027-01-31T10:30"),
            ],
        ),
        (
            "2026-03-02T10:30:00",
            [
                ("2026-03-02T10:30", "2026-03-02T11:30"),
                ("2026-03-02T10:30", "2026-03-03T10:30"),
                ("2026-02-28T10:30", "2026-03-07T10:30"),
                ("2026-03-02T10:30", "2026-04-01T10:30"),
                ("2026-01-31T10:30", "2026-05-01T10:30"),
                ("2026-01-31T10:30", "2027-01-31T10:30"),
            ],
        ),
        (
            "2027-02-01T00:00:00",
            [
                ("2027-01-31T23:30", "2027-02-01T00:30"),
                ("2027-01-31T10:30", "2027-02-01T10:30"),
                ("2027-01-30T10:30", "2027-02-06T10:30"),
                ("2027-01-26T10:30", "2027-02-25T10:30"),
                ("2027-01-26T10:30", "2027-04-26T10:30"),
                ("2027-01-31T10:30", "2028-01-31T10:30"),
            ],
        ),
    ],
)
def test_rolling_windows_follow_the_copy(context: Context, now: str, windows: list[tuple[str, str]]) -> None:
    give(
        at(context, ANCHOR),
        calendar_aligned=False,
        budgets=[{"max_limit": 1, "reset_duration": each} for each in DURATIONS],
    )

    found = [(short(b["last_reset"]), short(b["next_reset"])) for b in budgets(at(context, now))]
    assert found == windows


def test_a_clock_behind_the_copy_shows_its_first_window(context: Context) -> None:
    then = at(context, ANCHOR)
    lines = [{"max_limit": 1, "reset_duration": each} for each in DURATIONS]
    give(then, calendar_aligned=False, budgets=lines)

    found = budgets(at(context, then.now - timedelta(hours=3)))

    ends = [then.now + ROLLING_LENGTH[ResetDuration(each)] for each in DURATIONS]
    assert {budget["last_reset"] for budget in found} == {f"{ANCHOR}Z"}
    assert [budget["next_reset"] for budget in found] == [f"{end:%Y-%m-%dT%H:%M:%SZ}" for end in ends]


def test_the_counters_of_a_rate_limit_have_windows_of_their_own(context: Context) -> None:
    then = at(context, ANCHOR)
    add_users(then, "ada")
    limit: Any = {
        "token_max_limit": 9,
        "token_reset_duration": "1h",
        "request_max_limit": 9,
        "request_reset_duration": "1M",
    }
    assign(then, "ada", active(then, {"name": "a", "rate_limit": limit}))

    [copy] = shown(at(context, "2026-03-02T10:29:59"), "ada")
    found = copy["rate_limit"]
    assert (found["token_last_reset"], found["token_next_reset"]) == (
        "2026-03-02T09:30:00Z",
        "2026-03-02T10:30:00Z",
    )
    assert (found["request_last_reset"], found["request_next_reset"]) == (
        "2026-01-31T10:30:00Z",
        "2026-03-02T10:30:00Z",
    )


SET_THREE = ("2026-02-10", {"amount": 50, "mode": "cycles", "cycles": 3})


@pytest.mark.parametrize(
    ("overrides", "now", "remaining", "limit"),
    [
        (
            [("2026-02-10", {"amount": 50, "mode": "cycles", "cycles": 1})],
            "2026-02-28T23:59:59.999999",
            1,
            150,
        ),
        ([("2026-02-10", {"amount": 50, "mode": "cycles", "cycles": 1})], "2026-03-01", None, 100),
        ([SET_THREE], "2026-03-15", 2, 150),
        ([SET_THREE], "2026-04-30T23:59:59", 1, 150),
        ([SET_THREE], "2026-09-01", None, 100),
        ([("2026-02-10", {"amount": 50, "mode": "forever"})], "2031-07-01", None, 150),
        (
            [SET_THREE, ("2026-03-05", {"amount": 20, "mode": "cycles", "cycles": 1})],
            "2026-03-31",
            1,
            120,
        ),
    ],
)
def test_the_limit_in_force_follows_the_override(
    context: Context, overrides: list[tuple[str, Any]], now: str, remaining: int | None, limit: int
) -> None:
    monthly = [{"max_limit": 100, "reset_duration": "1M"}]
    profile_id = give(at(context, "2026-01-05"), calendar_aligned=True, budgets=monthly)
    [line] = budgets(context)
    for when, body in overrides:
        update_user_access_profile_budget_override(at(context, when), "ada", profile_id, line["id"], body)

    [found] = budgets(at(context, now))

    assert (found["max_limit"], found["effective_max_limit"]) == (100, limit)
    assert found.get("override_cycles_remaining") == remaining
    assert ("override_amount" in found) is (limit != 100)
