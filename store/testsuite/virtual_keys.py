"""Virtual keys."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.records import UserAccessProfile, VirtualKey
from store.api import Store
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.refusals import conflict, not_found
from store.testsuite.samples import (
    NOW,
    UNKNOWN,
    add_copies,
    add_profiles,
    add_users,
    digest,
    new_copy,
    virtual_key,
)


def hold(store: Store, *user_ids: str) -> list[UserAccessProfile]:
    """Give users a copy each of one profile."""
    [profile_id] = add_profiles(store, ["p"])
    add_users(store, *user_ids)
    return add_copies(store, *(new_copy(user_id, profile_id) for user_id in user_ids))


def add(store: Store, *keys: VirtualKey) -> None:
    with store.write() as tx:
        for key in keys:
            tx.virtual_keys.add(key)


def find(store: Store, secret: str) -> VirtualKey | None:
    with store.read() as tx:
        return tx.virtual_keys.find(digest(secret))


def ids_of(store: Store, user_id: str) -> list[str]:
    with store.read() as tx:
        return [key.id for key in tx.virtual_keys.of_user(user_id)]


class VirtualKeySuite(StoreFixtures):
    """Virtual keys."""

    def test_a_virtual_key_is_read_as_it_was_added(self, store: Store) -> None:
        [copy] = hold(store, "ada")
        full = VirtualKey("vk/1", "ada", copy.id, "Notebook 日本", "For notebooks.", digest("s"), "sk-…", NOW)
        bare = replace(virtual_key("vk-2", copy), description=None)

        add(store, full, bare)

        with store.read() as tx:
            assert (tx.virtual_keys.get("vk/1"), tx.virtual_keys.get("vk-2")) == (full, bare)

    def test_a_virtual_key_is_found_by_its_hash(self, store: Store) -> None:
        [copy] = hold(store, "ada")
        key = virtual_key("1", copy, secret="right")
        add(store, key, virtual_key("2", copy))

        assert find(store, "right") == key
        assert find(store, "Right") is None
        with store.read() as tx:
            assert tx.virtual_keys.find(b"") is None
            assert tx.virtual_keys.find(digest("right")[:31]) is None

    def test_an_unknown_virtual_key_is_not_found(self, store: Store) -> None:
        add(store, virtual_key("a", hold(store, "ada")[0]))

        with not_found("virtual key", "A"), store.read() as tx:
            tx.virtual_keys.get("A")

    def test_virtual_keys_of_a_user_are_told_the_oldest_first_then_by_id(self, store: Store) -> None:
        [ada, bob] = hold(store, "ada", "bob")
        older = NOW - timedelta(microseconds=1)
        add(
            store,
            virtual_key("b", ada),
            virtual_key("Z", ada),
            virtual_key("other", bob),
            replace(virtual_key("c", ada), created_at=older),
            virtual_key("é", ada),
            virtual_key("a", ada),
        )

        assert ids_of(store, "ada") == ["c", "Z", "a", "b", "é"]
        assert ids_of(store, "bob") == ["other"]
        assert ids_of(store, "eve") == []

    @pytest.mark.parametrize(
        ("field", "key_id", "name", "secret", "told"),
        [
            ("id", "1", "another", "another", "1"),
            ("secret", "2", "another", "taken", "sk-…2"),
            ("name", "2", "Taken", "another", "Taken"),
        ],
    )
    def test_the_id_the_secret_and_the_name_of_a_virtual_key_are_taken_once(
        self, store: Store, field: str, key_id: str, name: str, secret: str, told: str
    ) -> None:
        [ada, bob] = hold(store, "ada", "bob")
        taken = virtual_key("1", ada, name="Taken", secret="taken")
        add(store, taken)

        # Also for another user, and never with the secret in the sentence.
        with conflict("virtual key", field, told):
            add(store, virtual_key(key_id, bob, name=name, secret=secret))

        assert ids_of(store, "bob") == []
        assert find(store, "taken") == taken

    def test_names_of_virtual_keys_are_compared_exactly(self, store: Store) -> None:
        [copy] = hold(store, "ada")

        add(store, *(virtual_key(name, copy, name=name) for name in ("Key", "key", "key ", "kéy")))

        assert len(ids_of(store, "ada")) == 4

    def test_a_virtual_key_needs_a_copy_of_its_user(self, store: Store) -> None:
        [ada, bob] = hold(store, "ada", "bob")

        with not_found("copy", UNKNOWN):
            add(store, replace(virtual_key("1", ada), user_access_profile_id=UNKNOWN))
        with not_found("copy", bob.id):
            add(store, replace(virtual_key("1", ada), user_access_profile_id=bob.id))
        with not_found("copy", ada.id):
            add(store, replace(virtual_key("1", ada), user_id="nobody"))

        assert (ids_of(store, "ada"), ids_of(store, "bob")) == ([], [])

    def test_a_deleted_virtual_key_is_gone_and_can_be_added_again(self, store: Store) -> None:
        [copy] = hold(store, "ada")
        deleted, kept = virtual_key("1", copy), virtual_key("2", copy)
        add(store, deleted, kept)

        with store.write() as tx:
            tx.virtual_keys.delete("1")

        assert find(store, "1") is None
        assert ids_of(store, "ada") == ["2"]
        with not_found("virtual key", "1"), store.read() as reading:
            reading.virtual_keys.get("1")
        add(store, deleted)
        assert find(store, "1") == deleted

    def test_an_unknown_virtual_key_cannot_be_deleted(self, store: Store) -> None:
        add(store, virtual_key("1", hold(store, "ada")[0]))

        with not_found("virtual key", "2"), store.write() as tx:
            tx.virtual_keys.delete("2")

        assert ids_of(store, "ada") == ["1"]

    @pytest.mark.parametrize("goes", ["copy", "user"])
    def test_a_virtual_key_that_went_with_what_it_belonged_to_frees_its_name(
        self, store: Store, goes: str
    ) -> None:
        [ada, bob] = hold(store, "ada", "bob")
        add(store, virtual_key("1", ada))
        with store.write() as tx:
            if goes == "copy":
                tx.copies.delete(ada.id)
            else:
                tx.users.delete("ada")

        assert find(store, "1") is None
        add(store, virtual_key("1", bob))
        assert ids_of(store, "bob") == ["1"]
