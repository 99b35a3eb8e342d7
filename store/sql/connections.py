"""Connections with a transaction begun."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from store.sql.prepared import send


class Statements:
    """What is sent on one connection; whoever made it commits or rolls back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection


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


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo what the block wrote when it raises, unless the database has undone everything by itself."""
    send(connection, "SAVEPOINT member")
    try:
        yield
    except BaseException:
        with suppress(SQLAlchemyError):
            send(connection, "ROLLBACK TO member")
            send(connection, "RELEASE member")
        raise
    send(connection, "RELEASE member")


class HeldReaders:
    """Connections that readers use in turn, without giving them back to Core's pool.

    To check a connection out and in, and to have Core begin and end its transaction, takes longer than what
    most reads do in between.
    """

    def __init__(self, engine: Engine, kept: int) -> None:
        """Begin with none.

        Args:
            engine: opens connections. Its option `begin` is the statement that begins a transaction.
            kept: how many are kept for the next readers.
        """
        self._engine = engine
        self._kept = kept
        self._statement: str = engine.get_execution_options()["begin"]
        self._free: list[Connection] = []

    @contextmanager
    def begin(self, _engine: Engine) -> Iterator[Connection]:
        """Begin a transaction that reads, and end it after the block."""
        connection = self._begun()
        healthy = False
        try:
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
            elif healthy:
                _discard(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Close the connections that are not in use, and keep none from now on."""
        self._kept = 0
        self._drop()

    def _begun(self) -> Connection:
        """Begin on a connection that is kept; where there is none, or it has died, on another."""
        try:
            connection = self._free.pop()
        except IndexError:
            return self._opened()
        try:
            send(connection, self._statement)
        except DBAPIError as error:
            connection.close()
            if not error.connection_invalidated:
                raise
            # What the others lead to has most likely gone with it.
            self._drop()
            return self._opened()
        return connection

    def _opened(self) -> Connection:
        """Begin on a connection of the engine; from the next time on, Core begins nothing on it."""
        return connected(self._engine).execution_options(begin=None)

    def _end(self, connection: Connection) -> None:
        # Core counts a transaction from its first statement on; both words end the one that there is.
        if connection.in_transaction():
            connection.commit()
        else:
            send(connection, "COMMIT")

    def _drop(self) -> None:
        while self._free:
            _discard(self._free.pop())


def _discard(connection: Connection) -> None:
    """Close a connection without another word to the database."""
    connection.invalidate()
    connection.close()
