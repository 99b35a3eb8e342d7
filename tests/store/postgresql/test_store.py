"""PostgreSQL: what a session is like, how long it waits, and many at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from domain.errors import Unavailable
from store.testsuite.samples import NOW, add_profiles, names_of, new_profile
from tests.postgres import OwnCluster
from tests.store.postgresql.stores import PATIENT, opened, refused, sessions, shown, turn_taken
from tests.store.waiting import wait_until


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("application_name", "access-profiles"),
        ("client_encoding", "UTF8"),
        ("idle_in_transaction_session_timeout", "30s"),
        ("lock_timeout", "5s"),
        ("statement_timeout", "10s"),
        ("timezone", "UTC"),
        ("transaction_isolation", "repeatable read"),
        ("transaction_read_only", "on"),
    ],
)
def test_every_connection_is_configured(postgres_url: str, setting: str, value: str) -> None:
    with opened(postgres_url) as store, store.read(), store.read(), store.write():
        assert shown(store, setting) == value


def test_a_closed_store_leaves_no_session_behind(postgres: OwnCluster, postgres_url: str) -> None:
    with opened(postgres_url) as store, store.read(), store.write():
        assert sessions(postgres, postgres_url) == 2
    wait_until(lambda: sessions(postgres, postgres_url) == 0)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns", "UTC"])
def test_instants_come_back_in_utc_whatever_the_session_says(postgres_url: str, zone: str) -> None:
    with opened(postgres_url, options=f"-c TimeZone={zone}") as store:
        assert shown(store, "timezone") == zone
        [profile_id] = add_profiles(store, ["p"])
        with store.read() as tx:
            created_at = tx.profiles.get(profile_id).profile.created_at

    assert created_at == NOW
    assert created_at.utcoffset() == timedelta(0)


def test_text_with_u0000_is_refused_as_a_bug_because_the_contract_lets_none_in(postgres_url: str) -> None:
    with opened(postgres_url) as store:
        with pytest.raises(DataError, match="NUL"):
            add_profiles(store, ["a\0b"])

        assert names_of(store) == []


def test_a_statement_that_takes_too_long_is_given_up(postgres_url: str) -> None:
    def sleep() -> None:
        with store.read() as tx:
            tx.profiles._connection.execute(text("SELECT pg_sleep(600)"))

    with opened(postgres_url, statement_timeout="1s") as store:
        assert "gave up a statement that took too long" in refused(sleep)
        assert names_of(store) == []


def test_a_transaction_that_stands_still_is_ended(postgres: OwnCluster, postgres_url: str) -> None:
    def stand_still() -> None:
        with store.write() as tx:
            tx.profiles.add(new_profile("lost"))
            wait_until(lambda: sessions(postgres, postgres_url, "state = 'idle in transaction'") == 0)
            tx.profiles.add(new_profile("lost too"))

    with opened(postgres_url, idle_in_transaction_session_timeout="1s") as store:
        message = refused(stand_still)

        assert "ended a transaction that stood still" in message or "has lost the connection" in message
        assert names_of(store) == []


def test_a_write_gives_up_when_another_process_has_its_turn_for_too_long(postgres_url: str) -> None:
    with opened(postgres_url, lock_timeout="300ms") as store:
        with turn_taken(postgres_url):
            message = refused(lambda: add_profiles(store, ["refused"]))

            assert "was kept busy by another writer" in message
            assert names_of(store) == []

        assert add_profiles(store, ["accepted"]) == [1]


def test_readers_do_not_wait_while_many_writers_do(postgres_url: str) -> None:
    names = [f"p{number}" for number in range(20)]
    with opened(postgres_url, **PATIENT, pool_size="4") as store, ThreadPoolExecutor(20) as pool:
        with turn_taken(postgres_url):
            writers = [pool.submit(add_profiles, store, [name]) for name in names]
            time.sleep(0.1)

            # Whoever waited for a writer would wait until the turn is given back, after these reads.
            for _ in range(20):
                assert names_of(store) == []

        assert sorted(writer.result()[0] for writer in writers) == list(range(1, 21))
        assert sorted(names_of(store)) == sorted(names)


def test_many_writers_give_up_when_another_process_has_its_turn_for_too_long(postgres_url: str) -> None:
    with opened(postgres_url, lock_timeout="300ms", pool_timeout="300ms") as store:
        with turn_taken(postgres_url), ThreadPoolExecutor(20) as pool:
            writers = [pool.submit(add_profiles, store, [f"p{number}"]) for number in range(20)]
            assert all(isinstance(writer.exception(), Unavailable) for writer in writers)

        assert len(add_profiles(store, ["after"])) == 1


def test_connections_that_are_all_in_use_make_the_store_unavailable(postgres_url: str) -> None:
    with opened(postgres_url, pool_size="3", pool_timeout="100ms") as store:
        with store.read():
            message = refused(lambda: names_of(store))

        assert "is busy: all connections to it are in use" in message
        assert names_of(store) == []


def test_threads_that_write_all_the_time_do_not_keep_others_from_it(postgres_url: str) -> None:
    """Until the slowest has written enough, in a fair queue nobody has written far more."""
    enough, far_more = 10, 100
    written = [0] * 8

    def write(thread: int) -> None:
        while min(written) < enough and max(written) < far_more:
            add_profiles(store, [f"{thread}/{written[thread]}"])
            written[thread] += 1

    with opened(postgres_url, **PATIENT) as store, ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))

    assert min(written) >= enough


def test_a_commit_changes_the_data_versions_of_all_stores_on_the_database_before_it_is_acknowledged(
    postgres_url: str,
) -> None:
    with opened(postgres_url) as one, opened(postgres_url) as other:
        for number in range(20):
            before = one.data_version(), other.data_version()
            add_profiles(one, [f"p{number}"])
            after = one.data_version(), other.data_version()

            assert None not in before
            assert all(earlier != later for earlier, later in zip(before, after, strict=True))


def test_a_write_that_goes_on_is_not_in_the_data_version_until_it_is_seen(postgres_url: str) -> None:
    with opened(postgres_url) as one, opened(postgres_url) as other:
        with one.write() as tx:
            tx.profiles.add(new_profile("not yet"))
            during = other.data_version()
            assert names_of(other) == []

        assert other.data_version() != during
        assert names_of(other) == ["not yet"]
