"""Group commit: writers that wait at the same time share one transaction, and so one flush to the disk.

Writers take turns on one connection. Whoever comes first begins the transaction; each further one works in
a savepoint. At the end of its block a writer hands the connection on to the next who waits, and waits itself
for the commit; whoever finds nobody waiting commits for all. So no writer waits for company, and none is
answered before the commit that covers it.

It is made for SQLite, which may roll a whole transaction back by itself (a full disk, say).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from sqlite3 import Connection as SqliteConnection
from threading import Event, get_ident
from typing import cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from domain.errors import Unavailable
from store.sql.connections import connected, savepoint, with_transaction
from store.sql.failures import unavailable
from store.sql.fair_semaphore import FairSemaphore

MAX_MEMBERS = 64
"""How many writers may share a transaction."""

MAX_AGE_SECONDS = 0.05
"""After which time a transaction takes nobody in any more, although others wait."""

STAND_BACK_EVERY_SECONDS = 0.1
STAND_BACK_SECONDS = 0.005
"""How often and for how long writers under pressure leave the database to other processes."""


class GroupCommit:
    """Begins writes, each as a member of a group; see the module."""

    def __init__(
        self,
        patience_seconds: float,
        *,
        name: str = "The store",
        max_members: int = MAX_MEMBERS,
        max_age_seconds: float = MAX_AGE_SECONDS,
    ) -> None:
        """Make a queue of writers.

        Args:
            patience_seconds: how long a writer waits for its turn.
            name: how sentences call the database, at their start.
            max_members: how many writers may share a transaction; with 1, each has its own.
            max_age_seconds: how old a transaction may be to take one more in.
        """
        self._turns = FairSemaphore(1, patience_seconds)
        self._name = name
        self._max_members = max_members
        self._max_age_seconds = max_age_seconds
        # Only whoever has the turn touches these.
        self._group: _Group | None = None
        self._writing: int | None = None
        self._kept: Connection | None = None
        self._keeps = True
        self._stood_back_at = 0.0

    @contextmanager
    def begin(self, engine: Engine) -> Iterator[Connection]:
        """Write on a connection; when the block has ended, wait until what it wrote is committed.

        A block that raises leaves nothing behind. What it raises may rest on what the group has written, and
        so it is told after the commit, too. Only an interruption does not wait.

        Raises:
            TimeoutError: the turn did not come in time.
            DBAPIError: the transaction cannot begin.
            Unavailable: the group's transaction failed. Nothing was changed.
            RuntimeError: the thread is in such a block already.
        """
        if self._writing == get_ident():
            raise RuntimeError(
                "A write stands within another write of the same thread and would wait for itself: "
                "use the transaction that has begun."
            )
        group = self._join(engine)
        try:
            try:
                with group.member():
                    yield group.connection
            finally:
                self._hand_on(group)
        except Exception:
            group.wait()
            raise
        group.wait()

    def close(self) -> None:
        """Close the connection that is kept for the next group, and keep none from now on."""
        self._keeps = False
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def _join(self, engine: Engine) -> "_Group":
        """Wait for the turn, and return the group that has begun, or a new one."""
        try:
            self._turns.enter()
        except BaseException:
            # An interrupted thread gives its turn up, even when it was called to a group that has begun.
            if self._turns.enter_at_once():
                self._end()
            raise
        try:
            self._group = self._group or _Group(self._begun(engine), self._name)
            self._writing = get_ident()
        except BaseException:
            self._end()
            raise
        return self._group

    def _begun(self, engine: Engine) -> Connection:
        """Begin a transaction on the connection that the last group left, or on another one."""
        kept, self._kept = self._kept, None
        return connected(engine) if kept is None else with_transaction(kept)

    def _hand_on(self, group: "_Group") -> None:
        """Let the next who waits go on with the group, or end it."""
        self._writing = None
        if not group.may_grow(self._max_members, self._max_age_seconds) or not self._turns.pass_on():
            self._end()

    def _end(self) -> None:
        """End the group, if one has begun, and give the turn up."""
        group, self._group = self._group, None
        try:
            if group is not None:
                group.end()
                self._keep(group.connection)
                self._stand_back()
        finally:
            self._turns.leave()

    def _keep(self, connection: Connection) -> None:
        """Keep a connection for the next group: Core's pool would take longer than most statements."""
        if self._keeps and not connection.closed:
            self._kept = connection
        else:
            connection.close()

    def _stand_back(self) -> None:
        """Let other processes in: they poll, and would hardly ever meet the moment between two groups."""
        if not self._turns.is_waited_for():
            return
        now = time.monotonic()
        if now - self._stood_back_at >= STAND_BACK_EVERY_SECONDS:
            time.sleep(STAND_BACK_SECONDS)
            self._stood_back_at = now


class _Group:
    """One transaction, and those who wait for its end."""

    def __init__(self, connection: Connection, name: str) -> None:
        self.connection = connection
        self._name = name
        self._began = time.monotonic()
        self._members = 0
        self._has_work = False
        self._failure: BaseException | None = None
        self._ended = Event()

    @contextmanager
    def member(self) -> Iterator[None]:
        """Undo what the block wrote when it raises.

        The first member needs no savepoint: when it fails, the whole transaction is rolled back.
        """
        self._members += 1
        try:
            with savepoint(self.connection) if self._has_work else nullcontext():
                yield
            self._check_open()
        except BaseException as error:
            if not self._is_open():
                self._failure = _origin(error)
            raise
        self._has_work = True

    def may_grow(self, max_members: int, max_age_seconds: float) -> bool:
        """Return whether one more may join."""
        return (
            self._has_work
            and self._failure is None
            and self._members < max_members
            and time.monotonic() - self._began < max_age_seconds
        )

    def end(self) -> None:
        """Commit, or roll back when there is nothing to keep or the transaction is lost; then wake all."""
        try:
            if self._has_work and self._failure is None:
                self.connection.commit()
        except BaseException as error:
            self._failure = error
            if not isinstance(error, SQLAlchemyError):
                raise
        finally:
            self._release()
            self._ended.set()

    def wait(self) -> None:
        """Wait for the end.

        Raises:
            Unavailable: the transaction failed.
        """
        self._ended.wait()
        if self._failure is not None:
            raise unavailable(self._failure, self._name) from self._failure

    def _release(self) -> None:
        """Leave the connection without a transaction; after a failure, closed: another takes its place."""
        if self._failure is None and not self.connection.invalidated:
            with suppress(SQLAlchemyError):
                self.connection.rollback()
                return
        with suppress(SQLAlchemyError):
            if not self.connection.invalidated:
                self.connection.invalidate()
            self.connection.close()

    def _check_open(self) -> None:
        if not self._is_open():
            raise Unavailable(f"{self._name} rolled a transaction back. Nothing was changed.")

    def _is_open(self) -> bool:
        """Return whether the transaction is still there: the database may have rolled it back by itself."""
        if self.connection.invalidated:
            return False
        return cast(SqliteConnection, self.connection.connection.driver_connection).in_transaction


def _origin(error: BaseException) -> BaseException:
    """Return the first database error that led to this one: those after it only miss the transaction."""
    origin, earlier = error, error.__context__
    while earlier is not None:
        if isinstance(earlier, DBAPIError):
            origin = earlier
        earlier = earlier.__context__
    return origin
