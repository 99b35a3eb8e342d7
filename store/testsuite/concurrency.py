"""Many threads at once: nothing is lost, nothing is refused that need not be, nobody waits for ever."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TypeVar

import pytest

from domain.errors import Conflict, StaleVersion
from domain.records import AccessProfile, AuditAction, UserAccessProfile
from store.api import AuditFilter, ProfileFilter, Store, WriteTransaction
from store.testsuite.content import ALL
from store.testsuite.fixtures import StoreFixtures
from store.testsuite.samples import (
    NOW,
    add_copies,
    add_profiles,
    add_roles,
    add_users,
    audit_row,
    names_of,
    new_copy,
    new_key,
    new_profile,
    new_version,
    profile_of,
    user,
    user_count,
    virtual_key,
)

T = TypeVar("T")

THREADS = 16
ROUNDS = 4
PATIENCE_SECONDS = 300
"""How long all threads together may take; a store that locks itself up takes for ever."""


def at_once(work: Callable[[int], T]) -> list[T]:
    """Do work in all threads, begun together, and return what each returned."""
    barrier = Barrier(THREADS)

    def begin(thread: int) -> T:
        barrier.wait(PATIENCE_SECONDS)
        return work(thread)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begin, range(THREADS), timeout=PATIENCE_SECONDS))


def describe(store: Store, profile_id: int, thread: int) -> int:
    """Add one to the number in a profile's description, as often as it takes, and return the version."""
    while True:
        read = profile_of(store, profile_id)
        changed = replace(read, description=str(int(read.description or 0) + 1), version=read.version + 1)
        try:
            with store.write() as tx:
                tx.profiles.save(changed, read_version=read.version)
                tx.profiles.add_version(new_version(changed, changed_by=f"thread {thread}"))
        except StaleVersion:
            continue
        return changed.version


def take(
    tx: WriteTransaction, kind: str, profile: AccessProfile, copy: UserAccessProfile, thread: int
) -> None:
    """Add a row of a kind that there can be only one of."""
    match kind:
        case "profile":
            tx.profiles.add(new_profile("taken"))
        case "role":
            tx.roles.add("taken", None, NOW)
        case "user":
            tx.users.add(user("taken"))
        case "copy":
            tx.copies.add(new_copy(copy.user_id, profile.id))
        case "virtual key":
            tx.virtual_keys.add(virtual_key(f"{thread}", copy, name="taken"))
        case "API key":
            tx.api_keys.add(new_key("taken", f"{thread}"))
        case "version":
            tx.profiles.add_version(new_version(profile))


