"""Templates, on every backend."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import Conflict, NotFound
from domain.names import folded
from domain.policies import put_in_force
from domain.records import AccessProfile, NewAccessProfile, PolicyTerms, ProfileDetail
from store.api import ProfileFilter, Store
from tests.domain.strategies import INSTANTS, POLICY_TERMS
from tests.store.samples import EMPTY, NOW, add_profiles, full_policy, names_of, new_profile

# One store serves all examples: each adds to it and reads only what it added.
on_one_store = settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def test_a_profile_is_read_as_it_was_added(store: Store) -> None:
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


def test_a_row_of_the_list_is_the_profile_that_get_gives(store: Store) -> None:
    with store.write() as tx:
        profile = tx.profiles.add(new_profile("Analyst", tags=["b", "a"], policy=full_policy()))
        tx.profiles.add(new_profile("Other"))

    with store.read() as tx:
        page = tx.profiles.list(ProfileFilter(), limit=1, offset=0)
        assert page.rows == (tx.profiles.get(profile.id).profile,)


def test_a_description_may_be_missing_or_empty(store: Store) -> None:
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
def test_instants_keep_their_microseconds_and_are_utc(store: Store, instant: datetime) -> None:
    with store.write() as tx:
        added = tx.profiles.add(NewAccessProfile("a", None, (), EMPTY, instant))
    with store.read() as tx:
        found = tx.profiles.get(added.id).profile

    assert found.created_at == found.updated_at == instant
    assert found.created_at.utcoffset() == timedelta(0)


@on_one_store
@given(terms=POLICY_TERMS, now=INSTANTS)
def test_any_policy_is_read_as_it_was_written(store: Store, terms: PolicyTerms, now: datetime) -> None:
    with store.write() as tx:
        count = len(terms.provider_configs)
        ids = iter(tx.profiles.reserve_provider_config_ids(count)) if count else iter(())
        lines = iter(range(1_000))
        policy = put_in_force(
            terms,
            line_id=lambda: f"line-{next(lines)}",
            provider_config_id=ids.__next__,
            now=now,
        )
        unique = f"policy {tx.profiles.reserve_provider_config_ids(1)}"
        profile_id = tx.profiles.add(new_profile(unique, policy=policy)).id
    with store.read() as tx:
        assert tx.profiles.get(profile_id).profile.policy == policy


def test_ids_ascend_from_one(store: Store) -> None:
    assert add_profiles(store, ["c", "a", "b"]) == [1, 2, 3]
    assert add_profiles(store, ["d"]) == [4]


def test_a_refused_profile_uses_up_no_id_that_another_has(store: Store) -> None:
    [first] = add_profiles(store, ["Analyst"])
    with pytest.raises(Conflict):
        add_profiles(store, ["Analyst"])

    [second] = add_profiles(store, ["Another"])

    assert second > first


def test_a_taken_name_is_a_conflict_that_names_it(store: Store) -> None:
    add_profiles(store, ["Analyst"])

    with pytest.raises(Conflict) as refused:
        add_profiles(store, ["Analyst"])

    error = refused.value
    assert (error.kind, error.field, error.value) == ("access profile", "name", "Analyst")


def test_names_are_compared_exactly(store: Store) -> None:
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


def test_the_name_of_an_inactive_profile_stays_taken(store: Store) -> None:
    [profile_id] = add_profiles(store, ["Analyst"])
    with store.write() as tx:
        tx.profiles.set_active(profile_id, is_active=True)
        tx.profiles.set_active(profile_id, is_active=False)

    with pytest.raises(Conflict):
        add_profiles(store, ["Analyst"])


@pytest.mark.parametrize("profile_id", [1, 2, 2**31, 2**63 - 1])
def test_an_unknown_profile_is_not_found(store: Store, profile_id: int) -> None:
    with pytest.raises(NotFound) as refused, store.read() as tx:
        tx.profiles.get(profile_id)

    assert (refused.value.kind, refused.value.key) == ("access profile", profile_id)


def test_a_state_is_set_and_nothing_else_changes(store: Store) -> None:
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


def test_the_state_of_an_unknown_profile_cannot_be_set(store: Store) -> None:
    with pytest.raises(NotFound) as refused, store.write() as tx:
        tx.profiles.set_active(5, is_active=True)

    assert (refused.value.kind, refused.value.key) == ("access profile", 5)


def test_provider_config_ids_are_never_given_twice(store: Store) -> None:
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
def test_a_search_finds_exactly_the_names_that_contain_the_text(store: Store, name: str, needle: str) -> None:
    with store.write() as tx:
        marker = f"{tx.profiles.reserve_provider_config_ids(1)[0]}"
        tx.profiles.add(new_profile(name + marker, tags=[marker]))

    found = names_of(store, ProfileFilter(search=needle, tags=(marker,)))

    assert found == ([name + marker] if folded(needle) in folded(name + marker) else [])
