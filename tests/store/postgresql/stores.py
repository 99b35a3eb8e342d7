"""Opening stores on PostgreSQL, and disturbing them."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from urllib.parse import quote

import psycopg
import pytest

from domain.errors import Unavailable
from store.postgresql.store import TURN, open_postgres
from store.sql.engine import SqlStore
from tests.postgres import OwnCluster
from tests.store.backends import connections_in_use
from tests.store.waiting import LONG_SECONDS

PATIENT = dict.fromkeys(("pool_timeout", "lock_timeout", "statement_timeout"), f"{LONG_SECONDS}s")
"""Parameters with which nobody is refused because a machine is slow."""


@contextmanager
def opened(url: str, **parameters: str) -> Iterator[SqlStore]:
    """Open a store; at the end, no connection may be in use any more."""
    query = "&".join(f"{name}={quote(value)}" for name, value in parameters.items())
    with closing(open_postgres(f"{url}?{query}" if query else url)) as store:
        yield store
        assert connections_in_use(store) == 0


@contextmanager
def turn_taken(url: str) -> Iterator[None]:
    """Hold the writers' lock, as another process would."""
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (TURN,))
        yield


def shown(store: SqlStore, setting: str) -> object:
    """Return a setting of a session that reads."""
    with store.read() as tx:
        return tx.profiles._connection.exec_driver_sql(f"SHOW {setting}").scalar_one()


def refused(work: Callable[[], object]) -> str:
    """Return what a store says that cannot be used."""
    with pytest.raises(Unavailable) as refusal:
        work()
    return str(refusal.value)


def name_in(url: str) -> str:
    """Return the name of the database in a URL."""
    return url.rpartition("/")[2]


def sessions(postgres: OwnCluster, url: str, condition: str = "true") -> int:
    """Return how many sessions on a database there are, or are so."""
    counted = "SELECT count(*) FROM pg_stat_activity"
    [(number,)] = postgres.execute(f"{counted} WHERE datname = '{name_in(url)}' AND {condition}")
    return int(number)
