"""Roles, attachments, users and their copies, on every backend."""

from dataclasses import fields
from datetime import timedelta

import pytest

from domain.errors import Conflict, DomainError, NotFound
from domain.records import NewUserAccessProfile, Role, RoleAttachment
from store.api import Store
from tests.store.samples import NOW, add_profiles, full_policy, new_copy, user


def add_roles(store: Store, *names: str) -> list[int]:
    with store.write() as tx:
        return [tx.roles.add(name, None, NOW).id for name in names]


def attachments(store: Store, profile_id: int) -> tuple[RoleAttachment, ...]:
    with store.read() as tx:
        return tx.profiles.get(profile_id).roles


def user_count(store: Store, profile_id: int) -> int:
    with store.read() as tx:
        return tx.profiles.get(profile_id).user_count


def attach(store: Store, profile_id: int, role_id: int, *, is_default: bool = False) -> RoleAttachment:
    with store.write() as tx:
        return tx.roles.attach(profile_id, role_id, is_default=is_default)


def add_copies(store: Store, *copies: NewUserAccessProfile) -> list[int]:
    with store.write() as tx:
        return [tx.copies.add(copy).id for copy in copies]


def add_users(store: Store, *user_ids: str) -> None:
    with store.write() as tx:
        for user_id in user_ids:
            tx.users.add(user(user_id))


def test_roles_are_listed_by_id_as_they_were_added(store: Store) -> None:
    with store.write() as tx:
        first = tx.roles.add("Sales", "Sells.", NOW)
        second = tx.roles.add("Analyst", None, NOW + timedelta(microseconds=1))

    assert first == Role(id=1, name="Sales", description="Sells.", created_at=NOW)
    assert second == Role(id=2, name="Analyst", description=None, created_at=NOW + timedelta(microseconds=1))
    with store.read() as tx:
        assert list(tx.roles.list()) == [first, second]


def test_the_name_of_a_role_is_taken_once(store: Store) -> None:
    add_roles(store, "Sales", "sales")

    with pytest.raises(Conflict) as refused:
        add_roles(store, "Sales")

    assert (refused.value.kind, refused.value.field, refused.value.value) == ("role", "name", "Sales")


def test_attachments_are_listed_by_their_ids(store: Store) -> None:
    [profile_id, other] = add_profiles(store, ["p", "other"])
    [sales, analyst] = add_roles(store, "Sales", "Analyst")

    first = attach(store, profile_id, analyst, is_default=True)
    elsewhere = attach(store, other, analyst)
    second = attach(store, profile_id, sales)

    assert first == RoleAttachment(first.id, profile_id, analyst, "Analyst", is_default=True)
    assert second == RoleAttachment(second.id, profile_id, sales, "Sales", is_default=False)
    assert first.id < elsewhere.id < second.id
    assert attachments(store, profile_id) == (first, second)
    assert attachments(store, other) == (elsewhere,)


def test_attaching_again_changes_the_attachment_that_is_there(store: Store) -> None:
    [profile_id] = add_profiles(store, ["p"])
    [sales, analyst] = add_roles(store, "Sales", "Analyst")
    first = attach(store, profile_id, sales, is_default=False)
    second = attach(store, profile_id, analyst, is_default=True)

    changed = attach(store, profile_id, sales, is_default=True)

    assert changed == RoleAttachment(first.id, profile_id, sales, "Sales", is_default=True)
    assert attachments(store, profile_id) == (changed, second)


@pytest.mark.parametrize(
    ("profile_id", "role_id", "kind", "key"),
    [(9, 1, "access profile", 9), (1, 9, "role", 9), (9, 9, "access profile", 9)],
)
def test_an_unknown_profile_or_role_cannot_be_attached(
    store: Store, profile_id: int, role_id: int, kind: str, key: int
) -> None:
    add_profiles(store, ["p"])
    add_roles(store, "Sales")

    with pytest.raises(NotFound) as refused:
        attach(store, profile_id, role_id)

    assert (refused.value.kind, refused.value.key) == (kind, key)


def test_users_are_listed_by_id_in_ascending_order(store: Store) -> None:
    add_users(store, "carol", "Zoe", "ada", "bob", "élise")

    with store.read() as tx:
        assert list(tx.users.ids()) == ["Zoe", "ada", "bob", "carol", "élise"]


