"""PostgreSQL's readers: transactions on connections that are held, and statements past Core."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.exc import DBAPIError, ProgrammingError, ResourceClosedError

from domain.errors import NotFound
from domain.records import RoleAttachment
from store.api import ProfileFilter, ReadTransaction
from store.sql.prepared import Prepared
from store.testsuite.samples import NOW, add_profiles, names_of
from tests.postgres import OwnCluster
from tests.store.postgresql.stores import name_in, opened, refused, sessions
from tests.store.waiting import wait_until

_SESSION = Prepared(select(func.pg_backend_pid().label("number")))
_QUOTIENT = Prepared(select((1 / func.length(bindparam("text"))).label("value")))
_UNDEFINED = Prepared(select(func.undefined(bindparam("text")).label("value")))


def connection_of(tx: Any) -> Connection:
    connection: Connection = tx.profiles._connection
    return connection


def session_of(tx: ReadTransaction) -> int:
    """Return the number of the server's process that serves a transaction."""
    number: int = _SESSION.one(connection_of(tx)).number
    return number


def end_sessions(postgres: OwnCluster, url: str) -> None:
    """End all sessions on a database, and wait until they are gone."""
    postgres.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name_in(url)}'"
    )
    wait_until(lambda: sessions(postgres, url) == 0)


def test_a_reader_takes_the_connection_of_the_one_before(postgres_url: str) -> None:
    sessions = set()
    with opened(postgres_url) as store:
        for _ in range(20):
            with store.read() as tx:
                sessions.add(session_of(tx))

    assert len(sessions) == 1


def test_connections_that_died_are_replaced_before_anything_is_read(
    postgres: OwnCluster, postgres_url: str
) -> None:
    with opened(postgres_url) as store:
        add_profiles(store, ["p"])
        for _ in range(2):
            with store.read(), store.read(), store.read():
                pass
            end_sessions(postgres, postgres_url)
            with store.read() as one, store.read() as other, store.read() as third:
                found = [tx.profiles.get(1).profile.name for tx in (one, other, third)]

            assert found == ["p"] * 3


def test_a_connection_that_dies_during_a_read_is_told_and_not_replaced_within_it(
    postgres: OwnCluster, postgres_url: str
) -> None:
    def read() -> None:
        with store.read() as tx:
            tx.profiles.get(1)
            end_sessions(postgres, postgres_url)
            with pytest.raises(DBAPIError) as lost:
                tx.profiles.get(1)
            # Another connection would see another state.
            with pytest.raises(ResourceClosedError):
                tx.profiles.get(1)
            raise lost.value

    with opened(postgres_url) as store:
        add_profiles(store, ["p"])
        message = refused(read)

        assert "is stopping or starting" in message or "has lost the connection" in message
        assert names_of(store) == ["p"]


def by_prepared_statements(tx: ReadTransaction) -> int:
    return len(tx.profiles.list(ProfileFilter(), limit=100, offset=0).rows)


def by_core(tx: ReadTransaction) -> int:
    return len(tx.roles.list())


@pytest.mark.parametrize("first", [by_prepared_statements, by_core])
def test_a_read_sees_one_state_whatever_is_committed_meanwhile(
    postgres_url: str, first: Callable[[ReadTransaction], int]
) -> None:
    with opened(postgres_url) as store, opened(postgres_url) as other:
        # The second time, the connection is one that was held.
        for there in range(2):
            with store.read() as tx:
                first(tx)
                with other.write() as writing:
                    role = writing.roles.add(f"r{there}", None, NOW)
                [profile_id] = add_profiles(other, [f"p{there}"])
                with other.write() as writing:
                    writing.roles.attach(profile_id, role.id, is_default=True)

                assert (by_prepared_statements(tx), by_core(tx)) == (there, there)
                with pytest.raises(NotFound):
                    tx.profiles.get(profile_id)
                assert (by_core(tx), by_prepared_statements(tx)) == (there, there)

            with store.read() as tx:
                assert tx.profiles.get(profile_id).roles == (
                    RoleAttachment(role.id, profile_id, role.id, f"r{there}", True),
                )


def test_the_end_of_a_read_ends_its_transaction_whoever_sent_the_last_statement(
    postgres: OwnCluster, postgres_url: str
) -> None:
    with opened(postgres_url) as store:
        for read in (by_core, by_prepared_statements, lambda _tx: 0):
            for _ in range(2):
                with store.read() as tx:
                    read(tx)
                wait_until(lambda: sessions(postgres, postgres_url, "state <> 'idle'") == 0)


def test_a_statement_that_fails_past_core_is_raised_as_core_would_without_its_values(
    postgres_url: str,
) -> None:
    with opened(postgres_url) as store:
        with pytest.raises(DBAPIError, match="division by zero") as failed, store.read() as tx:
            _QUOTIENT.one(connection_of(tx), text="")
        with pytest.raises(ProgrammingError, match="does not exist") as undefined, store.read() as tx:
            _UNDEFINED.one(connection_of(tx), text="s3cret")

        assert not failed.value.connection_invalidated
        assert "SQL parameters hidden" in str(undefined.value)
        assert "s3cret" not in str(undefined.value)
        assert names_of(store) == []


def test_a_refusal_within_a_read_leaves_its_connection_to_the_next(postgres_url: str) -> None:
    with opened(postgres_url) as store:
        with store.read() as tx:
            before = session_of(tx)
        with pytest.raises(NotFound), store.read() as tx:
            tx.profiles.get(7)

        with store.read() as tx:
            assert session_of(tx) == before


def test_taking_everything_out_leaves_no_option_on_the_connection(postgres_url: str) -> None:
    with opened(postgres_url) as store:
        add_profiles(store, ["p"])
        with store.read() as tx:
            dumped = list(tx.dump())
            connection_of(tx).exec_driver_sql("SHOW statement_timeout")

        with store.read() as tx:
            assert list(tx.dump()) == dumped
            assert "yield_per" not in connection_of(tx).get_execution_options()
