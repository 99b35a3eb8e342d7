"""What a unit of work promises, on every backend."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from domain.errors import Conflict, NotFound
from store.api import ProfileFilter, Store, WriteTransaction
from tests.store.samples import add_profiles, digest, names_of, new_copy, new_key, new_profile, user

NONE = 0
EVERYTHING = ProfileFilter()


class Failure(Exception):
    """What a handler raises in the middle of its work."""


def fail_after(store: Store, work: Callable[[WriteTransaction], object]) -> None:
    """Do work in one transaction, and fail at its end."""

    def run() -> None:
        with store.write() as tx:
            work(tx)
            raise Failure

    with pytest.raises(Failure):
        run()


def test_a_new_store_is_empty_and_ready(store: Store) -> None:
    store.check_ready()

    with store.read() as tx:
        page = tx.profiles.list(EVERYTHING, limit=25, offset=0)
        assert (page.rows, page.total_count) == ((), NONE)
        assert (list(tx.roles.list()), list(tx.users.ids()), list(tx.api_keys.list())) == ([], [], [])


def test_a_block_that_raises_leaves_nothing_behind(store: Store) -> None:
    [kept] = add_profiles(store, ["kept"])
    with store.write() as tx:
        tx.users.add(user("ada"))
        tx.api_keys.add(new_key("live"))

    def write_a_lot(tx: WriteTransaction) -> None:
        lost = tx.profiles.add(new_profile("lost", tags=["eu"], is_active=True))
        role = tx.roles.add("Analyst", None, lost.created_at)
        tx.roles.attach(kept, role.id, is_default=True)
        tx.users.add(user("bob", role.id))
        tx.copies.add(new_copy("ada", kept))
        tx.profiles.set_active(kept, is_active=True)
        tx.api_keys.add(new_key("new"))
        tx.api_keys.revoke("live", lost.created_at)

    fail_after(store, write_a_lot)

    with store.read() as reading:
        detail = reading.profiles.get(kept)
        assert (detail.profile.is_active, detail.roles, detail.user_count) == (False, (), 0)
        assert reading.profiles.list(ProfileFilter(tags=("eu",)), limit=25, offset=0).total_count == NONE
        assert list(reading.roles.list()) == []
        assert list(reading.users.ids()) == ["ada"]
        assert [(key.name, key.revoked_at) for key in reading.api_keys.list()] == [("live", None)]
    assert names_of(store) == ["kept"]


def test_a_refused_write_leaves_nothing_of_its_block_behind(store: Store) -> None:
    add_profiles(store, ["taken"])

    with pytest.raises(Conflict):
        add_profiles(store, ["before", "taken"])

    assert names_of(store) == ["taken"]


def test_a_name_that_was_rolled_back_is_free(store: Store) -> None:
    fail_after(store, lambda tx: tx.profiles.add(new_profile("Analyst")))

    add_profiles(store, ["Analyst"])

    assert names_of(store) == ["Analyst"]


def test_a_write_sees_what_it_wrote_and_others_do_not_yet(store: Store) -> None:
    with store.write() as tx:
        profile = tx.profiles.add(new_profile("Analyst", tags=["eu"]))
        role = tx.roles.add("Analyst", None, profile.created_at)
        attachment = tx.roles.attach(profile.id, role.id, is_default=False)
        tx.users.add(user("ada"))
        tx.copies.add(new_copy("ada", profile.id))
        tx.profiles.set_active(profile.id, is_active=True)
        key = tx.api_keys.add(new_key("ci"))

        detail = tx.profiles.get(profile.id)
        assert (detail.profile.is_active, detail.roles, detail.user_count) == (True, (attachment,), 1)
        mine = ProfileFilter(search="ANA", tags=("eu",), is_active=True)
        assert tx.profiles.list(mine, limit=25, offset=0).rows == (detail.profile,)
        assert (list(tx.roles.list()), list(tx.users.ids())) == ([role], ["ada"])
        assert tx.api_keys.find(digest("ci")) == key
        assert names_of(store) == []

    assert names_of(store) == ["Analyst"]


def test_a_reader_keeps_its_state_while_a_write_commits(store: Store) -> None:
    [first] = add_profiles(store, ["first"])

    with store.read() as reading:
        before = reading.profiles.list(EVERYTHING, limit=25, offset=0)
        with store.write() as tx:
            tx.profiles.add(new_profile("second"))
            tx.profiles.set_active(first, is_active=True)
            tx.api_keys.add(new_key("ci"))

        assert reading.profiles.list(EVERYTHING, limit=25, offset=0) == before
        assert reading.profiles.get(first).profile.is_active is False
        assert reading.api_keys.find(digest("ci")) is None

    assert names_of(store) == ["first", "second"]


def test_a_committed_write_is_seen_by_the_next_reader(store: Store) -> None:
    for number in range(5):
        [new_id] = add_profiles(store, [f"p{number}"])
        with store.read() as tx:
            assert tx.profiles.get(new_id).profile.name == f"p{number}"


def test_a_reader_that_raises_does_no_harm(store: Store) -> None:
    with pytest.raises(NotFound), store.read() as tx:
        tx.profiles.get(1)

    assert add_profiles(store, ["after"]) == [1]


def test_twenty_threads_race_for_one_name_and_one_wins(store: Store) -> None:
    barrier = Barrier(20)

    def create(_: int) -> int | None:
        barrier.wait(30)
        try:
            with store.write() as tx:
                return tx.profiles.add(new_profile("Analyst")).id
        except Conflict:
            return None

    with ThreadPoolExecutor(20) as pool:
        winners = [new_id for new_id in pool.map(create, range(20)) if new_id is not None]

    assert len(winners) == 1
    assert names_of(store) == ["Analyst"]
    with store.read() as tx:
        assert tx.profiles.get(winners[0]).profile.name == "Analyst"


def test_threads_that_write_at_once_share_no_id(store: Store) -> None:
    def create(thread: int) -> list[tuple[int, range]]:
        made = []
        for number in range(5):
            with store.write() as tx:
                config_ids = tx.profiles.reserve_provider_config_ids(3)
                made.append((tx.profiles.add(new_profile(f"{thread}/{number}")).id, config_ids))
        return made

    with ThreadPoolExecutor(8) as pool:
        made = [pair for pairs in pool.map(create, range(8)) for pair in pairs]

    assert len({profile_id for profile_id, _ in made}) == 40
    assert len({config_id for _, config_ids in made for config_id in config_ids}) == 120
    assert len(names_of(store)) == 40


def test_readers_and_a_writer_do_not_wait_for_each_other(store: Store) -> None:
    [profile_id] = add_profiles(store, ["first"])

    def read(_: int) -> str:
        with store.read() as tx:
            return tx.profiles.get(profile_id).profile.name

    with store.write() as tx, ThreadPoolExecutor(4) as pool:
        tx.profiles.add(new_profile("second"))
        assert list(pool.map(read, range(8), timeout=3)) == ["first"] * 8
