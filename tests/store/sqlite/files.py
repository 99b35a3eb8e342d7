"""Opening stores on files, and disturbing them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from store.sqlite.store import SqliteStore, open_sqlite
from tests.store.backends import connections_in_use


class Failure(Exception):
    """What a handler raises in the middle of its work."""


@contextmanager
def opened(path: Path) -> Iterator[SqliteStore]:
    """Open a migrated store; at the end, no connection may be in use any more."""
    with closing(open_sqlite(f"sqlite:///{path}")) as store:
        store.migrate()
        yield store
        assert connections_in_use(store) == 0


@contextmanager
def locked(path: Path) -> Iterator[sqlite3.Connection]:
    """Hold the write lock of a file, as another process would."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def connection_of(tx: Any) -> Connection:
    connection: Connection = tx.profiles._connection
    return connection


def driver_of(tx: Any) -> sqlite3.Connection:
    driver: Any = connection_of(tx).connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def disk_error(statement: str) -> OperationalError:
    """Return what Core raises when the disk fails during a statement."""
    return OperationalError(statement, None, sqlite3.OperationalError("disk I/O error"))
