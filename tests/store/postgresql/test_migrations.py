"""Migrations on PostgreSQL: several programs that start at once, and how long they wait."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Timer

import psycopg
import pytest
from sqlalchemy import inspect

from domain.errors import Unavailable
from store.postgresql.store import TURN
from store.sql.revision import head_revision
from store.testsuite.samples import add_profiles, names_of
from tests.postgres import OwnCluster
from tests.serving import ROOT
from tests.store.postgresql.stores import opened


@pytest.fixture
def empty_url(postgres: OwnCluster) -> Iterator[str]:
    """Give the URL of a database without tables."""
    name = postgres.new_database()
    yield postgres.database_url(name)
    postgres.drop_database(name)


def test_threads_that_migrate_at_once_do_not_collide(empty_url: str) -> None:
    def migrate(_: int) -> str:
        with opened(empty_url) as store:
            return store.migrate()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(migrate, range(4))) == {head_revision()}


def test_processes_that_migrate_at_once_do_not_collide(empty_url: str) -> None:
    arguments = [sys.executable, "-m", "server.cli", "--store", empty_url, "migrate"]
    processes = [subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [process.communicate()[1] for process in processes]

    assert [process.returncode for process in processes] == [0, 0, 0], said
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
        assert inspect(connection).get_table_names() == []


def test_writes_wait_for_a_migration_and_readers_do_not(postgres_url: str) -> None:
    with opened(postgres_url) as store, opened(postgres_url, lock_timeout="100ms") as other:
        add_profiles(store, ["kept"])
        with store._migrator.begin(), pytest.raises(Unavailable, match="was kept busy by another writer"):
            add_profiles(other, ["refused"])

        assert names_of(other) == ["kept"]
