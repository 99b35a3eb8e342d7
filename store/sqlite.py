"""SQLite: one file, in WAL mode, so that readers and the one writer do not wait for each other."""

from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from domain.errors import Unavailable
from store.sql.engine import SqlStore
from store.sql.turns import Turns

BUSY_TIMEOUT_MS = 5000
"""How long a writer waits for another process's write before it gives up."""

PATIENCE_SECONDS = 30
"""How long a writer waits for other writers of this process. They queue here: SQLite lets in whoever asks at
the right moment, and under load some would wait until they give up."""

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


def open_sqlite(url: str) -> SqlStore:
    """Open the store in a file, `sqlite:///relative/path` or `sqlite:////absolute/path`.

    The file is made when it is missing; its folder, too.

    Raises:
        ValueError: the URL names no file.
        Unavailable: the file's folder cannot be made.
    """
    folder = _file(url).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"The folder {folder} cannot be made: {error.strerror}.") from error
    engine = create_engine(url, pool_size=8, max_overflow=32, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    writer = engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
    turns = Turns(1, PATIENCE_SECONDS)
    return SqlStore(engine, writer, write_turn=turns.take, reads_wait=False, writes_wait=True)


def _file(url: str) -> Path:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.host or not parsed.database or parsed.database == ":memory:":
        raise ValueError(f'An SQLite store needs a file: "sqlite:///path/to/file.db", not "{url}".')
    return Path(parsed.database)


def _configure(connection: SqliteConnection, _record: Any) -> None:
    # The driver must not begin transactions of its own accord: a deferred BEGIN that turns into a write
    # cannot wait for another writer and fails at once.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
