"""Failures of databases as `Unavailable`, each with a sentence that says what is the matter.

What an operator can mend is translated. A programming error (a wrong statement, a missing table) stays as it
is.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError, TimeoutError  # noqa: A004

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
"""What a SQLSTATE means for the store: the longest one that the state begins with. SQLite has none."""

_PASSES = re.compile(r"too many|connection slots|starting up|shutting down|recovery mode|not yet accepting")
"""Refusals of a connection that end by themselves."""

_CHECK_URL = " Check the user, the password and the database in the store's URL."


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn what keeps a database from serving into `Unavailable`.

    Args:
        name: how sentences call the database, at their start.

    Raises:
        Unavailable: the database cannot be used at the moment.
    """
    try:
        yield
    except DBAPIError as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        raise Unavailable(f"{name} {sentence}") from error
    except TimeoutError as error:
        raise Unavailable(f"{name} is busy: all connections to it are in use.") from error


def unavailable(failure: BaseException, name: str = "The store") -> Unavailable:
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
    cause = " ".join(str(error.orig).split()).rstrip(".")
    if sqlstate is not None:
        meaning = next((_BY_SQLSTATE[key] for key in _prefixes(sqlstate) if key in _BY_SQLSTATE), None)
        if meaning is not None:
            return f"{meaning}: {cause}."
    if error.connection_invalidated:
        return f"has lost the connection: {cause}."
    if type(error) is DatabaseError and sqlstate is None:
        # What fits no better class of SQLite's: a file that is no database, or a damaged one.
        return f"is damaged or is none: {cause}."
    if isinstance(error, OperationalError):
        if "FATAL:" in cause:
            return f"refuses the connection: {cause}.{'' if _PASSES.search(cause) else _CHECK_URL}"
        return f"cannot be used: {cause}."
    return None


def _prefixes(sqlstate: str) -> Iterator[str]:
    return (sqlstate[:length] for length in range(len(sqlstate), 1, -1))
