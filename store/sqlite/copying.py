"""Copying an SQLite database while it is in use, and looking at what came of it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from store.atomic_files import FileRefused
from store.sql.revision import known_revisions

PAGES_AT_ONCE = 1000
"""Pages of a step; between steps it is told how far the copy is."""

BUSY_TIMEOUT_SECONDS = 5

Progress = Callable[[int, int], None]
"""Is told how many pages are copied, and of how many."""


def copy_database(source: Path, target: Path, *, progress: Progress) -> str:
    """Copy a database as it is at one moment, check the copy, and return the revision of its tables.

    Others go on reading and writing meanwhile: the copy holds every commit that ended before it began, and no
    part of a later one. The copy is one file, without a write-ahead log.

    Args:
        source: the database's file.
        target: a file to write into.
        progress: is told how far it is.

    Raises:
        FileRefused: the source is no store of access-profiles or is damaged, or the copy cannot be written.
    """
    with _as_sentences(source), closing(_connected(source, "ro")) as reader:
        # A transaction that stays open makes all steps read one state. Without it, SQLite would begin again
        # after each commit of another process, and never end under load.
        reader.execute("BEGIN")
        revision = _revision(reader, source)
        with closing(_connected(target, "rw")) as writer:
            writer.execute("PRAGMA synchronous = OFF")
            reader.backup(
                writer,
                pages=PAGES_AT_ONCE,
                progress=lambda _status, left, total: progress(total - left, total),
            )
            writer.execute("PRAGMA journal_mode = DELETE")
            _check_integrity(writer, source)
    return revision


def _connected(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
    )


@contextmanager
def _as_sentences(source: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_NOTADB:
            raise FileRefused(f"{source} is no store of access-profiles: it is no SQLite file.") from error
        if code is not None and code & 0xFF == sqlite3.SQLITE_CORRUPT:
            raise FileRefused(f"{source} is damaged: {error}.") from error
        raise FileRefused(f"{source} cannot be copied: {error}.") from error


def _revision(connection: sqlite3.Connection, file: Path) -> str:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not tables >= {"access_profiles", "alembic_version"}:
        raise FileRefused(f"{file} is no store of access-profiles: it has not its tables.")
    [(revision,)] = connection.execute("SELECT version_num FROM alembic_version")
    if revision not in known_revisions():
        raise FileRefused(
            f"The tables in {file} are at revision {revision}, which this program does not know. "
            "Install the version of access-profiles that made them, or a later one."
        )
    return str(revision)


def _check_integrity(connection: sqlite3.Connection, source: Path) -> None:
    [(found,), *_] = connection.execute("PRAGMA integrity_check(1)")
    if found != "ok":
        raise FileRefused(f"{source} is damaged: {found}.")
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise FileRefused(f"{source} is damaged: a row refers to one that is not there.")
