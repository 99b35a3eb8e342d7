"""PostgreSQL: any number of servers and processes on one database, or on one that others stand by for.

Reads see one consistent state and wait for nobody. Writers take turns: each holds one advisory lock of the
database until its transaction ends (`docs/decisions/0005-writers-take-turns.md`).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from store.postgresql.snapshot_watch import SnapshotWatch
from store.postgresql.url import PostgresUrl, parse_url
from store.sql.connections import HeldReaders
from store.sql.engine import SqlStore
from store.sql.fair_semaphore import FairSemaphore
from store.sql.prepared import send

WRITERS = 2
"""Connections of a process that write: one has its turn, one waits at the database for the next. Further
writers wait in the process, so that they take no connection away from readers."""

MIGRATION_LOCK_TIMEOUT_MS = 60_000
"""How long a migration waits for another program's migration, or for writers, before it gives up."""

TURN = int.from_bytes(b"profiles")
"""The advisory lock that writers hold. Programs in the same database must not use this number."""

_TAKE_TURN = f"SELECT pg_advisory_xact_lock({TURN})"

# One trip to the server begins the transaction and takes the turn.
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = f"BEGIN ISOLATION LEVEL READ COMMITTED; {_TAKE_TURN}"
_MIGRATE = (
    "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0; "
    f"SET LOCAL lock_timeout = {MIGRATION_LOCK_TIMEOUT_MS}; {_TAKE_TURN}"
)


def open_postgres(url: str) -> SqlStore:
    """Open the store in a database, `postgresql://user:password@host:5432/database`.

    Nothing is connected to before it is used. `store.postgresql.url` says what a URL may hold.

    Raises:
        ValueError: the URL is not understood.
    """
    parsed = parse_url(url)
    readers = parsed.pool_size - WRITERS
    reader = _engine(parsed, connections=readers, begin=_READ)
    writer = _engine(parsed, connections=WRITERS, begin=_WRITE)
    patience_seconds = parsed.pool_timeout_ms / 1000
    return PostgresStore(
        SnapshotWatch(parsed.connection),
        HeldReaders(reader, readers),
        reader,
        writer,
        migrator=writer.execution_options(begin=_MIGRATE),
        read_turn=FairSemaphore(readers, patience_seconds).take,
        write_turn=FairSemaphore(WRITERS, patience_seconds).take,
        name=f"PostgreSQL at {parsed.place}",
        reads_block=True,
        writes_block=True,
    )


class PostgresStore(SqlStore):
    """Keeps everything in a database of a PostgreSQL server."""

    def __init__(self, watch: SnapshotWatch, readers: HeldReaders, *engines: Engine, **options: Any) -> None:
        """Take what tells of commits, how reads begin, and what else `SqlStore` takes."""
        super().__init__(*engines, begin_read=readers.begin, **options)
        self._readers = readers
        self._watch = watch

    def data_version(self) -> object:
        """Return what the server's current snapshot sees."""
        return self._watch.snapshot()

    def close(self) -> None:
        """Close the connections."""
        self._watch.close()
        self._readers.close()
        super().close()


def _engine(parsed: PostgresUrl, *, connections: int, begin: str) -> Engine:
    """Return an engine with this many connections at most, whose transactions begin with a statement."""
    arguments: Mapping[str, object] = {
        **parsed.connection,
        # The driver must not begin transactions of its own accord: `_begin` does, and says of which kind.
        "autocommit": True,
    }
    engine = create_engine(
        "postgresql+psycopg://",
        connect_args=arguments,
        execution_options={"begin": begin},
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,
        # Places instead of names, as on SQLite: prepared statements hand their values over in order.
        paramstyle="format",
        use_native_hstore=False,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options()["begin"]
    if statement is not None:
        send(connection, statement)
