"""Templates."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import Conflict
from domain.names import folded
from domain.records import AccessProfile, NewAccessProfile, Policy, ProfileDetail
from store.api import ProfileFilter, Store
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.policies import POLICIES
from store.testsuite.refusals import conflict, not_found, stale
from store.testsuite.samples import (
    EMPTY,
    NOW,
    UNKNOWN,
    add_copies,
    add_profiles,
    add_roles,
    add_users,
    full_policy,
    names_of,
    new_copy,
    new_profile,
    profile_of,
)

# One store serves all examples: each adds to it and reads only what it added.
on_one_store = settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    # Any number of classes may run the suite.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


def save_as(store: Store, profile_id: int, name: str) -> None:
    """Give a profile a name, and its next version."""
    with store.write() as tx:
        kept = tx.profiles.get(profile_id).profile
        tx.profiles.save(replace(kept, name=name, version=kept.version + 1), read_version=kept.version)


class ProfileSuite(StoreFixtures):
    """Templates."""

    def test_a_profile_is_read_as_it_was_added(self, store: Store) -> None:
        policy = full_policy()
        new = NewAccessProfile("Data analyst", "Reports.\n", ("eu", "finance"), policy, NOW, is_active=True)

        with store.write() as tx:
            added = tx.profiles.add(new)
        with store.read() as tx:
            detail = tx.profiles.get(added.id)

        assert added == AccessProfile(
            id=added.id,
            name="Data analyst",
            description="Reports.\n",
            tags=("eu", "finance"),
            is_active=True,
            version=1,
            policy=policy,
            created_at=NOW,
            updated_at=NOW,
        )
        assert detail == ProfileDetail(profile=added, roles=(), user_count=0)

    def test_a_row_of_the_list_is_the_profile_that_get_gives(self, store: Store) -> None:
        with store.write() as tx:
            profile = tx.profiles.add(new_profile("Analyst", tags=["b", "a"], policy=full_policy()))
            tx.profiles.add(new_profile("Other"))

        with store.read() as tx:
            page = tx.profiles.list(ProfileFilter(), limit=1, offset=0)
            assert page.rows == (tx.profiles.get(profile.id).profile,)

    def test_a_description_may_be_missing_or_empty(self, store: Store) -> None:
        with store.write() as tx:
            missing = tx.profiles.add(NewAccessProfile("a", None, (), EMPTY, NOW))
            empty = tx.profiles.add(NewAccessProfile("b", "", (), EMPTY, NOW))
        with store.read() as tx:
            assert tx.profiles.get(missing.id).profile.description is None
            assert tx.profiles.get(empty.id).profile.description == ""

    @pytest.mark.parametrize(
        "instant",
        [
            datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC),
            datetime(2026, 3, 1, 8, 0, 0, 1, tzinfo=UTC),
            datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            datetime(2026, 3, 1, tzinfo=UTC),
        ],
    )
    def test_instants_keep_their_microseconds_and_are_utc(self, store: Store, instant: datetime) -> None:
        with store.write() as tx:
            added = tx.profiles.add(NewAccessProfile("a", None, (), EMPTY, instant))
        with store.read() as tx:
            found = tx.profiles.get(added.id).profile

        assert found.created_at == found.updated_at == instant
        assert found.created_at.utcoffset() == timedelta(0)

    @on_one_store
    @given(policy=POLICIES)
    def test_any_policy_is_read_as_it_was_written(self, store: Store, policy: Policy) -> None:
        with store.write() as tx:
            unique = f"policy {tx.profiles.reserve_provider_config_ids(1)}"
            profile_id = tx.profiles.add(new_profile(unique, policy=policy)).id

        assert profile_of(store, profile_id).policy == policy

    def test_ids_ascend_and_are_positive(self, store: Store) -> None:
        ids = [*add_profiles(store, ["c", "a", "b"]), *add_profiles(store, ["d"])]

        assert ids == sorted(set(ids))
        assert ids[0] >= 1

    def test_a_refused_profile_uses_up_no_id_that_another_has(self, store: Store) -> None:
        [first] = add_profiles(store, ["Analyst"])
        with pytest.raises(Conflict):
            add_profiles(store, ["Analyst"])

        [second] = add_profiles(store, ["Another"])

        assert second > first

    def test_names_are_compared_exactly(self, store: Store) -> None:
        names = [
            "Analyst",
            "analyst",
            "Analyst ",
            "Analyst\u00a0",
            "école",
            "e\u0301cole",
            "ecole",
            "STRASSE",
            "straße",
        ]

        add_profiles(store, names)

        assert names_of(store) == names

    def test_the_name_of_an_inactive_profile_stays_taken(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["Analyst"])
        with store.write() as tx:
            tx.profiles.set_active(profile_id, is_active=True)
            tx.profiles.set_active(profile_id, is_active=False)

        with conflict("access profile", "name", "Analyst"):
            add_profiles(store, ["Analyst"])

    @pytest.mark.parametrize("profile_id", [1, 2, 2**31, UNKNOWN, 2**63 - 1])
    def test_an_unknown_profile_is_not_found(self, store: Store, profile_id: int) -> None:
        with not_found("access profile", profile_id), store.read() as tx:
            tx.profiles.get(profile_id)

    def test_a_state_is_set_and_nothing_else_changes(self, store: Store) -> None:
        with store.write() as tx:
            added = tx.profiles.add(new_profile("Analyst", tags=["eu"], policy=full_policy()))

        for is_active in (True, True, False):
            with store.write() as tx:
                tx.profiles.set_active(added.id, is_active=is_active)
            with store.read() as tx:
                found = tx.profiles.get(added.id).profile
            assert found.is_active is is_active
            assert (found.version, found.updated_at) == (1, NOW)
            assert (found.name, found.tags, found.policy) == (added.name, added.tags, added.policy)

    def test_provider_config_ids_are_never_given_twice(self, store: Store) -> None:
        given_ids: list[int] = []
        for count in (1, 3, 0, 2):
            with store.write() as tx:
                reserved = tx.profiles.reserve_provider_config_ids(count)
                reserved_again = tx.profiles.reserve_provider_config_ids(1)
            assert len(reserved) == count
            given_ids += [*reserved, *reserved_again]

        assert len(set(given_ids)) == len(given_ids) == 10
        assert given_ids == sorted(given_ids)
        assert min(given_ids) >= 1

    @settings(on_one_store, max_examples=60)
    @given(
        name=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8),
        needle=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=3)
        | st.text(st.sampled_from("%_\\/[]*?'\"ßİıÉéσςΣ"), max_size=3),
    )
    def test_a_search_finds_exactly_the_names_that_contain_the_text(
        self, store: Store, name: str, needle: str
    ) -> None:
        with store.write() as tx:
            marker = f"{tx.profiles.reserve_provider_config_ids(1)[0]}"
            tx.profiles.add(new_profile(name + marker, tags=[marker]))

        found = names_of(store, ProfileFilter(search=needle, tags=(marker,)))

        assert found == ([name + marker] if folded(needle) in folded(name + marker) else [])

    def test_the_state_tells_whether_an_operator_set_it(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["Analyst"])
        told = []

        for is_active, by_operator in (
            (False, True),
            (True, True),
            (False, False),
            (False, True),
            (True, False),
        ):
            with store.write() as tx:
                tx.profiles.set_active(profile_id, is_active, by_operator=by_operator)
            told.append(profile_of(store, profile_id).deactivated_by_operator)

        assert told == [True, False, False, True, False]

    def test_a_saved_profile_is_kept_whole(self, store: Store) -> None:
        with store.write() as tx:
            added = tx.profiles.add(new_profile("Analyst", tags=["eu", "us"]))
        changed = AccessProfile(
            id=added.id,
            name="Data analyst",
            description=None,
            tags=("finance", "eu"),
            is_active=False,
            version=2,
            policy=full_policy(),
            created_at=NOW,
            updated_at=NOW + timedelta(microseconds=1),
            deactivated_by_operator=True,
        )

        with store.write() as tx:
            tx.profiles.save(changed, read_version=1)

        assert profile_of(store, added.id) == changed

    def test_lists_follow_a_saved_profile(self, store: Store) -> None:
        with store.write() as tx:
            added = tx.profiles.add(new_profile("Analyst", tags=["eu", "us"]))
            changed = replace(added, name="Writer", tags=("us", "asia"), is_active=True, version=2)
            tx.profiles.save(changed, read_version=1)

        for matches in (
            ProfileFilter(search="writer"),
            ProfileFilter(tags=("us",)),
            ProfileFilter(tags=("asia",)),
            ProfileFilter(is_active=True),
        ):
            assert names_of(store, matches) == ["Writer"]
        for differs in (
            ProfileFilter(search="analyst"),
            ProfileFilter(tags=("eu",)),
            ProfileFilter(is_active=False),
        ):
            assert names_of(store, differs) == []

    def test_a_saved_profile_keeps_its_attachments_and_holders(self, store: Store) -> None:
        [profile_id], [role_id] = add_profiles(store, ["Analyst"]), add_roles(store, "Sales")
        add_users(store, "ada")
        add_copies(store, new_copy("ada", profile_id))
        with store.write() as tx:
            attachment = tx.roles.attach(profile_id, role_id, is_default=True)
            kept = tx.profiles.get(profile_id).profile

            tx.profiles.save(replace(kept, name="Writer", version=2), read_version=1)

        with store.read() as reading:
            detail = reading.profiles.get(profile_id)
        assert (detail.roles, detail.user_count) == ((attachment,), 1)

    def test_a_saved_name_is_taken_and_the_one_before_is_free(self, store: Store) -> None:
        save_as(store, add_profiles(store, ["Analyst"])[0], "Writer")

        with conflict("access profile", "name", "Writer"):
            add_profiles(store, ["Writer"])
        assert len(add_profiles(store, ["Analyst"])) == 1

    def test_a_profile_may_be_saved_under_its_own_name(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["Analyst"])

        save_as(store, profile_id, "Analyst")

        assert profile_of(store, profile_id).version == 2

    @pytest.mark.parametrize("read_version", [0, 2, 4])
    def test_a_profile_is_saved_only_over_the_version_that_was_read(
        self, store: Store, read_version: int
    ) -> None:
        [profile_id, _] = add_profiles(store, ["Analyst", "Writer"])
        for _ in range(2):
            save_as(store, profile_id, "Analyst")
        kept = profile_of(store, profile_id)

        # The name is taken as well: that the version is stale is told first.
        with stale("access profile", profile_id, read=read_version, kept=3), store.write() as tx:
            tx.profiles.save(replace(kept, name="Writer", version=9), read_version=read_version)

        assert profile_of(store, profile_id) == kept

    def test_a_deleted_profile_is_gone_and_its_name_is_free(self, store: Store) -> None:
        with store.write() as tx:
            deleted = tx.profiles.add(new_profile("Analyst", tags=["eu"], is_active=True)).id
            tx.profiles.add(new_profile("Writer", tags=["eu"], is_active=True))

            tx.profiles.delete(deleted)

        with not_found("access profile", deleted), store.read() as reading:
            reading.profiles.get(deleted)
        for matches in (
            ProfileFilter(),
            ProfileFilter(tags=("eu",)),
            ProfileFilter(is_active=True),
            ProfileFilter(search="e"),
        ):
            assert names_of(store, matches) == ["Writer"]
        assert len(add_profiles(store, ["Analyst"])) == 1

    def test_the_id_of_a_deleted_profile_is_not_given_again(self, store: Store) -> None:
        [_, deleted] = add_profiles(store, ["Analyst", "Writer"])
        with store.write() as tx:
            tx.profiles.delete(deleted)

        assert add_profiles(store, ["Writer"])[0] > deleted
