"""A backup while a server is written to."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.http.commands import command
from tests.http.writers import Writers
from tests.serving import running_server

CLIENTS = 4


def test_a_backup_under_load_is_sound_and_holds_what_was_answered_before(tmp_path: Path) -> None:
    store_url = f"sqlite:///{tmp_path / 'profiles.db'}"
    copy = tmp_path / "backup.db"
    with running_server(store_url) as server, Writers([server] * CLIENTS) as writers:
        writers.wait_for(100)
        before = list(writers.answered)
        made = command(store_url, "backup", str(copy))
        writers.wait_for(len(writers.answered) + 20)
        refused = command(store_url, "restore", str(copy))
        writers.wait_for(len(writers.answered) + 20)

    assert writers.refused == []
    assert (made.returncode, refused.returncode) == (0, 1)
    assert "Another process uses" in refused.stderr
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    in_store, in_copy = (_names(file) for file in (tmp_path / "profiles.db", copy))
    assert set(before) <= set(in_copy)
    # Ids are given in the order of commits: the copy is how the store was at one moment.
    assert in_copy == in_store[: len(in_copy)]
    assert len(in_store) >= len(in_copy) + 40
    assert set(writers.answered) <= set(in_store)


def _names(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM access_profiles ORDER BY id")]
