"""Users' copies of profiles, and the number of holders that follows them."""

from dataclasses import fields, replace
from datetime import timedelta

from domain.records import NewUserAccessProfile, UserAccessProfile
from store.api import Store
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.refusals import not_found
from store.testsuite.samples import (
    NOW,
    UNKNOWN,
    add_copies,
    add_holders,
    add_profiles,
    add_roles,
    add_users,
    full_policy,
    new_copy,
    user_count,
    virtual_key,
)

MANY = 40
"""More copies than a store should read at once while the suite runs: see `docs/extending.md`."""


def kept_copy(store: Store, copy_id: int) -> UserAccessProfile:
    with store.read() as tx:
        return tx.copies.get(copy_id)


def of_profile(store: Store, profile_id: int) -> list[UserAccessProfile]:
    with store.read() as tx:
        return list(tx.copies.of_profile(profile_id))


class CopySuite(StoreFixtures):
    """Users' copies of profiles."""

    def test_a_copy_may_have_every_field(self, store: Store) -> None:
        [profile_id], [role_id] = add_profiles(store, ["a"]), add_roles(store, "Sales")
        add_users(store, "ada")
        new = NewUserAccessProfile(
            "ada",
            profile_id,
            "a",
            full_policy(),
            NOW,
            is_active=False,
            expires_at=NOW + timedelta(days=1),
            granted_by_role_id=role_id,
        )

        [added] = add_copies(store, new)

        assert {part.name: getattr(added, part.name) for part in fields(new)} == {
            part.name: getattr(new, part.name) for part in fields(new)
        }
        assert kept_copy(store, added.id) == added
        assert user_count(store, profile_id) == 1

    def test_the_number_of_holders_grows_with_each_copy(self, store: Store) -> None:
        [first, second, third] = add_profiles(store, ["a", "b", "c"])
        add_users(store, "ada", "bob")

        copies = add_copies(store, new_copy("ada", first), new_copy("bob", first), new_copy("ada", second))

        ids = [copy.id for copy in copies]
        assert ids == sorted(set(ids))
        assert [user_count(store, each) for each in (first, second, third)] == [2, 1, 0]

    def test_copies_are_found_by_user_and_profile(self, store: Store) -> None:
        [first, second] = add_profiles(store, ["a", "b"])
        add_users(store, "ada", "bob")
        [one, two] = add_copies(store, new_copy("ada", second), new_copy("bob", first))

        with store.read() as tx:
            assert tx.copies.find("ada", second) == one
            assert tx.copies.find("bob", first) == two
            for user_id, profile_id in (("ada", first), ("bob", second), ("eve", first), ("ada", UNKNOWN)):
                assert tx.copies.find(user_id, profile_id) is None

    def test_copies_of_a_user_and_of_a_profile_are_ordered_by_id(self, store: Store) -> None:
        profiles = add_profiles(store, ["a", "b", "c"])
        add_users(store, "bob", "ada")
        added = add_copies(
            store,
            *(
                new_copy(user_id, profile_id)
                for profile_id in reversed(profiles)
                for user_id in ("bob", "ada")
            ),
        )

        with store.read() as tx:
            assert list(tx.copies.of_user("ada")) == [copy for copy in added if copy.user_id == "ada"]
            assert list(tx.copies.of_user("eve")) == []
        for profile_id in profiles:
            of_it = [copy for copy in added if copy.parent_profile_id == profile_id]
            assert of_profile(store, profile_id) == of_it
        assert of_profile(store, UNKNOWN) == []

    def test_a_saved_copy_keeps_whose_and_of_what_it_is(self, store: Store) -> None:
        [profile_id, other_id], [role_id] = add_profiles(store, ["a", "b"]), add_roles(store, "Sales")
        [copy, neighbour] = add_holders(store, profile_id, "ada", "bob")
        changed = replace(
            copy,
            name="Renamed",
            policy=full_policy(),
            is_active=False,
            expires_at=NOW + timedelta(microseconds=1),
            granted_by_role_id=role_id,
        )

        with store.write() as tx:
            elsewhere = NOW + timedelta(days=9)
            tx.copies.save(replace(changed, user_id="bob", parent_profile_id=other_id, created_at=elsewhere))

        assert of_profile(store, profile_id) == [changed, neighbour]
        assert [user_count(store, each) for each in (profile_id, other_id)] == [2, 0]

    def test_a_copy_may_be_saved_without_expiry_and_grant(self, store: Store) -> None:
        [profile_id], [role_id] = add_profiles(store, ["a"]), add_roles(store, "Sales")
        add_users(store, "ada")
        [copy] = add_copies(store, replace(new_copy("ada", profile_id, role_id), expires_at=NOW))

        with store.write() as tx:
            tx.copies.save(replace(copy, expires_at=None, granted_by_role_id=None))

        kept = kept_copy(store, copy.id)
        assert (kept.expires_at, kept.granted_by_role_id) == (None, None)

    def test_a_deleted_copy_is_gone_with_its_virtual_keys(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["a"])
        [deleted, kept] = add_holders(store, profile_id, "ada", "bob")
        with store.write() as tx:
            tx.virtual_keys.add(virtual_key("1", deleted))
            tx.virtual_keys.add(virtual_key("2", kept))

            tx.copies.delete(deleted.id)

        assert of_profile(store, profile_id) == [kept]
        assert user_count(store, profile_id) == 1
        with store.read() as reading:
            assert reading.copies.find("ada", profile_id) is None
            assert list(reading.virtual_keys.of_user("ada")) == []
            assert [key.id for key in reading.virtual_keys.of_user("bob")] == ["2"]
        with not_found("copy", deleted.id):
            kept_copy(store, deleted.id)
        assert add_copies(store, new_copy("ada", profile_id))[0].id > kept.id

    def test_copies_of_a_deleted_profile_stay_without_a_parent(self, store: Store) -> None:
        [deleted, other] = add_profiles(store, ["a", "b"])
        add_users(store, "ada")
        [orphan, copy] = add_copies(store, new_copy("ada", deleted), new_copy("ada", other))
        with store.write() as tx:
            tx.virtual_keys.add(virtual_key("1", orphan))

            tx.profiles.delete(deleted)

        orphan = replace(orphan, parent_profile_id=None)
        assert of_profile(store, deleted) == []
        with store.read() as reading:
            assert list(reading.copies.of_user("ada")) == [orphan, copy]
            assert reading.copies.find("ada", deleted) is None
            assert reading.virtual_keys.get("1").user_access_profile_id == orphan.id

    def test_a_copy_without_a_parent_can_be_saved_and_deleted(self, store: Store) -> None:
        [deleted, other] = add_profiles(store, ["a", "b"])
        add_users(store, "ada")
        [orphan, _] = add_copies(store, new_copy("ada", deleted), new_copy("ada", other))
        with store.write() as tx:
            tx.profiles.delete(deleted)
            renamed = replace(orphan, parent_profile_id=None, name="Orphan")
            tx.copies.save(renamed)

        assert kept_copy(store, orphan.id) == renamed
        with store.write() as tx:
            tx.copies.delete(orphan.id)
        assert user_count(store, other) == 1

    def test_each_copy_of_a_profile_may_be_written_as_it_comes(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["held by many"])
        user_ids = [f"u{number:04}" for number in range(MANY)]
        add_holders(store, profile_id, *user_ids)
        came: list[str] = []

        with store.write() as tx:
            for copy in tx.copies.of_profile(profile_id):
                came.append(copy.user_id)
                if len(came) % 2:
                    tx.copies.delete(copy.id)
                else:
                    tx.copies.save(replace(copy, name=f"Copy of {copy.user_id}"))

        assert came == user_ids
        kept = [copy.name for copy in of_profile(store, profile_id)]
        assert kept == [f"Copy of {user_id}" for user_id in user_ids[1::2]]
        assert user_count(store, profile_id) == len(kept)

    def test_copies_of_a_profile_need_not_be_read_to_the_end(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["p"])
        [first, second] = add_holders(store, profile_id, "ada", "bob")

        with store.write() as tx:
            assert next(tx.copies.of_profile(profile_id)) == first
            tx.copies.delete(first.id)

        assert of_profile(store, profile_id) == [second]
