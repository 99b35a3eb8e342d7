"""Connections with a transaction begun."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from store.sql.prepared import send


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
        return with_transaction(engine.connect())
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        return with_transaction(engine.connect())


def with_transaction(connection: Connection) -> Connection:
    """Begin a transaction on a connection and return it; close it if that fails."""
    try:
        connection.begin()
    except BaseException:
        connection.close()
        raise
    return connection


class HeldReaders:
    """Connections that readers on SQLite use in turn, without giving them back to Core's pool.

    To check a connection out and in, and to have Core begin and end its transaction, takes longer than what
    most reads do in between.
    """

    def __init__(self, engine: Engine, kept: int) -> None:
        """Begin with none.

        Args:
            engine: opens connections.
            kept: how many are kept for the next readers.
        """
        self._engine = engine
        self._kept = kept
        self._free: list[Connection] = []

    @contextmanager
    def begin(self, _engine: Engine) -> Iterator[Connection]:
        """Begin a transaction that reads, and end it after the block."""
        try:
            connection = self._free.pop()
        except IndexError:
            # `begin` has begun what Core takes for the beginning of a transaction.
            connection = self._engine.connect().execution_options(sqlite_begin=None)
        healthy = False
        try:
            send(connection, "BEGIN")
            try:
                yield connection
            except DBAPIError:
                raise
            except Exception:
                self._end(connection)
                healthy = True
                raise
            self._end(connection)
            healthy = True
        finally:
            if healthy and len(self._free) < self._kept:
                self._free.append(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Close the connections that are not in use, and keep none from now on."""
        self._kept = 0
        while self._free:
            self._free.pop().close()

    @staticmethod
    def _end(connection: Connection) -> None:
        # Core counts a transaction from its first statement on; both words end the one that there is.
        if connection.in_transaction():
            connection.commit()
        else:
            send(connection, "COMMIT")
