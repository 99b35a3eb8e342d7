"""Which failures of databases are outages, and what is said about them."""

import re
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError  # noqa: A004

from domain.errors import Unavailable
from store.sql.failures import translated

OUTAGES = {
    "08006": "has lost the connection",
    "25006": "is read-only",
    "25P03": "ended a transaction that stood still for too long",
    "28P01": "refuses the connection",
    "3D000": "refuses the connection",
    "40001": "was busy with another transaction",
    "40P01": "was busy with another transaction",
    "42501": "does not let this user do what the store needs",
    "53100": "has no space left on its disk",
    "53200": "is short of something",
    "53300": "has no connection left",
    "55P03": "was kept busy by another writer",
    "57014": "gave up a statement that took too long",
    "57P01": "is stopping or starting",
    "57P02": "is stopping or starting",
    "57P03": "is stopping or starting",
    "58030": "has trouble with its files",
    "XX001": "is damaged",
}

BUGS = ["42P01", "42703", "42601", "22P02", "22001", "23502", "P0001", "XX000", "25P02"]


SQLITE_OUTAGES = {
    "SQLITE_BUSY": "was kept busy by another process",
    "SQLITE_BUSY_RECOVERY": "was kept busy by another process",
    "SQLITE_CANTOPEN": "cannot be opened",
    "SQLITE_CORRUPT": "is damaged",
    "SQLITE_CORRUPT_INDEX": "is damaged",
    "SQLITE_FULL": "is full",
    "SQLITE_IOERR_WRITE": "has trouble with its disk",
    "SQLITE_NOTADB": "is damaged or is no database",
    "SQLITE_PERM": "may not be used by this user",
    "SQLITE_PROTOCOL": "was kept busy by another process",
    "SQLITE_READONLY_DIRECTORY": "is read-only",
}


def failure(sqlstate: str) -> Exception:
    """Return what SQLAlchemy raises when PostgreSQL answers with this state."""
    original = psycopg.errors.lookup(sqlstate)("as the server puts it\nDETAIL: more")
    return DBAPIError.instance("SELECT 1", {}, original, psycopg.Error)


def sqlite_failure(code: str) -> Exception:
    """Return what SQLAlchemy raises when SQLite answers with this result code."""
    original = sqlite3.OperationalError("as SQLite puts it")
    original.sqlite_errorname = code
    return DBAPIError.instance("SELECT 1", {}, original, sqlite3.Error)


def refusal(message: str) -> OperationalError:
    """Return what SQLAlchemy raises when psycopg cannot connect."""
    return OperationalError("", {}, psycopg.OperationalError(message))


def told(error: BaseException) -> str:
    """Return what a store says whose unit of work fails like this."""
    with pytest.raises(Unavailable) as refused, translated("The store"):
        raise error
    return str(refused.value)


@pytest.mark.parametrize(("sqlstate", "meaning"), OUTAGES.items())
def test_an_outage_is_told_in_a_sentence(sqlstate: str, meaning: str) -> None:
    assert told(failure(sqlstate)) == f"The store {meaning}: as the server puts it DETAIL: more."


@pytest.mark.parametrize(("code", "meaning"), SQLITE_OUTAGES.items())
def test_an_outage_of_sqlite_is_told_with_what_to_do(code: str, meaning: str) -> None:
    said = told(sqlite_failure(code))

    assert re.fullmatch(rf"The store {meaning}: as SQLite puts it\. [A-Z][^.]+\.", said)


@pytest.mark.parametrize(
    "error",
    [
        *map(failure, BUGS),
        *map(sqlite_failure, ["SQLITE_ERROR", "SQLITE_MISUSE", "SQLITE_CONSTRAINT_CHECK"]),
        ZeroDivisionError("no database's"),
    ],
    ids=repr,
)
def test_a_programming_error_stays_one(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, translated("The store"):
        raise error

    assert raised.value is error


@pytest.mark.parametrize(
    ("message", "passes"),
    [
        ('password authentication failed for user "app"', False),
        ('database "nothing" does not exist', False),
        ('no pg_hba.conf entry for host "::1"', False),
        ("sorry, too many clients already", True),
        ("remaining connection slots are reserved for superusers", True),
        ("the database system is starting up", True),
        ("the database system is shutting down", True),
        ("the database system is in recovery mode", True),
    ],
)
def test_a_refusal_says_what_to_check_unless_it_passes(message: str, passes: bool) -> None:
    said = told(refusal(f"connection failed: FATAL:  {message}"))

    check = "" if passes else " Check the user, the password and the database in the store's URL."
    assert said == f"The store refuses the connection: connection failed: FATAL: {message}.{check}"


def test_a_host_that_is_away_is_an_outage() -> None:
    assert told(refusal("connection failed: Connection refused\n\tIs the server running?")) == (
        "The store cannot be used: connection failed: Connection refused Is the server running?."
    )


def test_a_connection_that_broke_is_an_outage_whatever_the_driver_calls_it() -> None:
    lost = psycopg.InterfaceError("the connection is closed")
    error = DBAPIError.instance("SELECT 1", {}, lost, psycopg.Error, connection_invalidated=True)

    assert told(error) == "The store has lost the connection: the connection is closed."


def test_connections_that_are_all_in_use_are_an_outage() -> None:
    assert told(TimeoutError("no place")) == "The store is busy: all connections to it are in use."
