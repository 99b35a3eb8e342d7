"""Whether a store's file is whole."""

import sqlite3
from contextlib import closing


def assert_is_sound(store_url: str) -> None:
    """SQLite finds no fault in the file; databases of servers look after themselves."""
    if store_url.startswith("sqlite:///"):
        with closing(sqlite3.connect(store_url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
