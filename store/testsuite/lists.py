"""Lists of templates: order, pages and filters."""

import pytest

from store.api import ProfileFilter, Store
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.samples import add_profiles, names_of, new_profile, profile_of


def add_tagged(store: Store, tags_by_name: dict[str, list[str]]) -> None:
    with store.write() as tx:
        for name, tags in tags_by_name.items():
            tx.profiles.add(new_profile(name, tags=tags))


class ListSuite(StoreFixtures):
    """Order, pages and filters."""

    def test_rows_are_ordered_by_id(self, store: Store) -> None:
        names = ["delta", "Alpha", "charlie", "bravo"]

        ids = add_profiles(store, names)

        with store.read() as tx:
            rows = tx.profiles.list(ProfileFilter(), limit=25, offset=0).rows
        assert [(row.id, row.name) for row in rows] == list(zip(ids, names, strict=True))

    @pytest.mark.parametrize(
        ("limit", "offset", "expected"),
        [
            (25, 0, [1, 2, 3, 4, 5]),
            (5, 0, [1, 2, 3, 4, 5]),
            (2, 0, [1, 2]),
            (2, 2, [3, 4]),
            (2, 4, [5]),
            (2, 5, []),
            (1, 4, [5]),
            (100, 3, [4, 5]),
            (2, 2_147_483_647, []),
        ],
    )
    def test_a_page_has_its_rows_and_the_total(
        self, store: Store, limit: int, offset: int, expected: list[int]
    ) -> None:
        add_profiles(store, [f"p{number}" for number in range(1, 6)])

        with store.read() as tx:
            page = tx.profiles.list(ProfileFilter(), limit=limit, offset=offset)

        assert [row.name for row in page.rows] == [f"p{number}" for number in expected]
        assert page.total_count == 5

    def test_pages_of_a_filtered_list_hold_each_match_once(self, store: Store) -> None:
        add_tagged(store, {f"p{number}": ["odd" if number % 2 else "even"] for number in range(11)})
        odd = ProfileFilter(tags=("odd",))

        with store.read() as tx:
            pages = [tx.profiles.list(odd, limit=2, offset=offset) for offset in range(0, 8, 2)]

        assert [[row.name for row in page.rows] for page in pages] == [["p1", "p3"], ["p5", "p7"], ["p9"], []]
        assert {page.total_count for page in pages} == {5}

    @pytest.mark.parametrize(
        ("search", "expected"),
        [
            ("", ["Data Analyst", "analytics", "École", "STRASSE", "Σίσυφος"]),
            ("anal", ["Data Analyst", "analytics"]),
            ("ANAL", ["Data Analyst", "analytics"]),
            ("a A", ["Data Analyst"]),
            ("é", ["École"]),
            ("e", ["École", "STRASSE"]),
            ("straße", ["STRASSE"]),
            ("σίσυφοσ", ["Σίσυφος"]),
            ("nothing", []),
            (" ", ["Data Analyst"]),
        ],
    )
    def test_a_search_keeps_the_names_that_contain_it_in_any_case(
        self, store: Store, search: str, expected: list[str]
    ) -> None:
        add_profiles(store, ["Data Analyst", "analytics", "École", "STRASSE", "Σίσυφος"])

        assert names_of(store, ProfileFilter(search=search)) == expected

    @pytest.mark.parametrize(
        "special", ["%", "_", "\\", "/", "*", "?", "[", "'", '"', "^", "\\%", "/_", "%%"]
    )
    def test_special_characters_stand_for_themselves(self, store: Store, special: str) -> None:
        add_profiles(store, [f"with {special} in it", "without it", "a-b c.d"])

        assert names_of(store, ProfileFilter(search=special)) == [f"with {special} in it"]
        assert names_of(store, ProfileFilter(search=f"h {special} i")) == [f"with {special} in it"]

    @pytest.mark.parametrize(
        ("tags", "expected"),
        [
            ((), ["a", "b", "c", "d"]),
            (("eu",), ["a", "b"]),
            (("finance",), ["a", "c"]),
            (("eu", "finance"), ["a", "b", "c"]),
            (("finance", "eu", "eu"), ["a", "b", "c"]),
            (("EU",), []),
            (("e",), []),
            (("eu ",), []),
            (("eu%",), []),
            (("nothing", "finance"), ["a", "c"]),
            (("nothing",), []),
        ],
    )
    def test_any_of_the_tags_is_enough_and_each_is_compared_exactly(
        self, store: Store, tags: tuple[str, ...], expected: list[str]
    ) -> None:
        add_tagged(store, {"a": ["eu", "finance"], "b": ["eu"], "c": ["finance", "eu2"], "d": []})

        assert names_of(store, ProfileFilter(tags=tags)) == expected

    @pytest.mark.parametrize("tag", ["größe", "a%b", "a_b", "'", '"', "[]", "日本", "a b"])
    def test_a_tag_may_hold_any_text(self, store: Store, tag: str) -> None:
        add_tagged(store, {"other": ["aXb", "x"], "tagged": ["z", tag]})

        assert names_of(store, ProfileFilter(tags=(tag,))) == ["tagged"]

    def test_tags_keep_their_order(self, store: Store) -> None:
        with store.write() as tx:
            added = tx.profiles.add(new_profile("a", tags=["z", "B", "a"]))

        assert profile_of(store, added.id).tags == ("z", "B", "a")

    def test_a_thousand_tags_can_be_carried_and_asked_for(self, store: Store) -> None:
        tags = [f"t{number}" for number in range(1000)]
        add_tagged(store, {"many": tags, "none": []})

        assert names_of(store, ProfileFilter(tags=("t999",))) == ["many"]
        assert names_of(store, ProfileFilter(tags=tuple(tags))) == ["many"]

    def test_the_state_filters(self, store: Store) -> None:
        with store.write() as tx:
            tx.profiles.add(new_profile("on", is_active=True))
            later = tx.profiles.add(new_profile("later"))
            tx.profiles.add(new_profile("off"))
            tx.profiles.set_active(later.id, is_active=True)

        assert names_of(store, ProfileFilter(is_active=True)) == ["on", "later"]
        assert names_of(store, ProfileFilter(is_active=False)) == ["off"]
        assert names_of(store, ProfileFilter(is_active=None)) == ["on", "later", "off"]

    @pytest.mark.parametrize(
        ("profile_filter", "expected"),
        [
            (ProfileFilter("an", ("eu",), is_active=True), ["Analyst"]),
            (ProfileFilter("an", ("eu", "us"), is_active=True), ["Analyst", "Manager"]),
            (ProfileFilter("an", ("eu",)), ["Analyst", "Clean"]),
            (ProfileFilter("", ("eu",), is_active=False), ["Clean"]),
            (ProfileFilter("MAN", (), is_active=False), []),
        ],
    )
    def test_filters_are_joined_by_and(
        self, store: Store, profile_filter: ProfileFilter, expected: list[str]
    ) -> None:
        with store.write() as tx:
            tx.profiles.add(new_profile("Analyst", tags=["eu", "us"], is_active=True))
            tx.profiles.add(new_profile("Manager", tags=["us"], is_active=True))
            tx.profiles.add(new_profile("Clean", tags=["eu"]))
            tx.profiles.add(new_profile("Sales", tags=["eu"], is_active=True))

        assert names_of(store, profile_filter) == expected