def test_the_id_of_a_user_is_taken_once(store: Store) -> None:
    add_users(store, "ada", "Ada")

    with pytest.raises(Conflict) as refused:
        add_users(store, "ada")

    assert (refused.value.kind, refused.value.field, refused.value.value) == ("user", "id", "ada")


def test_a_user_needs_a_role_that_is_there(store: Store) -> None:
    [role_id] = add_roles(store, "Sales")
    with store.write() as tx:
        tx.users.add(user("ada", role_id))

    with pytest.raises(NotFound) as refused, store.write() as tx:
        tx.users.add(user("bob", role_id + 1))

    assert (refused.value.kind, refused.value.key) == ("role", role_id + 1)


def test_a_taken_id_is_told_before_an_unknown_role(store: Store) -> None:
    add_users(store, "ada")

    with pytest.raises(Conflict), store.write() as tx:
        tx.users.add(user("ada", 9))


def test_the_members_of_a_role_are_counted(store: Store) -> None:
    sales, analyst, nobody = add_roles(store, "Sales", "Analyst", "Nobody")
    with store.write() as tx:
        for user_id, role_id in (("ada", sales), ("bob", sales), ("carol", analyst), ("dan", None)):
            tx.users.add(user(user_id, role_id))
        tx.users.save(user("carol", sales))

    with store.read() as tx:
        found = [tx.users.count_in_role(role_id) for role_id in (sales, analyst, nobody, nobody + 1)]
        assert found == [len(tx.users.in_role(role_id)) for role_id in (sales, analyst, nobody, nobody + 1)]
    assert found == [3, 0, 0, 0]


def test_the_number_of_holders_grows_with_each_copy(store: Store) -> None:
    [first, second, third] = add_profiles(store, ["a", "b", "c"])
    add_users(store, "ada", "bob")

    ids = add_copies(store, new_copy("ada", first), new_copy("bob", first), new_copy("ada", second))

    assert ids == sorted(set(ids))
    assert [user_count(store, each) for each in (first, second, third)] == [2, 1, 0]


def test_a_copy_may_have_every_field(store: Store) -> None:
    [profile_id] = add_profiles(store, ["a"])
    add_users(store, "ada")

    new = NewUserAccessProfile(
        "ada", profile_id, "a", full_policy(), NOW, is_active=False, expires_at=NOW + timedelta(days=1)
    )
    [copy_id] = add_copies(store, new)

    with store.read() as tx:
        kept = tx.copies.get(copy_id)
    assert {part.name: getattr(kept, part.name) for part in fields(new)} == {
        part.name: getattr(new, part.name) for part in fields(new)
    }
    assert user_count(store, profile_id) == 1


def test_a_user_holds_one_copy_of_a_profile(store: Store) -> None:
    [profile_id] = add_profiles(store, ["a"])
    add_users(store, "ada")
    add_copies(store, new_copy("ada", profile_id))

    with pytest.raises(Conflict) as refused:
        add_copies(store, new_copy("ada", profile_id))

    assert (refused.value.kind, refused.value.value) == ("copy", str(profile_id))
    assert user_count(store, profile_id) == 1


@pytest.mark.parametrize(
    ("user_id", "profile_id", "kind", "key"),
    [("bob", 1, "user", "bob"), ("ada", 9, "access profile", 9), ("bob", 9, "user", "bob")],
)
def test_a_copy_needs_a_user_and_a_profile(
    store: Store, user_id: str, profile_id: int, kind: str, key: object
) -> None:
    add_profiles(store, ["a"])
    add_users(store, "ada")

    with pytest.raises(NotFound) as refused:
        add_copies(store, new_copy(user_id, profile_id))

    assert (refused.value.kind, refused.value.key) == (kind, key)
    assert user_count(store, 1) == 0


def test_a_refused_copy_does_not_count_when_its_transaction_goes_on(store: Store) -> None:
    [profile_id] = add_profiles(store, ["a"])
    add_users(store, "ada", "bob")

    with store.write() as tx:
        for user_id in ("ada", "ada", "nobody", "bob"):
            try:
                tx.copies.add(new_copy(user_id, profile_id))
            except DomainError:
                continue

    assert user_count(store, profile_id) == 2
