"""Putting a backup in the place of an SQLite store.

The new file is written and checked beside the store and then takes its name in one step: there is the old
store or the new one at every moment. What was replaced is kept beside it.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from domain.errors import Unavailable
from store.atomic_files import FileRefused, sync, written_beside
from store.sqlite.copying import Progress, copy_database

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, by how the names end."""

LOCK_TIMEOUT_SECONDS = 1


def restore_database(
    backup: Path, store: Path, *, at: datetime, progress: Progress
) -> tuple[str, Path | None]:
    """Put a backup in the place of a store.

    Args:
        backup: the backup's file. It stays as it is.
        store: the store's file; it may be missing or damaged.
        at: the present time, for the name of what is replaced.
        progress: is told how far it is.

    Returns:
        The revision of the tables, and the file that keeps what was replaced.

    Raises:
        FileRefused: the backup is none, or damaged, or of a later program, or cannot be put there.
        Unavailable: another process uses the store.
    """
    if not backup.is_file():
        raise FileRefused(f"There is no file {backup}.")
    store = store.resolve()
    if store.exists() and backup.samefile(store):
        raise FileRefused(f"{backup} is the store itself.")
    store.parent.mkdir(parents=True, exist_ok=True)
    with written_beside(store) as part:
        revision = copy_database(backup, part, progress=progress)
        with _locked(store):
            kept = _keep(store, part, at) if store.exists() else None
            sync(part)
            part.replace(store)
            sync(store.parent)
    return revision, kept


@contextmanager
def _locked(store: Path) -> Iterator[None]:
    """Keep everyone else from a store, and bring all of it into its one file.

    To leave the mode with a write-ahead log, SQLite needs the store for itself alone, so every open
    connection of another process shows. A process that opens the file while the lock is held notices before
    its first write that the file was replaced, because to write in this mode, SQLite looks at the name.

    Raises:
        Unavailable: another process uses the store.
    """
    if not store.exists():
        yield
        return
    with closing(sqlite3.connect(store, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            [(mode,)] = connection.execute("PRAGMA journal_mode")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise FileRefused(f"{store} cannot be replaced: {error}.") from error
            raise _in_use(store) from None
        except sqlite3.DatabaseError:
            # It is so damaged that nobody can use it.
            mode = "none"
        if mode == "wal":
            # Someone opened it between the two statements.
            raise _in_use(store)
        yield


def _in_use(store: Path) -> Unavailable:
    return Unavailable(
        f"Another process uses {store}. Find out which with: fuser -v {store}  (or: lsof {store}). "
        "Stop it and try again."
    )


def _keep(store: Path, part: Path, at: datetime) -> Path:
    """Give what is about to be replaced a second name, its rights to the new file, and return the name."""
    kept = store.with_name(f"{store.name}.replaced-{at:%Y%m%dT%H%M%SZ}")
    if kept.exists():
        raise FileRefused(f"{kept} exists already. Try again in a second.")
    rights = store.stat()
    os.chown(part, rights.st_uid, rights.st_gid)
    part.chmod(rights.st_mode & 0o777)
    try:
        kept.hardlink_to(store)
    except OSError:
        # Some file systems know one name for a file only.
        shutil.copy2(store, kept)
        sync(kept)
    for ending in BESIDE:
        # They are there only beside a damaged store, and must not be read with the new one.
        if (left := store.with_name(store.name + ending)).exists():
            left.rename(kept.with_name(kept.name + ending))
    sync(store.parent)
    return kept
