"""Backing up and restoring the store at a URL: on SQLite. Other databases have tools of their own."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.errors import DomainError
from store.atomic_files import FileRefused, new_file
from store.registry import scheme_of
from store.sqlite.copying import Progress, copy_database
from store.sqlite.restore import BESIDE, restore_database
from store.sqlite.store import file_of


class OtherTool(DomainError):
    """The store is not backed up by this program."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of restoring.

    Attributes:
        revision: the revision of the tables.
        kept: the file that keeps the store that was replaced; None when there was none.
    """

    revision: str
    kept: Path | None


def back_up(url: str, target: Path, *, force: bool, progress: Progress) -> str:
    """Copy the store into a file, while servers go on using it, and return the revision of its tables.

    Args:
        url: the store.
        target: the file to make.
        force: whether it may replace a file.
        progress: is told how many pages are copied, and of how many.

    Raises:
        OtherTool: the store is none on SQLite.
        FileRefused: the URL names no store, it is damaged, or the file cannot be made.
    """
    store = _sqlite_file(url)
    if not store.is_file():
        raise FileRefused(f"There is no store in {store}. To make one: access-profiles migrate")
    own = {store.resolve().with_name(store.resolve().name + ending) for ending in ("", *BESIDE)}
    if target.resolve() in own:
        raise FileRefused(f"{target} belongs to the store itself: choose another name.")
    with new_file(target, force=force) as part:
        return copy_database(store, part, progress=progress)


def restore(url: str, backup: Path, *, at: datetime, progress: Progress) -> Restored:
    """Put a backup in the place of the store.

    Args:
        url: the store, which no process may be using.
        backup: a file that `back_up` made.
        at: the present time, for the name of what is replaced.
        progress: is told how many pages are copied, and of how many.

    Raises:
        OtherTool: the store is none on SQLite.
        FileRefused: the backup is none, or damaged, or of a later program, or cannot be put there.
        Unavailable: another process uses the store.
    """
    return Restored(*restore_database(backup, _sqlite_file(url), at=at, progress=progress))


def _sqlite_file(url: str) -> Path:
    scheme = scheme_of(url)
    if scheme == "sqlite":
        try:
            return file_of(url)
        except ValueError as error:
            raise FileRefused(str(error)) from None
    if scheme == "postgresql":
        raise OtherTool(
            "PostgreSQL has tools of its own for this: pg_dump --format=custom --file=FILE DATABASE, and "
            "pg_restore --clean --if-exists --dbname=DATABASE FILE. To move everything to another kind of "
            "store: access-profiles export FILE"
        )
    if scheme == "memory":
        raise OtherTool(
            "The memory store ends with its process: there is no file to back up or to restore. What a store "
            "holds goes from one to another by: access-profiles export FILE, access-profiles import FILE"
        )
    raise OtherTool(
        f'Only stores on SQLite are backed up and restored by this program, and "{scheme}:" is none. '
        "To take everything out of another store: access-profiles export FILE"
    )
