"""Copies of an SQLite store: made while it is in use, and put back in its place.

A copy is one file that needs nothing beside it. It is made by SQLite's own backup, within one read
transaction, so that it holds what was committed when it began, whoever writes meanwhile.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from store.sql.migrate import head_revision, is_known
from store.transfer.api import Progress, Refused
from store.transfer.files import SIDE_FILES, put, refuse_to_replace, staged

PAGES_AT_ONCE = 1024
"""After how many pages the progress is told."""

PATIENCE_SECONDS = 1.0
"""How long to wait for what another program does with a file at the moment."""

_MAGIC = b"SQLite format 3\x00"

_OF_EVERY_STORE = ("access_profile_names", "access_profile_totals", "alembic_version", "sequences", "sqlite_")
"""Tables that have rows in an empty store, too, by how their names begin."""

# Where SQLite locks a file, as its file format says: byte ranges far behind any content.
_SHARED_LOCKS = (0x40000002, 510)


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What was copied.

    Attributes:
        octets: the size of the copy.
        revision: of its tables.
        is_behind: whether they must be migrated before this program can serve them.
    """

    octets: int
    revision: str
    is_behind: bool


def sqlite_file(url: str) -> Path:
    """Return the file of an SQLite store.

    Raises:
        Refused: the store is another one.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise Refused("Backup and restore are for SQLite. Use pg_dump, or: access-profiles export")
    return Path(parsed.database)


def back_up(
    source: Path, target: Path, *, force: bool = False, progress: Progress = lambda _done, _total: None
) -> CopyReport:
    """Copy a store's file while it is in use. The copy appears whole or not at all, and only its owner reads it.

    Args:
        source: the store's file.
        target: the copy.
        force: whether to replace a file that is there.
        progress: is told how many pages are copied.

    Raises:
        Refused: there is no store in the file, it is damaged, or the copy is there already or cannot be written.
    """
    if not source.is_file():
        raise Refused(f"There is no store at {source} yet.")
    if target.is_dir() or not force:
        refuse_to_replace(target)
    _refuse_same(source, target)
    with staged(target) as part:
        report = _copy(source, part, progress)
        put(part, target)
    return report


def restore(
    source: Path, target: Path, *, force: bool = False, progress: Progress = lambda _done, _total: None
) -> CopyReport:
    """Put a copy in the place of a store's file, in one step: whoever opens it finds the old or the new.

    Args:
        source: the copy; it stays.
        target: the store's file, which no program may be using.
        force: whether to replace a store that holds data, or a file that is none of ours.
        progress: is told how many pages are copied.

    Raises:
        Refused: the copy is none of ours, damaged, or of a later program; the store holds data, or is in use.
    """
    target = target.resolve()
    if not source.is_file():
        raise Refused(f"There is no file {source}.")
    with source.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise Refused(f"{source} is no SQLite database. If it is an export, use: access-profiles import")
    _refuse_same(source, target)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not force:
        _refuse_content(target)
    with _alone(target):
        pass
    with staged(target) as part:
        report = _copy(source, part, progress)
        if target.exists():
            _make_like(part, target)
        with _alone(target):
            put(part, target)
    return report


def _copy(source: Path, part: Path, progress: Progress) -> CopyReport:
    """Copy a database into an empty file and check the copy."""
    with _told(source), closing(_opened(source)) as reading, closing(sqlite3.connect(part)) as writing:
        reading.execute("BEGIN")
        revision = _revision(reading, source)
        # The copy is flushed once, at its end.
        writing.execute("PRAGMA synchronous = OFF")
        reading.backup(
            writing,
            pages=PAGES_AT_ONCE,
            progress=lambda _status, remaining, total: progress(total - remaining, total),
        )
        reading.rollback()
        # Out of WAL mode, so that the copy needs no file beside it.
        writing.execute("PRAGMA journal_mode = DELETE").fetchall()
        found = writing.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise Refused(f"{source} is damaged: {' '.join(found.split())}.")
        orphan = writing.execute("PRAGMA foreign_key_check").fetchone()
        if orphan is not None:
            raise Refused(
                f"{source} is damaged: a row of {orphan[0]} refers to a row of {orphan[2]} that is gone."
            )
    return CopyReport(part.stat().st_size, revision, is_behind=revision != head_revision())


def _revision(connection: sqlite3.Connection, path: Path) -> str:
    """Return the revision of a store's tables, and refuse what is no store of this program."""
    tables = _tables(connection)
    row = (
        connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if {"alembic_version", "access_profiles"} <= tables
        else None
    )
    if row is None:
        raise Refused(f"{path} is an SQLite database, but no store of access-profiles.")
    revision = str(row[0])
    if not is_known(revision):
        raise Refused(
            f"The tables in {path} are at revision {revision}, which this program does not know. "
            "Install the version of access-profiles that made them, or a later one."
        )
    return revision


