"""Roles and their attachments."""

from dataclasses import replace
from datetime import timedelta

from domain.records import Role, RoleAttachment
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
)


def attachments(store: Store, profile_id: int) -> tuple[RoleAttachment, ...]:
    with store.read() as tx:
        return tx.profiles.get(profile_id).roles


def attach(store: Store, profile_id: int, role_id: int, *, is_default: bool = False) -> RoleAttachment:
    with store.write() as tx:
        return tx.roles.attach(profile_id, role_id, is_default=is_default)


class RoleSuite(StoreFixtures):
    """Roles and their attachments."""

    def test_roles_are_listed_by_id_as_they_were_added(self, store: Store) -> None:
        with store.write() as tx:
            first = tx.roles.add("Sales", "Sells.", NOW)
            second = tx.roles.add("sales", None, NOW + timedelta(microseconds=1))

        assert first == Role(first.id, "Sales", "Sells.", NOW)
        assert second == Role(second.id, "sales", None, NOW + timedelta(microseconds=1))
        assert 1 <= first.id < second.id
        with store.read() as reading:
            assert list(reading.roles.list()) == [first, second]
            assert reading.roles.get(second.id) == second

    def test_a_saved_role_is_kept_whole(self, store: Store) -> None:
        [role_id, other_id] = add_roles(store, "Sales", "Legal")
        changed = Role(role_id, "Retail", "Sells.", NOW)

        with store.write() as tx:
            tx.roles.save(changed)

        with store.read() as reading:
            assert [reading.roles.get(role_id), reading.roles.get(other_id).name] == [changed, "Legal"]
        assert len(add_roles(store, "Sales")) == 1

    def test_attachments_bear_the_name_that_their_role_was_saved_under(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["p"])
        [role_id, other_id] = add_roles(store, "Sales", "Legal")
        attached = attach(store, profile_id, role_id, is_default=True)
        other = attach(store, profile_id, other_id)

        with store.write() as tx:
            tx.roles.save(replace(tx.roles.get(role_id), name="Retail"))

        renamed = replace(attached, role_name="Retail")
        assert attachments(store, profile_id) == (renamed, other)
        with store.read() as reading:
            assert list(reading.roles.attachments(role_id)) == [renamed]

    def test_a_role_may_be_saved_under_its_own_name(self, store: Store) -> None:
        [role_id] = add_roles(store, "Sales")
        changed = Role(role_id, "Sales", "Sells.", NOW)

        with store.write() as tx:
            tx.roles.save(changed)

            assert tx.roles.get(role_id) == changed

    def test_a_deleted_role_is_gone_with_its_attachments(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["p"])
        [deleted, kept] = add_roles(store, "Sales", "Legal")
        attach(store, profile_id, deleted, is_default=True)
        left = attach(store, profile_id, kept)

        with store.write() as tx:
            tx.roles.delete(deleted)

        assert attachments(store, profile_id) == (left,)
        with store.read() as reading:
            assert [role.id for role in reading.roles.list()] == [kept]
            assert list(reading.roles.attachments(deleted)) == []
        with not_found("role", deleted), store.read() as reading:
            reading.roles.get(deleted)

    def test_the_name_of_a_deleted_role_is_free_and_its_id_is_not_given_again(self, store: Store) -> None:
        [_, deleted] = add_roles(store, "Legal", "Sales")
        with store.write() as tx:
            tx.roles.delete(deleted)

        assert add_roles(store, "Sales")[0] > deleted

    def test_members_of_a_deleted_role_stay_without_a_role_and_keep_their_copies(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["p"])
        [deleted, kept] = add_roles(store, "Sales", "Legal")
        add_users(store, user("ada", deleted), user("bob", kept))
        [granted, other] = add_copies(
            store, new_copy("ada", profile_id, deleted), new_copy("bob", profile_id, kept)
        )

        with store.write() as tx:
            tx.roles.delete(deleted)

        with store.read() as reading:
            assert (reading.users.get("ada").role_id, reading.users.get("bob").role_id) == (None, kept)
            assert list(reading.users.in_role(deleted)) == []
            assert reading.copies.get(granted.id) == replace(granted, granted_by_role_id=None)
            assert reading.copies.get(other.id) == other
        assert user_count(store, profile_id) == 2

    def test_attachments_are_listed_by_their_ids(self, store: Store) -> None:
        [profile_id, other_id] = add_profiles(store, ["p", "other"])
        [sales, analyst] = add_roles(store, "Sales", "Analyst")

        first = attach(store, other_id, analyst, is_default=True)
        second = attach(store, profile_id, analyst)
        third = attach(store, profile_id, sales)
        fourth = attach(store, other_id, sales)

        assert first == RoleAttachment(first.id, other_id, analyst, "Analyst", is_default=True)
        assert third == RoleAttachment(third.id, profile_id, sales, "Sales", is_default=False)
        assert first.id < second.id < third.id < fourth.id
        assert attachments(store, profile_id) == (second, third)
        assert attachments(store, other_id) == (first, fourth)
        with store.read() as tx:
            assert list(tx.roles.attachments(analyst)) == [first, second]
            assert list(tx.roles.attachments(sales)) == [third, fourth]
            assert list(tx.roles.attachments(UNKNOWN)) == []

    def test_attaching_again_changes_the_attachment_that_is_there(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["p"])
        [sales, analyst] = add_roles(store, "Sales", "Analyst")
        first = attach(store, profile_id, sales, is_default=False)
        second = attach(store, profile_id, analyst, is_default=True)

        changed = attach(store, profile_id, sales, is_default=True)

        assert changed == RoleAttachment(first.id, profile_id, sales, "Sales", is_default=True)
        assert attachments(store, profile_id) == (changed, second)

    def test_a_detached_profile_leaves_its_role_alone(self, store: Store) -> None:
        [profile_id, other_id] = add_profiles(store, ["p", "other"])
        [sales, legal] = add_roles(store, "Sales", "Legal")
        detached = attach(store, profile_id, sales)
        kept = [attach(store, profile_id, legal), attach(store, other_id, sales)]

        with store.write() as tx:
            tx.roles.detach(profile_id, sales)
            with not_found("attachment", f"of access profile {profile_id} to role {sales}"):
                tx.roles.detach(profile_id, sales)

        assert [*attachments(store, profile_id), *attachments(store, other_id)] == kept
        assert attach(store, profile_id, sales).id > detached.id

    def test_attachments_go_with_their_profile(self, store: Store) -> None:
        [deleted, kept], [role_id] = add_profiles(store, ["deleted", "kept"]), add_roles(store, "Sales")
        attach(store, deleted, role_id)
        left = attach(store, kept, role_id)

        with store.write() as tx:
            tx.profiles.delete(deleted)

        with store.read() as reading:
            assert list(reading.roles.attachments(role_id)) == [left]
