"""Failures of databases as `Unavailable`, each with a sentence that says what is the matter.

What an operator can mend is translated. A programming error (a wrong statement, a missing table) stays as it
is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError  # noqa: A004

from domain.errors import Unavailable

_BY_SQLSTATE: Mapping[str, str] = {
    "08": "has lost the connection",
    "25006": "is read-only",
    "25P03": "ended a transaction that stood still for too long",
    "28": "refuses the connection",
    "3D": "refuses the connection",
    "40001": "was busy with another transaction",
    "40P01": "was busy with another transaction",
    "42501": "does not let this user do what the store needs",
    "53": "is short of something",
    "53100": "has no space left on its disk",
    "53300": "has no connection left",
    "55P03": "was kept busy by another writer",
    "57014": "gave up a statement that took too long",
    "57P": "is stopping or starting",
    "58": "has trouble with its files",
    "XX001": "is damaged",
    "XX002": "is damaged",
}
"""What a SQLSTATE of PostgreSQL means for the store: the longest one that the state begins with."""

_BY_SQLITE_CODE: Mapping[str, tuple[str, str]] = {
    "SQLITE_BUSY": ("was kept busy by another process", "Try again when that process is done."),
    "SQLITE_CANTOPEN": (
        "cannot be opened",
        "Check that it is a file, and that this user may read and write it and its folder.",
    ),
    "SQLITE_CORRUPT": ("is damaged", "Restore a backup."),
    "SQLITE_FULL": ("is full", "Make space on its disk."),
    "SQLITE_IOERR": (
        "has trouble with its disk",
        "Check the disk, its quota and the largest file that this process may write.",
    ),
    "SQLITE_NOTADB": ("is damaged or is no database", "Restore a backup, or name another file."),
    "SQLITE_PERM": ("may not be used by this user", "Let the user read and write the file and its folder."),
    "SQLITE_PROTOCOL": ("was kept busy by another process", "Try again when that process is done."),
    "SQLITE_READONLY": (
        "is read-only",
        "Let this user write the file, its folder, and the -wal and -shm files beside it.",
    ),
}
"""What a result code of SQLite means for the store, and what to do; extended codes begin with these."""

_PASSES = re.compile(r"too many|connection slots|starting up|shutting down|recovery mode|not yet accepting")
"""Refusals of a connection that end by themselves."""

_CHECK_URL = " Check the user, the password and the database in the store's URL."


Notice: TypeAlias = Callable[[BaseException | None], None]
"""Is told of a driver's failure."""


def _ignored(_failure: BaseException | None) -> None:
    """Do nothing."""


@contextmanager
def translated(name: str, notice: Notice = _ignored) -> Iterator[None]:
    """Turn what keeps a database from serving into `Unavailable`.

    Args:
        name: how sentences call the database, at their start.
        notice: is told of the driver's failure that the block ended with.

    Raises:
        Unavailable: the database cannot be used at the moment.
    """
    try:
        yield
    except Unavailable as error:
        # A commit that others share tells its failure this way.
        notice(getattr(error.__cause__, "orig", None))
        raise
    except DBAPIError as error:
        notice(error.orig)
        sentence = _sentence(error)
        if sentence is None:
            raise
        raise Unavailable(f"{name} {sentence}") from error
    except TimeoutError as error:
        raise Unavailable(f"{name} is busy: all connections to it are in use.") from error


def unavailable(failure: BaseException, name: str) -> Unavailable:
    """Return what to tell someone whose work was lost because a shared transaction failed.

    Args:
        failure: what the transaction failed of.
        name: how sentences call the database, at their start.
    """
    sentence = _sentence(failure) if isinstance(failure, DBAPIError) else None
    return Unavailable(f"{name} {sentence or 'could not commit.'} Nothing was changed.")


def _sentence(error: DBAPIError) -> str | None:
    """Return what to say after the name, or None for a programming error."""
    sqlstate = getattr(error.orig, "sqlstate", None)
    sqlite_code = getattr(error.orig, "sqlite_errorname", None)
    cause = " ".join(str(error.orig).split()).rstrip(".")
    if sqlstate is not None:
        meaning = next((_BY_SQLSTATE[key] for key in _prefixes(sqlstate) if key in _BY_SQLSTATE), None)
        if meaning is not None:
            return f"{meaning}: {cause}."
    if sqlite_code is not None:
        primary = "_".join(sqlite_code.split("_", 2)[:2])
        if primary not in _BY_SQLITE_CODE:
            return None
        meaning, advice = _BY_SQLITE_CODE[primary]
        return f"{meaning}: {cause}. {advice}"
    if error.connection_invalidated:
        return f"has lost the connection: {cause}."
    if isinstance(error, OperationalError):
        if "FATAL:" in cause:
            return f"refuses the connection: {cause}.{'' if _PASSES.search(cause) else _CHECK_URL}"
        return f"cannot be used: {cause}."
    return None


def _prefixes(sqlstate: str) -> Iterator[str]:
    return (sqlstate[:length] for length in range(len(sqlstate), 1, -1))
