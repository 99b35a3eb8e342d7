"""Telling whether anything was committed at a PostgreSQL server, by anybody."""

import time
from collections.abc import Mapping
from threading import Lock
from typing import Any

import psycopg
from psycopg.pq import ExecStatus

RETRY_SECONDS = 1.0
"""For how long a server that could not be asked is not asked again: requests must not queue up for that."""

# Two snapshots that are equal see the same transactions, so the same data. The server's start stands beside
# it, because numbers of transactions that were lost are given again after a failover or a restore.
_SNAPSHOT = b"SELECT pg_current_snapshot()::text, pg_postmaster_start_time()"

_PREPARED = b"snapshot"
"""What the statement is called on its connection."""


class SnapshotWatch:
    """A connection that asks PostgreSQL for its current snapshot, and does nothing else.

    A transaction that writes has a number, and the snapshot tells which numbers are seen. A commit is seen
    before it is acknowledged, so after that no snapshot equals one from before. To ask is one trip to the
    server, in libpq's own words: a cursor of psycopg's takes twice as long.
    """

    def __init__(self, connection: Mapping[str, Any]) -> None:
        """Take what the driver needs to connect; nothing is connected to before it is first asked."""
        self._parameters = connection
        self._lock = Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._opened = 0
        self._silent_until = 0.0

    def snapshot(self) -> tuple[object, ...] | None:
        """Return what is another value after each commit, or None when the server cannot be asked."""
        with self._lock:
            if time.monotonic() < self._silent_until:
                return None
            try:
                return self._seen()
            except psycopg.Error:
                self._close()
                self._silent_until = time.monotonic() + RETRY_SECONDS
                return None

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._close()

    def _seen(self) -> tuple[object, ...]:
        """Ask.

        Raises:
            psycopg.Error: the server cannot be asked.
        """
        if self._connection is None:
            self._connection = psycopg.connect(**self._parameters, autocommit=True)
            self._connection.pgconn.prepare(_PREPARED, _SNAPSHOT)
            self._opened += 1
        found = self._connection.pgconn.exec_prepared(_PREPARED, ())
        if found.status != ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError("the server has not told its snapshot")
        # Another connection may lead to another server.
        return self._opened, found.get_value(0, 0), found.get_value(0, 1)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
