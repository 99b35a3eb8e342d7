"""Connections with a transaction begun."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError


@contextmanager
def begun(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction; the end of the block commits, an exception rolls back.

    It commits what was only read, too: drivers forget their prepared statements when they roll back.
    """
    with connected(engine) as connection:
        yield connection
        connection.commit()


def connected(engine: Engine) -> Connection:
    """Return a connection with a transaction begun.

    The database may have closed a pooled connection meanwhile (a restart, say). Its transaction cannot begin,
    nothing is lost, and the pool is renewed: once more is enough, and no statement is spent on asking first.
    """
    try:
        return _with_transaction(engine.connect())
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        return _with_transaction(engine.connect())


def _with_transaction(connection: Connection) -> Connection:
    try:
        connection.begin()
    except BaseException:
        connection.close()
        raise
    return connection
