"""The SQL store: transactions on engines, and the revision of their tables.

Databases differ in how an engine is made (`store.sqlite`, `store.postgresql`); everything else is shared.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeAlias

from sqlalchemy import Connection, Engine, inspect, text

from domain.errors import WrongRevision
from store.api import Revision
from store.sql.connections import begun
from store.sql.failures import translated
from store.sql.revision import VERSION_TABLE, current_revision, head_revision, known_revisions
from store.sql.transaction import SqlTransaction

Turn: TypeAlias = Callable[[], AbstractContextManager[None]]
"""Waits for a place among those who may use an engine at once, and holds it until the block ends."""

Begin: TypeAlias = Callable[[Engine], AbstractContextManager[Connection]]
"""Begins what one block reads or writes. The end of the block keeps it, an exception undoes it."""


class SqlStore:
    """Keeps everything in an SQL database; see `store.api.Store`."""

    def __init__(
        self,
        reader: Engine,
        writer: Engine,
        *,
        migrator: Engine | None = None,
        read_turn: Turn = nullcontext,
        write_turn: Turn = nullcontext,
        begin_read: Begin = begun,
        begin_write: Begin = begun,
        name: str = "The store",
        reads_block: bool,
        writes_block: bool,
    ) -> None:
        """Take the engines.

        Args:
            reader: begins transactions that only read.
            writer: begins transactions that may write. It may be the same engine.
            migrator: begins the transactions that change the tables; the writer does when it is left out.
            read_turn: what a read waits for first.
            write_turn: what a write waits for first.
            begin_read: how a read begins on the reader; in a transaction of Core's when it is left out.
            begin_write: how a write begins on the writer; in a transaction of its own when it is left out.
            name: how sentences call the database, at their start.
            reads_block: see `store.api.Store`.
            writes_block: see `store.api.Store`.
        """
        self.reads_block = reads_block
        self.writes_block = writes_block
        self._reader = reader
        self._writer = writer
        self._migrator = migrator or writer
        self._read_turn = read_turn
        self._write_turn = write_turn
        self._begin_read = begin_read
        self._begin_write = begin_write
        self.name = name

    def notice(self, failure: BaseException | None) -> None:
        """Take note of the driver's failure that a unit of work ended with; nothing needs to be done."""

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        """Read one consistent state."""
        with (
            translated(self.name, self.notice),
            self._read_turn(),
            self._begin_read(self._reader) as connection,
        ):
            yield SqlTransaction(connection)

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        """Write: the end of the block commits, an exception rolls back."""
        with (
            translated(self.name, self.notice),
            self._write_turn(),
            self._begin_write(self._writer) as connection,
        ):
            yield SqlTransaction(connection)

    def data_version(self) -> object:
        """Return None: SQL has no word for it, databases have."""
        return None

    def check_ready(self) -> None:
        """Return when the tables are at the head revision."""
        with (
            translated(self.name, self.notice),
            self._read_turn(),
            self._begin_read(self._reader) as connection,
        ):
            connection.execute(text("SELECT 1"))
            found = self._revision(connection)
        needed = head_revision()
        if found == needed:
            return
        _refuse_later(found)
        raise WrongRevision(
            f"The store's tables are at revision {found or '(none)'} and this program needs {needed}. "
            "Run: access-profiles migrate"
        )

    def migrate(self, to: str | None = None) -> str:
        """Bring the tables up or down to a revision, the head by default, and return its name."""
        from store.sql.migrate import move

        to = to or head_revision()
        self.revisions()
        with translated(self.name, self.notice), self._write_turn():
            move(self._migrator, to)
        return to

    def revisions(self) -> Sequence[Revision]:
        """Return all revisions, the first one first; later ones than this program knows are refused."""
        from store.sql.migrate import revisions

        with (
            translated(self.name, self.notice),
            self._read_turn(),
            self._begin_read(self._reader) as connection,
        ):
            present = self._revision(connection)
        _refuse_later(present)
        return revisions(present)

    def _revision(self, connection: Connection) -> str | None:
        """Return the revision of the tables, or None when there are none.

        Raises:
            WrongRevision: the file belongs to another program. A server's database may serve several.
        """
        found = current_revision(connection)
        # Alembic's own table stays when all scripts are taken back.
        if (
            found is None
            and connection.dialect.name == "sqlite"
            and set(inspect(connection).get_table_names()) - {VERSION_TABLE}
        ):
            raise WrongRevision(
                f"{self.name} holds the tables of another program. Restore a backup, or name another file."
            )
        return found

    def close(self) -> None:
        """Close the connections."""
        self._reader.dispose()
        self._writer.dispose()
        self._migrator.dispose()


def _refuse_later(found: str | None) -> None:
    """Refuse tables that this program has no script for: those of a later one."""
    if found is not None and found not in known_revisions():
        raise WrongRevision(
            f"The store's tables are at revision {found}, which this program does not know. "
            "Install the version of access-profiles that made them, or a later one."
        )
