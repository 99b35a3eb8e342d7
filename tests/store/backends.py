"""Every backend that the suite runs on. A new backend is one more line here."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import cast

from sqlalchemy import QueuePool

from store.api import Store
from store.postgresql.store import PostgresStore
from store.registry import open_store
from store.sql.engine import SqlStore
from store.sqlite.store import SqliteStore
from tests.postgres import shared_cluster
from tests.store.recycled import recycled_database

BACKENDS: Mapping[str, Callable[[Path], str]] = {
    "memory": lambda _folder: "memory:",
    "postgresql": lambda _folder: recycled_database(shared_cluster()).renewed_url(),
    "sqlite": lambda folder: copied_file(folder / "profiles.db"),
}
"""How a test's store is called, and the URL of an empty, migrated one in the test's folder."""


def new_database_url(database: str, folder: Path) -> str:
    """Return the URL of a database without tables: a file in a folder, or one of the server of all tests."""
    if database == "sqlite":
        return f"sqlite:///{folder / 'profiles.db'}"
    return shared_cluster().database_url(shared_cluster().new_database())


@contextmanager
def opened_store(backend: str, folder: Path) -> Iterator[Store]:
    """Open an empty store; at the end no connection may be in use any more."""
    with closing(open_store(BACKENDS[backend](folder))) as store:
        yield store
        assert connections_in_use(store) == 0


def connections_in_use(store: Store) -> int:
    """Return how many connections were taken and not given back, or held for the next readers."""
    if not isinstance(store, SqlStore):
        return 0
    pools = {store._reader.pool, store._writer.pool}
    held = 0
    if isinstance(store, PostgresStore | SqliteStore):
        held += len(store._readers._free)
    if isinstance(store, SqliteStore):
        held += store._writers._kept is not None
    return sum(cast(QueuePool, pool).checkedout() for pool in pools) - held


def copied_file(path: Path) -> str:
    """Copy a migrated file to a path, and return its URL: to migrate takes 30 times as long."""
    path.write_bytes(_migrated_file())
    return f"sqlite:///{path}"


@cache
def _migrated_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "profiles.db")
        with closing(open_store(f"sqlite:///{path}")) as store:
            store.migrate()
        return path.read_bytes()
