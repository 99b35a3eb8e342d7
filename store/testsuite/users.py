"""Users and groups."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.records import Group, User
from store.api import Store
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.refusals import not_found
from store.testsuite.samples import (
    NOW,
    UNKNOWN,
    add_copies,
    add_profiles,
    add_roles,
    add_users,
    new_copy,
    user,
    user_count,
    virtual_key,
)

BY_CODE_POINTS = ["Ada", "Zoe", "ada", "ada-2", "bob", "carol", "élise", "ﬀ", "😀"]
"""Ids in the order of their code points; text in UTF-16 would have the last two the other way round."""


def add_groups(store: Store, *group_ids: str) -> None:
    with store.write() as tx:
        for group_id in group_ids:
            tx.users.add_group(Group(group_id, f"Group {group_id}"))


def kept_user(store: Store, user_id: str) -> User:
    with store.read() as tx:
        return tx.users.get(user_id)


def in_groups(store: Store, *group_ids: str) -> list[str]:
    with store.read() as tx:
        return list(tx.users.in_groups(group_ids))


class UserSuite(StoreFixtures):
    """Users and groups."""

    def test_a_user_is_read_as_added(self, store: Store) -> None:
        [role_id] = add_roles(store, "Sales")
        add_groups(store, "emea", "all")
        ada = User("ada@corp/1", "Ada 日本", "ada@example.com", role_id, NOW, ("all", "emea"))

        add_users(store, ada, "bob")

        assert kept_user(store, "ada@corp/1") == ada
        assert kept_user(store, "bob") == user("bob")

    def test_users_are_listed_by_the_code_points_of_their_ids(self, store: Store) -> None:
        add_users(store, *reversed(BY_CODE_POINTS))

        with store.read() as tx:
            assert list(tx.users.ids()) == BY_CODE_POINTS
            assert [row.id for row in tx.users.list(limit=25, offset=0).rows] == BY_CODE_POINTS

    @pytest.mark.parametrize(
        ("limit", "offset", "expected"),
        [(25, 0, "abcde"), (2, 0, "ab"), (2, 2, "cd"), (2, 4, "e"), (2, 5, ""), (1, 2_147_483_647, "")],
    )
    def test_a_page_of_users_has_its_rows_and_the_total(
        self, store: Store, limit: int, offset: int, expected: str
    ) -> None:
        add_groups(store, "x", "y")
        kept = {user_id: user(user_id, None, "x", "y") for user_id in "ecabd"}
        add_users(store, *kept.values())

        with store.read() as tx:
            page = tx.users.list(limit=limit, offset=offset)

        assert page.rows == tuple(kept[user_id] for user_id in expected)
        assert page.total_count == 5

    def test_a_saved_user_is_kept_whole(self, store: Store) -> None:
        [sales, legal] = add_roles(store, "Sales", "Legal")
        add_groups(store, "a", "b", "c")
        add_users(store, user("ada", sales, "a", "b"), user("bob", sales, "a"))
        changed = User("ada", "Ada L.", "al@example.com", legal, NOW + timedelta(days=1), ("b", "c"))

        with store.write() as tx:
            tx.users.save(changed)

        assert kept_user(store, "ada") == changed
        assert kept_user(store, "bob") == user("bob", sales, "a")
        assert [in_groups(store, group) for group in "abc"] == [["bob"], ["ada"], ["ada"]]

    def test_a_user_may_be_saved_without_a_role_or_group(self, store: Store) -> None:
        [role_id] = add_roles(store, "Sales")
        add_groups(store, "a")
        add_users(store, user("ada", role_id, "a"))

        with store.write() as tx:
            tx.users.save(user("ada"))

        assert kept_user(store, "ada") == user("ada")
        assert in_groups(store, "a") == []

    def test_members_of_a_role_are_told_by_the_code_points_of_their_ids(self, store: Store) -> None:
        [sales, legal] = add_roles(store, "Sales", "Legal")
        add_users(store, *(user(user_id, sales) for user_id in reversed(BY_CODE_POINTS)))
        add_users(store, user("dan", legal), "eve")

        with store.read() as tx:
            assert list(tx.users.in_role(sales)) == BY_CODE_POINTS
            counted = [tx.users.count_in_role(role_id) for role_id in (sales, legal, UNKNOWN)]
            assert counted == [len(BY_CODE_POINTS), 1, 0]
            assert list(tx.users.in_role(legal)) == ["dan"]
            assert list(tx.users.in_role(UNKNOWN)) == []

    def test_groups_are_listed_by_the_code_points_of_their_ids(self, store: Store) -> None:
        add_groups(store, *reversed(BY_CODE_POINTS))

        with store.read() as tx:
            assert list(tx.users.groups()) == [Group(each, f"Group {each}") for each in BY_CODE_POINTS]

    def test_members_of_several_groups_are_told_once_and_in_order(self, store: Store) -> None:
        add_groups(store, "a", "b", "c")
        add_users(
            store,
            user("Zoe", None, "b"),
            user("carol", None, "a", "b"),
            user("élise", None, "a"),
            user("bob", None, "b", "a", "c"),
            user("ada", None, "c"),
            user("dan"),
        )

        assert in_groups(store, "a", "b") == ["Zoe", "bob", "carol", "élise"]
        assert in_groups(store, "b", "a", "b", "nothing") == ["Zoe", "bob", "carol", "élise"]
        assert in_groups(store, "c") == ["ada", "bob"]

    def test_no_group_has_no_members(self, store: Store) -> None:
        add_groups(store, "a", "empty")
        add_users(store, user("ada", None, "a"), "bob")

        assert in_groups(store) == []
        assert in_groups(store, "nothing") == []
        assert in_groups(store, "empty") == []

    def test_members_of_groups_may_be_asked_for_with_any_iterable(self, store: Store) -> None:
        add_groups(store, "a")
        add_users(store, user("ada", None, "a"))

        with store.read() as tx:
            assert list(tx.users.in_groups(iter(["a", "a"]))) == ["ada"]
            assert list(tx.users.in_groups(f"g{number}" for number in range(2000))) == []

    def test_the_groups_of_a_user_are_told_once_and_in_order(self, store: Store) -> None:
        add_groups(store, "b", "a", "B")
        add_users(store, user("ada", None, "b", "a", "B", "a"))

        assert kept_user(store, "ada").group_ids == ("B", "a", "b")
        with store.write() as tx:
            tx.users.save(user("ada", None, "b", "b", "a"))
        assert kept_user(store, "ada").group_ids == ("a", "b")

    def test_a_deleted_user_is_gone_with_copies_and_virtual_keys(self, store: Store) -> None:
        [first, second] = add_profiles(store, ["a", "b"])
        [role_id] = add_roles(store, "Sales")
        add_groups(store, "g")
        add_users(store, user("ada", role_id, "g"), user("bob", role_id, "g"))
        [mine, orphan, other] = add_copies(
            store, new_copy("ada", first), new_copy("ada", second), new_copy("bob", first)
        )
        with store.write() as tx:
            for number, copy in enumerate((mine, orphan, other)):
                tx.virtual_keys.add(virtual_key(str(number), copy))
            # A copy without a parent goes as well.
            tx.profiles.delete(second)

        with store.write() as tx:
            tx.users.delete("ada")

        assert user_count(store, first) == 1
        with store.read() as reading:
            assert list(reading.users.ids()) == ["bob"]
            assert reading.users.list(limit=5, offset=0).total_count == 1
            assert list(reading.users.in_role(role_id)) == ["bob"]
            assert list(reading.users.in_groups(["g"])) == ["bob"]
            assert list(reading.copies.of_user("ada")) == []
            assert list(reading.copies.of_profile(first)) == [other]
            assert reading.copies.find("ada", first) is None
            assert list(reading.virtual_keys.of_user("ada")) == []
            assert [key.id for key in reading.virtual_keys.of_user("bob")] == ["2"]
        with not_found("user", "ada"):
            kept_user(store, "ada")

    def test_the_id_of_a_deleted_user_is_free_and_brings_nothing_back(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["a"])
        add_groups(store, "g")
        add_users(store, user("ada", None, "g"))
        [copy] = add_copies(store, new_copy("ada", profile_id))
        with store.write() as tx:
            tx.virtual_keys.add(virtual_key("1", copy))
            tx.users.delete("ada")

        add_users(store, "ada")

        assert kept_user(store, "ada") == user("ada")
        with store.read() as reading:
            assert list(reading.copies.of_user("ada")) == []
            assert list(reading.virtual_keys.of_user("ada")) == []
        [again] = add_copies(store, new_copy("ada", profile_id))
        assert again == replace(copy, id=again.id)
        assert again.id > copy.id

    def test_missing_groups_are_those_that_no_group_has_each_once_by_code_points(self, store: Store) -> None:
        with store.write() as tx:
            tx.users.add_group(Group("eu", "Europe"))
            numbered = [f"group {number}" for number in range(1000)]

            found = tx.users.missing_groups(["\U0001f600", "a", "eu", "\ufffd", "B", "a", "EU"])
            assert list(found) == ["B", "EU", "a", "\ufffd", "\U0001f600"]
            assert list(tx.users.missing_groups(["eu"])) == []
            assert list(tx.users.missing_groups([])) == []
            assert list(tx.users.missing_groups(iter(numbered))) == sorted(numbered)
            assert tx.users.count_in_role(UNKNOWN) == 0
        with store.read() as reading:
            assert list(reading.users.missing_groups(["eu", "us"])) == ["us"]
