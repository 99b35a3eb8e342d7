"""The SQL store: transactions on an engine, and the revision of its tables.

Databases differ in how an engine is made (`store.sqlite`, later others); everything else is shared.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError, TimeoutError  # noqa: A004

from domain.errors import Unavailable, WrongRevision
from store.sql.api_keys import SqlApiKeys
from store.sql.migrate import current_revision, head_revision, is_known, upgrade
from store.sql.profiles import SqlProfiles
from store.sql.roles import SqlRoles
from store.sql.users import SqlUsers


class SqlTransaction:
    """One transaction on one connection."""

    def __init__(self, connection: Connection) -> None:
        self.profiles = SqlProfiles(connection)
        self.roles = SqlRoles(connection)
        self.users = SqlUsers(connection)
        self.api_keys = SqlApiKeys(connection)


class SqlStore:
    """Keeps everything in an SQL database; see `store.api.Store`."""

    def __init__(self, reader: Engine, writer: Engine, *, reads_wait: bool, writes_wait: bool) -> None:
        """Take the engines.

        Args:
            reader: begins transactions that only read.
            writer: begins transactions that may write. It may be the same engine.
            reads_wait: see `store.api.Store`.
            writes_wait: see `store.api.Store`.
        """
        self.reads_wait = reads_wait
        self.writes_wait = writes_wait
        self._reader = reader
        self._writer = writer

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """Read one consistent state."""
        with _translated(), self._reader.connect() as connection:
            yield SqlTransaction(connection)

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        """Write in one transaction: the end of the block commits, an exception rolls back."""
        with _translated(), self._writer.begin() as connection:
            yield SqlTransaction(connection)

    def check_ready(self) -> None:
        """Return when the tables are at the head revision."""
        with _translated(), self._reader.connect() as connection:
            connection.execute(text("SELECT 1"))
            found = current_revision(connection)
        needed = head_revision()
        if found == needed:
            return
        _refuse_later(found)
        raise WrongRevision(
            f"The store's tables are at revision {found or '(none)'} and this program needs {needed}. "
            "Run: access-profiles migrate"
        )

    def migrate(self) -> str:
        """Bring the tables to the head revision and return its name."""
        with _translated():
            with self._reader.connect() as connection:
                _refuse_later(current_revision(connection))
            return upgrade(self._writer)

    def close(self) -> None:
        """Close the connections."""
        self._reader.dispose()
        self._writer.dispose()


def _refuse_later(found: str | None) -> None:
    """Refuse tables that this program has no script for: those of a later one."""
    if found is not None and not is_known(found):
        raise WrongRevision(
            f"The store's tables are at revision {found}, which this program does not know. "
            "Install the version of access-profiles that made them, or a later one."
        )


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the database's failures into `Unavailable`, and leave programming errors as they are."""
    try:
        yield
    except OperationalError as error:
        raise Unavailable(f"The store cannot be used: {error.orig}.") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(f"The connection to the store was lost: {error.orig}.") from error
        if type(error) is DatabaseError:
            # What fits no better class: a file that is no database, or a damaged one.
            raise Unavailable(f"The store is damaged or is none: {error.orig}.") from error
        raise
    except TimeoutError as error:
        raise Unavailable("The store's connections are all busy.") from error