def _refuse_content(target: Path) -> None:
    """Refuse to replace a file that holds anything."""
    if not target.exists() or target.stat().st_size == 0:
        if any(Path(f"{target}{side}").exists() for side in ("-wal", "-journal")):
            raise Refused(
                f"There is no store at {target}, but a journal of one beside it. "
                "Put them together again, or use --force to remove the journal."
            )
        return
    try:
        with closing(_opened(target)) as connection:
            held = any(
                connection.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")').fetchone()[0]  # noqa: S608
                for table in _tables(connection)
                if not table.startswith(_OF_EVERY_STORE)
            )
    except sqlite3.Error as error:
        raise Refused(f"{target} cannot be read: {error}. Use --force to replace it all the same.") from None
    if held:
        raise Refused(f"The store at {target} holds data. Use --force to replace it.")


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Hold a file for ourselves alone, with nothing beside it that belongs to it.

    Leaving WAL mode asks for the file alone, which every program that has it open prevents; then it moves
    what stands in the WAL into the file and removes the WAL. So the file is whole by itself when it is
    replaced, and no WAL is left that could be taken for its successor's.
    """
    if not target.exists() or target.stat().st_size == 0:
        _remove_side_files(target)
        yield
        return
    with closing(sqlite3.connect(target, isolation_level=None, timeout=PATIENCE_SECONDS)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise _in_use(target, str(error)) from None
        except sqlite3.DatabaseError:
            # SQLite does not know the file for its own, and so cannot say who uses it.
            _refuse_locked(target)
            _remove_side_files(target)
        yield


def _refuse_locked(target: Path) -> None:
    import fcntl

    length, start = _SHARED_LOCKS[1], _SHARED_LOCKS[0]
    with target.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        except OSError as error:
            raise _in_use(target, str(error.strerror)) from None


def _in_use(target: Path, reason: str) -> Refused:
    return Refused(
        f"The store at {target} is in use ({reason}). Stop every server that uses it, then try again."
    )


def _remove_side_files(target: Path) -> None:
    for side in SIDE_FILES:
        Path(f"{target}{side}").unlink(missing_ok=True)


def _make_like(part: Path, target: Path) -> None:
    """Let those who could use the old file use the new one."""
    old = target.stat()
    shutil.copymode(target, part)
    with suppress(PermissionError):
        os.chown(part, old.st_uid, old.st_gid)


def _refuse_same(source: Path, target: Path) -> None:
    if target.exists() and source.samefile(target):
        raise Refused(f"{source} and {target} are the same file.")


def _opened(path: Path) -> sqlite3.Connection:
    """Open a database that is there, to read it."""
    address = f"file:{quote(str(path.absolute()))}?mode=rw"
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=PATIENCE_SECONDS)


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


@contextmanager
def _told(source: Path) -> Iterator[None]:
    """Turn what SQLite says of a file into a sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise Refused(f"{source} cannot be copied: {error}.") from None
