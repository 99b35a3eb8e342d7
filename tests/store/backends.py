"""Every backend that the store's tests run on. A new backend is one more line here."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import QueuePool

from store.api import Store
from store.registry import open_store
from store.sql.engine import SqlStore
from tests.postgres import shared_cluster
from tests.store.recycled import recycled_database

BACKENDS: Mapping[str, Callable[[Path], str]] = {
    "memory": lambda _folder: "memory:",
    "postgresql": lambda _folder: recycled_database(shared_cluster()).renewed_url(),
    "sqlite": lambda folder: f"sqlite:///{folder / 'profiles.db'}",
}
"""How a test's store is called, and its URL in the test's folder."""


@contextmanager
def opened_store(backend: str, folder: Path) -> Iterator[Store]:
    """Open a migrated store; at the end no connection may be in use any more."""
    store = open_store(BACKENDS[backend](folder))
    try:
        store.migrate()
        yield store
        assert connections_in_use(store) == 0
    finally:
        store.close()


def connections_in_use(store: Store) -> int:
    """Return how many connections were taken and not given back."""
    if not isinstance(store, SqlStore):
        return 0
    pools = {store._reader.pool, store._writer.pool}
    return sum(cast(QueuePool, pool).checkedout() for pool in pools)
