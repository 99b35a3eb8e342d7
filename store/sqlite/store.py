"""SQLite: one file, in WAL mode, so that readers and the one writer do not wait for each other.

Writers of one process share transactions (`store.sqlite.group_commit`); those of others wait at the file.
"""

import time
from pathlib import Path
from sqlite3 import SQLITE_BUSY
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from domain.errors import Unavailable
from store.sql.connections import HeldReaders
from store.sql.engine import SqlStore
from store.sql.prepared import send
from store.sqlite.commit_watch import CommitWatch
from store.sqlite.group_commit import GroupCommit

BUSY_TIMEOUT_MS = 5000
"""How long a writer waits for another process's write before it gives up."""

POLL_MS = 5
"""How long SQLite itself waits for another process's write. It looks ever more rarely, in the end every 100
ms, and would miss the moments between transactions; called again, it looks after 1 ms."""

PATIENCE_SECONDS = 30
"""How long a writer waits for others of this process. One of them may have thousands of copies to save."""

READERS = 8
"""Connections that are kept for readers."""

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)

_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def open_sqlite(url: str) -> "SqliteStore":
    """Open the store in a file, `sqlite:///relative/path` or `sqlite:////absolute/path`.

    The file is made when it is missing; its folder, too.

    Raises:
        ValueError: the URL names no file.
        Unavailable: the file's folder cannot be made.
    """
    path = file_of(url)
    folder = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"The folder {folder} cannot be made: {error.strerror}.") from error
    reader = _engine(url, connections=READERS, begin="BEGIN")
    writer = _engine(url, connections=1, begin="BEGIN IMMEDIATE")
    event.listen(writer, "connect", _poll)
    name = f"The store at {path}"
    return SqliteStore(
        path,
        HeldReaders(reader, READERS),
        GroupCommit(PATIENCE_SECONDS, name=name),
        reader,
        writer,
        name=name,
        reads_block=False,
        writes_block=True,
    )


def _engine(url: str, *, connections: int, begin: str) -> Engine:
    """Return an engine that keeps this many connections; when more are needed at once, it opens more."""
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=32,
        connect_args={"check_same_thread": False},
        execution_options={"begin": begin},
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


class SqliteStore(SqlStore):
    """Keeps everything in a file. Once a part of the file was found damaged, it is not ready any more.

    Without that memory it would be ready again at once: connections keep what they need for the check.
    """

    def __init__(
        self, path: Path, readers: HeldReaders, writers: GroupCommit, *engines: Engine, **options: Any
    ) -> None:
        """Take the file, how reads and writes begin, and what else `SqlStore` takes."""
        super().__init__(*engines, begin_read=readers.begin, begin_write=writers.begin, **options)
        self._readers = readers
        self._writers = writers
        self._damage: str | None = None
        self._watch = CommitWatch(path)

    def data_version(self) -> object:
        """Return the version of the file's content."""
        return self._watch.version()

    def notice(self, failure: BaseException | None) -> None:
        """Keep the first failure that says that the file is damaged."""
        if self._damage is None and getattr(failure, "sqlite_errorname", "").startswith(_DAMAGE):
            self._damage = f"{self.name} is damaged: {failure}. Restore a backup, and start the server again."

    def check_ready(self) -> None:
        """Return when the file was not found damaged, and its tables are at the head revision."""
        if self._damage is not None:
            raise Unavailable(self._damage)
        super().check_ready()

    def close(self) -> None:
        """Close the connections."""
        self._watch.close()
        self._readers.close()
        self._writers.close()
        super().close()


def file_of(url: str) -> Path:
    """Return the file that an SQLite store is kept in.

    Raises:
        ValueError: the URL names no file.
    """
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


def _poll(connection: SqliteConnection, _record: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout = {POLL_MS}")


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options()["begin"]
    if statement is None:
        return
    gives_up_at = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            send(connection, statement)
        except OperationalError as error:
            if not _is_busy(error) or time.monotonic() >= gives_up_at:
                raise
        else:
            return


def _is_busy(error: OperationalError) -> bool:
    code: int = getattr(error.orig, "sqlite_errorcode", 0)
    # The higher bits say more.
    return code & 0xFF == SQLITE_BUSY
