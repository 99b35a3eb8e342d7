"""Migrations on PostgreSQL: the same scripts, and several programs that start at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Timer

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from domain.errors import Unavailable, WrongRevision
from store.postgresql.store import TURN
from store.sql.engine import SqlStore
from store.sql.migrate import config, is_stated
from store.sql.revision import head_revision
from store.sql.tables import metadata
from store.testsuite.samples import add_profiles, names_of
from tests.postgres import OwnCluster
from tests.processes import run
from tests.store.postgresql.stores import opened


@pytest.fixture
def empty_url(postgres: OwnCluster) -> Iterator[str]:
    """Give the URL of a database without tables."""
    name = postgres.new_database()
    yield postgres.database_url(name)
    postgres.drop_database(name)


def tables(store: SqlStore) -> set[str]:
    with store._reader.connect() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def test_an_empty_database_is_not_ready_and_says_what_to_run(empty_url: str) -> None:
    with opened(empty_url) as store, pytest.raises(WrongRevision, match="Run: access-profiles migrate"):
        store.check_ready()


def test_the_scripts_make_the_tables_that_the_program_states(empty_url: str) -> None:
    with opened(empty_url) as store:
        assert store.migrate() == head_revision()

        store.check_ready()
        with store._reader.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={
                    "compare_type": True,
                    "compare_server_default": True,
                    "include_name": lambda name, kind, _parents: is_stated(name, kind),
                },
            )
            assert compare_metadata(context, metadata) == []
        assert tables(store) == set(metadata.tables)


def test_every_script_can_be_taken_back_and_done_again(empty_url: str) -> None:
    with opened(empty_url) as store:
        store.migrate()
        for script in list(ScriptDirectory.from_config(config()).walk_revisions()):
            with store._migrator.begin() as connection:
                command.downgrade(config(connection), str(script.down_revision or "base"))
        assert tables(store) == set()

        store.migrate()

        assert tables(store) == set(metadata.tables)
        assert add_profiles(store, ["first"]) == [1]


def test_a_migration_that_fails_leaves_nothing_behind(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alembic.op.execute", lambda _statement: 1 // 0)
    with opened(empty_url) as store:
        with pytest.raises(ZeroDivisionError):
            store.migrate()

        assert tables(store) == set()


def test_threads_that_migrate_at_once_do_not_collide(empty_url: str) -> None:
    def migrate(_: int) -> str:
        with opened(empty_url) as store:
            return store.migrate()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(migrate, range(4))) == {head_revision()}


def test_processes_that_migrate_at_once_do_not_collide(empty_url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda _: run("server.cli", "--store", empty_url, "migrate"), range(3)))

    assert [each.returncode for each in ended] == [0, 0, 0], ended
    with opened(empty_url) as store:
        store.check_ready()


def test_a_migration_waits_longer_than_a_write_does(empty_url: str) -> None:
    with psycopg.connect(empty_url) as other, opened(empty_url, lock_timeout="50ms") as store:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (TURN,))
        release = Timer(0.5, other.rollback)
        release.start()

        store.migrate()

        release.join()


def test_a_migration_may_take_as_long_as_it_needs(empty_url: str) -> None:
    with opened(empty_url) as store, store._migrator.begin() as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "0"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "1min"
    with opened(empty_url) as store:
        assert tables(store) == set()


def test_writes_wait_for_a_migration_and_readers_do_not(postgres_url: str) -> None:
    with opened(postgres_url) as store, opened(postgres_url, lock_timeout="100ms") as other:
        add_profiles(store, ["kept"])
        with store._migrator.begin(), pytest.raises(Unavailable, match="was kept busy by another writer"):
            add_profiles(other, ["refused"])

        assert names_of(other) == ["kept"]
