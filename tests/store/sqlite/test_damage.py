"""What a store on a file remembers of damage, and which files it does not take for its own."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from domain.errors import Unavailable, WrongRevision
from store.sqlite.store import open_sqlite
from store.testsuite.samples import add_profiles, names_of
from tests.store.sqlite.files import opened


def test_a_store_that_met_damage_is_not_ready_until_it_is_opened_again(path: Path) -> None:
    with opened(path) as store:
        add_profiles(store, ["kept"])
    backup = path.read_bytes()

    with closing(open_sqlite(f"sqlite:///{path}")) as store:
        store.check_ready()
        os.truncate(path, path.stat().st_size // 2)
        with pytest.raises(Unavailable, match="is damaged"):
            names_of(store)
        path.write_bytes(backup)

        with pytest.raises(
            Unavailable, match=r"^The store at .* Restore a backup, and start the server again"
        ):
            store.check_ready()

    with closing(open_sqlite(f"sqlite:///{path}")) as store:
        store.check_ready()
        assert names_of(store) == ["kept"]


def test_a_file_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "letters.db"
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("CREATE TABLE letters (text)")

    with closing(open_sqlite(f"sqlite:///{file}")) as store:
        for work in (store.check_ready, store.migrate):
            with pytest.raises(WrongRevision, match="holds the tables of another program"):
                work()

    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT name FROM sqlite_schema").fetchall() == [("letters",)]