class ConcurrencySuite(StoreFixtures):
    """Many threads at once."""

    def test_one_of_many_that_read_the_same_version_saves_it(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["Analyst"])
        read = profile_of(store, profile_id)

        def save(thread: int) -> int | None:
            """Return the version that was in the way, or None."""
            try:
                with store.write() as tx:
                    tx.profiles.save(replace(read, description=str(thread), version=2), read_version=1)
            except StaleVersion as error:
                return error.kept
            return None

        kept = at_once(save)

        assert sorted(kept, key=str) == [2] * (THREADS - 1) + [None]
        assert profile_of(store, profile_id).description == str(kept.index(None))

    def test_no_update_is_lost_and_versions_have_no_gap(self, store: Store) -> None:
        with store.write() as tx:
            profile = tx.profiles.add(replace(new_profile("Analyst"), description="1"))
            tx.profiles.add_version(new_version(profile))

        def work(thread: int) -> list[int]:
            return [describe(store, profile.id, thread) for _ in range(ROUNDS)]

        by_thread = at_once(work)

        last = 1 + THREADS * ROUNDS
        saved = {version: thread for thread, versions in enumerate(by_thread) for version in versions}
        assert sorted(saved) == list(range(2, last + 1))
        kept = profile_of(store, profile.id)
        assert (kept.version, kept.description) == (last, str(last))
        with store.read() as reading:
            versions = reading.profiles.versions(profile.id)
        assert [row.version for row in versions] == list(range(last, 0, -1))
        assert {row.version: row.changed_by for row in versions[:-1]} == {
            version: f"thread {thread}" for version, thread in saved.items()
        }

    @pytest.mark.parametrize("kind", ["profile", "role", "user", "copy", "virtual key", "API key", "version"])
    def test_one_of_many_takes_a_unique_value(self, store: Store, kind: str) -> None:
        with store.write() as tx:
            profile = tx.profiles.add(new_profile("held"))
            tx.users.add(user("ada"))
            other = tx.profiles.add(new_profile("held too"))
            copy = tx.copies.add(new_copy("ada", other.id))

        def race(thread: int) -> bool:
            try:
                with store.write() as tx:
                    tx.audit.add(audit_row(AuditAction.CREATE))
                    take(tx, kind, profile, copy, thread)
            except Conflict:
                return False
            return True

        assert at_once(race).count(True) == 1
        with store.read() as reading:
            assert reading.audit.list(AuditFilter(), limit=ALL, offset=0).total_count == 1
            counts = {
                "profile": len(names_of(store, ProfileFilter(search="taken"))),
                "role": len(reading.roles.list()),
                "user": len(reading.users.ids()) - 1,
                "copy": reading.profiles.get(profile.id).user_count,
                "virtual key": len(reading.virtual_keys.of_user("ada")),
                "API key": len(reading.api_keys.list()),
                "version": len(reading.profiles.versions(profile.id)),
            }
        assert counts[kind] == 1

    def test_threads_that_write_at_once_share_no_id(self, store: Store) -> None:
        def create(thread: int) -> list[tuple[int, range]]:
            made = []
            for number in range(ROUNDS):
                with store.write() as tx:
                    config_ids = tx.profiles.reserve_provider_config_ids(3)
                    made.append((tx.profiles.add(new_profile(f"{thread}/{number}")).id, config_ids))
            return made

        made = [pair for pairs in at_once(create) for pair in pairs]

        written = THREADS * ROUNDS
        assert len({profile_id for profile_id, _ in made}) == written
        assert len({config_id for _, config_ids in made for config_id in config_ids}) == 3 * written
        assert len(names_of(store)) == written

    def test_the_number_of_holders_is_right_after_copies_came_and_went(self, store: Store) -> None:
        [shared, other] = add_profiles(store, ["shared", "other"])
        add_users(store, *(f"u{thread}-{number}" for thread in range(THREADS) for number in range(ROUNDS)))

        def come_and_go(thread: int) -> int:
            """Return how many copies of the shared profile stay."""
            for number in range(ROUNDS):
                user_id = f"u{thread}-{number}"
                [copy, _] = add_copies(store, new_copy(user_id, shared), new_copy(user_id, other))
                with store.write() as tx:
                    if number % 4 == 0:
                        tx.copies.delete(copy.id)
                    elif number % 4 == 1:
                        tx.users.delete(user_id)
            return ROUNDS - ROUNDS // 2

        def counts() -> tuple[list[int], list[int]]:
            with store.read() as tx:
                return (
                    [tx.profiles.get(each).user_count for each in (shared, other)],
                    [len(list(tx.copies.of_profile(each))) for each in (shared, other)],
                )

        stayed = sum(at_once(come_and_go))

        told, counted = counts()
        assert told == counted == [stayed, stayed + THREADS * ROUNDS // 4]

    def test_mixed_writes_at_once_are_all_kept(self, store: Store) -> None:
        [shared] = add_profiles(store, ["shared"])
        [role_id] = add_roles(store, "Sales")
        with store.write() as tx:
            tx.profiles.save(replace(profile_of(store, shared), description="0", version=2), read_version=1)

        def work(thread: int) -> Sequence[int]:
            for number in range(ROUNDS):
                write_in_many_ways(store, f"{thread}/{number}", shared, role_id)
                describe(store, shared, thread)
                if number == thread % ROUNDS:
                    check_consistent(store, shared)
            return range(ROUNDS)

        written = sum(map(len, at_once(work)))

        check_consistent(store, shared)
        kept = profile_of(store, shared)
        assert (kept.version, kept.description) == (2 + written, str(written))
        assert user_count(store, shared) == written
        with store.read() as reading:
            assert reading.users.list(limit=1, offset=0).total_count == written
            assert len(reading.users.in_role(role_id)) == written
            assert len(reading.roles.list()) == 1 + written
            assert len(reading.profiles.get(shared).roles) == written
            assert reading.audit.list(AuditFilter(), limit=1, offset=0).total_count == 2 * written
            assert [len(reading.virtual_keys.of_user(each)) for each in reading.users.ids()] == [1] * written
            assert {key.revoked_at for key in reading.api_keys.list()} == {NOW}
            active = reading.profiles.list(ProfileFilter(is_active=True), limit=1, offset=0)
            assert active.total_count == written
        assert len(names_of(store)) == 1 + written

    def test_readers_and_a_writer_do_not_wait_for_each_other(self, store: Store) -> None:
        [profile_id] = add_profiles(store, ["first"])

        def read(_: int) -> str:
            with store.read() as tx:
                return tx.profiles.get(profile_id).profile.name

        with store.write() as tx, ThreadPoolExecutor(4) as pool:
            tx.profiles.add(new_profile("second"))
            assert list(pool.map(read, range(8), timeout=PATIENCE_SECONDS)) == ["first"] * 8


def write_in_many_ways(store: Store, name: str, shared: int, role_id: int) -> None:
    """Write rows of every kind, in several transactions, and leave some of them."""
    with store.write() as tx:
        profile = tx.profiles.add(new_profile(name, tags=["eu"]))
        tx.profiles.add_version(new_version(profile))
        tx.users.add(user(name, role_id))
        tx.audit.add(audit_row(AuditAction.CREATE, profile_id=profile.id, user_id=name))
    with store.write() as tx:
        copy = tx.copies.add(new_copy(name, shared, role_id))
        own = tx.copies.add(new_copy(name, profile.id))
        tx.virtual_keys.add(virtual_key(f"{name} kept", copy))
        tx.virtual_keys.add(virtual_key(f"{name} lost", own))
    with store.write() as tx:
        role = tx.roles.add(name, None, NOW)
        tx.roles.attach(shared, role.id, is_default=False)
        tx.roles.attach(profile.id, role_id, is_default=True)
        tx.profiles.set_active(profile.id, is_active=True)
    with store.write() as tx:
        tx.roles.detach(profile.id, role_id)
        tx.copies.save(replace(copy, name=name))
        tx.copies.delete(own.id)
        tx.api_keys.add(new_key(name))
    with store.write() as tx:
        tx.api_keys.revoke(name, NOW)
        tx.audit.add(audit_row(AuditAction.UPDATE, profile_id=profile.id))


def check_consistent(store: Store, shared: int) -> None:
    """Check that one reader sees one state."""
    with store.read() as tx:
        detail = tx.profiles.get(shared)
        assert detail.user_count == len(list(tx.copies.of_profile(shared)))
        profiles = tx.profiles.list(ProfileFilter(), limit=ALL, offset=0)
        assert profiles.total_count == len(profiles.rows)
        users = tx.users.list(limit=ALL, offset=0)
        assert users.total_count == len(users.rows) == len(tx.users.ids())
        assert len(profiles.rows) == 1 + len(users.rows)
        assert detail.profile.version - 2 == int(detail.profile.description or 0)
