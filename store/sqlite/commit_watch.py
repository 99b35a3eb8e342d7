"""Telling whether anything was committed to an SQLite file, by any process."""

import sqlite3
from pathlib import Path
from threading import Lock


class CommitWatch:
    """A connection that asks SQLite for the version of the file's content, and does nothing else.

    `PRAGMA data_version` changes with the commits of all other connections. It looks at the shared index of
    the log, which a commit has changed before it returns. To ask takes a few microseconds.
    """

    def __init__(self, path: Path) -> None:
        """Take the file; it is opened when it is first asked for, and never made."""
        self._uri = f"{path.absolute().as_uri()}?mode=rw"
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened = 0

    def version(self) -> tuple[int, int] | None:
        """Return what is another value after each commit, or None when the file cannot be asked at once."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._open()
                    self._opened += 1
                [version] = self._connection.execute("PRAGMA data_version").fetchone()
            except sqlite3.Error:
                self._close()
                return None
            # Each connection counts from its own beginning.
            return self._opened, version

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._close()

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
