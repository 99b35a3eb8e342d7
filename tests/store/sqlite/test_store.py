"""What SQLite adds to the store's promises: a file, other processes, and how they wait."""

import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from domain.errors import Unavailable
from store.registry import open_store
from store.sqlite.store import BUSY_TIMEOUT_MS, POLL_MS
from store.testsuite.samples import add_profiles, names_of, new_copy, new_profile, user
from tests.store.sqlite.files import locked, opened


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)],
)
def test_every_connection_is_configured(path: Path, name: str, value: object) -> None:
    with opened(path) as store, store.read(), store.read():
        assert pragma(store._reader, name) == value
        assert pragma(store._writer, name) == value


def test_sqlite_waits_long_for_readers_and_a_moment_for_writers_who_ask_again(path: Path) -> None:
    with opened(path) as store:
        assert pragma(store._reader, "busy_timeout") == BUSY_TIMEOUT_MS
        assert pragma(store._writer, "busy_timeout") == POLL_MS


def test_a_file_in_a_missing_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "not" / "there yet" / "profiles.db"

    with opened(path) as store:
        add_profiles(store, ["kept"])

    assert path.exists()


def test_opening_does_not_touch_the_file(path: Path) -> None:
    open_store(f"sqlite:///{path}").close()

    assert not path.exists()


def test_what_was_written_is_there_when_the_file_is_opened_again(path: Path) -> None:
    with opened(path) as store:
        add_profiles(store, ["first", "second"])
    with opened(path) as store:
        assert names_of(store) == ["first", "second"]
        assert add_profiles(store, ["third"]) == [3]


def test_two_stores_on_one_file_see_each_others_commits(path: Path) -> None:
    with opened(path) as one, opened(path) as other:
        for number in range(3):
            add_profiles(one, [f"one {number}"])
            assert f"one {number}" in names_of(other)
            add_profiles(other, [f"other {number}"])
            assert f"other {number}" in names_of(one)


def test_a_commit_changes_the_data_versions_of_all_stores_on_the_file(path: Path) -> None:
    with opened(path) as one, opened(path) as other:
        for writer in (one, other) * 3:
            before = one.data_version(), other.data_version()
            add_profiles(writer, [f"p{before}"])
            after = one.data_version(), other.data_version()

            assert None not in before + after
            assert before[0] != after[0]
            assert before[1] != after[1]


def test_a_checkpoint_of_the_log_loses_no_change_of_the_data_version(path: Path) -> None:
    with opened(path) as one, opened(path) as other:
        add_profiles(one, ["first"])
        before = other.data_version()
        add_profiles(one, ["second"])
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

        assert other.data_version() != before


def test_a_missing_file_has_no_data_version_and_is_not_made_for_one(path: Path) -> None:
    with closing(open_store(f"sqlite:///{path}")) as store:
        assert store.data_version() is None

    assert not path.exists()


def test_rows_that_belong_to_a_deleted_row_go_with_it(path: Path) -> None:
    with opened(path) as store:
        with store.write() as tx:
            profile = tx.profiles.add(new_profile("p", tags=["eu"]))
            role = tx.roles.add("Sales", None, profile.created_at)
            tx.roles.attach(profile.id, role.id, is_default=True)
            tx.users.add(user("ada", role.id))
            tx.copies.add(new_copy("ada", profile.id))
        with store._writer.begin() as connection:
            connection.exec_driver_sql("DELETE FROM roles")
            connection.exec_driver_sql("DELETE FROM access_profiles")
        with store._reader.connect() as connection:
            counts = {
                table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
                for table in ("access_profile_tags", "role_attachments", "users", "user_access_profiles")
            }
            user_roles = connection.exec_driver_sql("SELECT role_id FROM users").scalars().all()

    assert counts == {
        "access_profile_tags": 0,
        "role_attachments": 0,
        "users": 1,
        "user_access_profiles": 1,
    }
    assert user_roles == [None]


def test_a_write_waits_for_another_processs_write(path: Path) -> None:
    with opened(path) as store, locked(path) as other, ThreadPoolExecutor(1) as pool:
        write = pool.submit(add_profiles, store, ["after"])
        time.sleep(0.3)
        assert not write.done()
        other.execute("COMMIT")

        assert write.result() == [1]
        assert names_of(store) == ["after"]


def test_a_write_does_not_give_up_because_of_others_in_its_process(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path):
        pass
    monkeypatch.setattr(
        "store.sqlite.store._PRAGMAS", ("PRAGMA busy_timeout = 20", "PRAGMA journal_mode = WAL")
    )
    with opened(path) as store, ThreadPoolExecutor(3) as pool:
        with store.write() as tx:
            tx.profiles.add(new_profile("first"))
            others = [pool.submit(add_profiles, store, [name]) for name in ("second", "third")]
            time.sleep(0.3)
        assert len([other.result() for other in others]) == 2

        assert sorted(names_of(store)) == ["first", "second", "third"]


def test_a_write_gives_up_when_another_process_writes_for_too_long(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.sqlite.store.BUSY_TIMEOUT_MS", 50)
    with opened(path) as store, locked(path) as other:
        with pytest.raises(Unavailable, match="database is locked"):
            add_profiles(store, ["refused"])
        other.execute("ROLLBACK")

        add_profiles(store, ["accepted"])

        assert names_of(store) == ["accepted"]


def test_readers_do_not_wait_for_another_processs_write(path: Path) -> None:
    with opened(path) as store:
        add_profiles(store, ["kept"])
        with locked(path):
            # Whoever waited for it would give up.
            assert names_of(store) == ["kept"]
            store.check_ready()


@pytest.mark.parametrize(
    "url",
    ["sqlite:", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:x.db", "sqlite://var/profiles.db"],
)
def test_a_url_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="An SQLite store needs a file") as refused:
        open_store(url)

    assert str(refused.value) == f'An SQLite store needs a file: "sqlite:///path/to/file.db", not "{url}".'


def test_a_folder_that_cannot_be_made_makes_the_store_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Unavailable):
        open_store(f"sqlite:///{tmp_path / 'file' / 'below' / 'profiles.db'}")


@pytest.mark.parametrize("spoil", [Path.mkdir, lambda path: path.write_bytes(b"A letter. " * 300)])
def test_what_is_no_database_makes_the_store_unavailable(path: Path, spoil: Callable[[Path], object]) -> None:
    spoil(path)

    with closing(open_store(f"sqlite:///{path}")) as store:
        for work in (store.check_ready, store.migrate):
            with pytest.raises(Unavailable):
                work()


def test_a_programming_error_is_not_called_an_outage(path: Path) -> None:
    with opened(path) as store:
        with pytest.raises(ZeroDivisionError), store.read():
            _ = 1 // 0
        with pytest.raises(ZeroDivisionError), store.write():
            _ = 1 // 0

        assert names_of(store) == []


def test_a_store_says_that_only_its_writes_wait(path: Path) -> None:
    with opened(path) as store:
        assert (store.reads_block, store.writes_block) == (False, True)
