"""Many copies at once: read by a profile and its users, saved in one call."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.records import UserAccessProfile
from store.api import Store
from store.testsuite.copies import MANY
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.refusals import not_found
from store.testsuite.samples import NOW, add_holders, add_profiles, full_policy, new_copy


def copies_of(
    store: Store, profile_id: int, user_ids: Sequence[str] | None = None
) -> list[UserAccessProfile]:
    with store.read() as tx:
        return list(tx.copies.of_profile(profile_id, user_ids))


class CopyBatchSuite(StoreFixtures):
    """Many copies at once."""

    def test_the_copies_of_a_profile_come_by_their_ids_however_many_they_are(self, store: Store) -> None:
        profile_id, other = add_profiles(store, ["a", "b"])
        copies = add_holders(store, profile_id, *(f"user-{number % 7}-{number}" for number in range(MANY)))
        with store.write() as tx:
            tx.copies.add(new_copy(copies[0].user_id, other))

        assert copies_of(store, profile_id) == copies
        assert copies_of(store, profile_id, [copy.user_id for copy in reversed(copies)]) == copies
        assert copies_of(store, 9) == []

    def test_users_narrow_the_copies_of_a_profile_down(self, store: Store) -> None:
        profile_id, other = add_profiles(store, ["a", "b"])
        ada, _bob, carol = add_holders(store, profile_id, "ada", "bob", "carol")
        [dan] = add_holders(store, other, "dan")

        assert copies_of(store, profile_id, ["carol", "nobody", "dan", "ada", "carol"]) == [ada, carol]
        assert copies_of(store, other, ["ada", "dan"]) == [dan]
        assert copies_of(store, profile_id, []) == []

    def test_many_copies_are_saved_at_once_and_no_other(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["a"])
        copies = add_holders(store, profile_id, *(f"user-{number}" for number in range(MANY)))
        [untouched] = add_holders(store, profile_id, "untouched")
        with store.write() as tx:
            role_id = tx.roles.add("Sales", None, NOW).id
        changed = [
            replace(
                copy,
                name=f"copy {copy.id}",
                policy=full_policy(),
                is_active=False,
                expires_at=NOW + timedelta(microseconds=copy.id),
                granted_by_role_id=role_id if copy.id % 2 else None,
            )
            for copy in copies
        ]

        with store.write() as tx:
            tx.copies.save_all(iter(changed))
            assert tx.copies.get(changed[-1].id) == changed[-1]

        assert copies_of(store, profile_id) == [*changed, untouched]

    def test_whose_and_of_what_a_copy_is_stays(self, store: Store) -> None:
        profile_id, other = add_profiles(store, ["a", "b"])
        ada, _bob = add_holders(store, profile_id, "ada", "bob")

        with store.write() as tx:
            tx.copies.save_all(
                [replace(ada, user_id="bob", parent_profile_id=other, created_at=NOW + timedelta(days=1))]
            )

        with store.read() as tx:
            assert tx.copies.get(ada.id) == ada

    def test_no_copies_can_be_saved(self, store: Store) -> None:
        with store.write() as tx:
            tx.copies.save_all([])

    @pytest.mark.parametrize("fault", ["copy", "role"])
    def test_one_copy_that_cannot_be_saved_undoes_the_transaction(self, store: Store, fault: str) -> None:
        [profile_id] = add_profiles(store, ["a"])
        first, second = add_holders(store, profile_id, "ada", "bob")
        wrong = {"copy": replace(second, id=99), "role": replace(second, granted_by_role_id=99)}[fault]

        with not_found(fault, 99), store.write() as tx:
            tx.copies.save_all([replace(first, name="changed"), wrong])

        assert copies_of(store, profile_id) == [first, second]
