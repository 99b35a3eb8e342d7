"""Virtual keys."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.records import UserAccessProfile, VirtualKey
from store.api import Store
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.refusals import not_found
from store.testsuite.samples import (
    NOW,
    add_holders,
    add_profiles,
    digest,
    virtual_key,
)


def hold(store: Store, *user_ids: str) -> list[UserAccessProfile]:
    """Give users a copy each of one profile."""
    [profile_id] = add_profiles(store, ["p"])
    return add_holders(store, profile_id, *user_ids)


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

    def test_names_of_virtual_keys_are_compared_exactly(self, store: Store) -> None:
        [copy] = hold(store, "ada")

        add(store, *(virtual_key(name, copy, name=name) for name in ("Key", "key", "key ", "kéy")))

        assert len(ids_of(store, "ada")) == 4

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
