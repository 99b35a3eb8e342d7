"""Backups of SQLite files: whole, checked, and put in their place in one step."""

import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import Unavailable
from store.api import Store
from store.atomic_files import FileRefused
from store.registry import open_store
from store.sqlite.backup import OtherTool, back_up, restore
from store.testsuite.samples import add_profiles, names_of, new_profile

NOW = datetime(2026, 3, 1, 8, 0, 0, tzinfo=UTC)
KEPT = "profiles.db.replaced-20260301T080000Z"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the file of the store."""
    return tmp_path / "store" / "profiles.db"


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite:///{file}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Give a store with one profile."""
    with closing(open_store(url)) as opened:
        opened.migrate()
        add_profiles(opened, ["before"])
        yield opened


@pytest.fixture
def backup(tmp_path: Path, url: str, store: Store) -> Path:
    """Give a backup with one profile; the store is closed and has another one."""
    target = tmp_path / "backup.db"
    backed_up(url, target)
    add_profiles(store, ["after"])
    store.close()
    return target


def silent(_done: int, _total: int) -> None:
    """Take no notice of progress."""


def backed_up(url: str, target: Path, *, force: bool = False) -> None:
    back_up(url, target, force=force, progress=silent)


def names_in(file: Path) -> list[str]:
    with closing(open_store(f"sqlite:///{file}")) as store:
        store.check_ready()
        return names_of(store)


def refused_restore(url: str, backup: Path) -> str:
    """Return why a restore is refused; the store's folder stays as it is."""
    folder = Path(url.removeprefix("sqlite:///")).parent
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(FileRefused) as refused:
        restore(url, backup, at=NOW, progress=silent)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    return str(refused.value)


def test_a_backup_is_one_file_that_only_its_owner_reads(tmp_path: Path, url: str, store: Store) -> None:
    target = tmp_path / "backups" / "b.db"
    target.parent.mkdir()

    backed_up(url, target)

    assert [path.name for path in target.parent.iterdir()] == ["b.db"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names_in(target) == ["before"]


def test_a_backup_holds_one_state_while_others_write_without_pause(
    tmp_path: Path, url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Steps of one page, and a commit between any two of them: a copy that began again would never end.
    monkeypatch.setattr("store.sqlite.copying.PAGES_AT_ONCE", 1)
    steps = 0

    def write(_done: int, _total: int) -> None:
        nonlocal steps
        steps += 1
        with store.write() as tx:
            tx.profiles.add(new_profile(f"during {steps}"))

    back_up(url, tmp_path / "b.db", force=False, progress=write)

    assert steps > 10
    assert names_in(tmp_path / "b.db") == ["before"]
    assert len(names_of(store)) == steps + 1


def test_writers_do_not_wait_for_a_backup(tmp_path: Path, url: str, store: Store) -> None:
    def write(done: int, _total: int) -> None:
        other = threading.Thread(target=add_profiles, args=(store, [f"during {done}"]))
        other.start()
        other.join()
        assert not other.is_alive()

    back_up(url, tmp_path / "b.db", force=False, progress=write)

    assert len(names_of(store)) > 1


def test_progress_ends_at_all_pages(tmp_path: Path, url: str, store: Store) -> None:
    told: list[tuple[int, int]] = []

    back_up(url, tmp_path / "b.db", force=False, progress=lambda done, total: told.append((done, total)))

    assert told[-1][0] == told[-1][1] > 0


def test_a_file_that_exists_is_replaced_only_by_force(tmp_path: Path, url: str, store: Store) -> None:
    target = tmp_path / "b.db"
    target.write_text("precious")

    with pytest.raises(FileRefused, match=r"exists already.* replace it with --force"):
        backed_up(url, target)
    assert target.read_text() == "precious"

    backed_up(url, target, force=True)
    assert names_in(target) == ["before"]


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_a_backup_never_replaces_the_store(file: Path, url: str, store: Store, ending: str) -> None:
    with pytest.raises(FileRefused, match="belongs to the store itself"):
        backed_up(url, file.with_name(file.name + ending), force=True)

    assert names_of(store) == ["before"]


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path, url: str, file: Path) -> None:
    with pytest.raises(FileRefused, match="To make one: access-profiles migrate"):
        backed_up(url, tmp_path / "b.db")

    assert not file.exists()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, url: str, store: Store) -> None:
    with pytest.raises(FileRefused, match="cannot be written: No such file or directory"):
        backed_up(url, tmp_path / "none" / "b.db")


def test_a_backup_that_fails_leaves_nothing(tmp_path: Path, url: str, file: Path, backup: Path) -> None:
    damage(file)
    target = tmp_path / "folder" / "b.db"
    target.parent.mkdir()

    with pytest.raises(FileRefused, match="is damaged"):
        backed_up(url, target)

    assert list(target.parent.iterdir()) == []


def damage(file: Path) -> None:
    """Overwrite a page in the middle of a database."""
    with file.open("r+b") as pages:
        pages.seek(4096 * (file.stat().st_size // 4096 // 2))
        pages.write(b"\xa5" * 4096 * 3)


def test_a_restore_brings_back_what_was_and_keeps_what_it_replaced(
    url: str, file: Path, backup: Path
) -> None:
    restored = restore(url, backup, at=NOW, progress=silent)

    assert restored.kept == file.with_name(KEPT)
    assert {path.name for path in file.parent.iterdir()} == {file.name, KEPT}
    assert names_in(file) == ["before"]
    assert names_in(file.with_name(KEPT)) == ["before", "after"]
    assert names_in(backup) == ["before"]


def test_a_restored_store_has_the_rights_of_the_old_one(url: str, file: Path, backup: Path) -> None:
    file.chmod(0o640)

    restore(url, backup, at=NOW, progress=silent)

    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_commits_that_are_only_in_the_log_are_kept_with_the_old_store(
    url: str, file: Path, backup: Path
) -> None:
    crash_after_a_commit(file)
    assert file.with_name("profiles.db-wal").stat().st_size > 0

    restore(url, backup, at=NOW, progress=silent)

    assert names_in(file) == ["before"]
    with closing(sqlite3.connect(file.with_name(KEPT))) as kept:
        assert kept.execute("SELECT count(*) FROM groups").fetchone() == (1,)


def crash_after_a_commit(file: Path) -> None:
    """Leave a write-ahead log beside a store, as a process that is killed does."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("INSERT INTO groups (id, name) VALUES ('g', 'G')")
        aside = file.parent.parent / "aside"
        aside.mkdir()
        for path in file.parent.iterdir():
            shutil.copy(path, aside)
    for path in aside.iterdir():
        shutil.copy(path, file.parent)


def test_a_restore_where_there_is_no_store_makes_one(tmp_path: Path, backup: Path) -> None:
    file = tmp_path / "new" / "profiles.db"

    restored = restore(f"sqlite:///{file}", backup, at=NOW, progress=silent)

    assert restored.kept is None
    assert [path.name for path in file.parent.iterdir()] == ["profiles.db"]
    assert names_in(file) == ["before"]


@pytest.mark.parametrize("content", [b"", b"A letter to a friend. " * 500])
def test_a_store_that_is_no_database_any_more_can_be_restored(
    url: str, file: Path, backup: Path, content: bytes
) -> None:
    file.write_bytes(content)
    file.with_name("profiles.db-wal").write_bytes(b"of the old store")

    restore(url, backup, at=NOW, progress=silent)

    assert names_in(file) == ["before"]
    assert file.with_name(KEPT).read_bytes()[:100] == content[:100]


def test_a_damaged_store_can_be_restored(url: str, file: Path, backup: Path) -> None:
    damage(file)

    restore(url, backup, at=NOW, progress=silent)

    assert names_in(file) == ["before"]


def test_a_store_that_another_connection_has_open_is_not_replaced(url: str, file: Path, backup: Path) -> None:
    with closing(open_store(url)) as other:
        assert names_of(other) == ["before", "after"]

        with pytest.raises(Unavailable, match=r"Another process uses .*fuser -v .*Stop it and try again\."):
            restore(url, backup, at=NOW, progress=silent)

        add_profiles(other, ["still works"])
    assert not file.with_name(KEPT).exists()
    assert names_in(file) == ["before", "after", "still works"]


def test_whoever_opened_the_old_file_meanwhile_cannot_write_into_it(
    url: str, file: Path, backup: Path
) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as late:
        # The file is open; no lock is taken before the first statement.
        restore(url, backup, at=NOW, progress=silent)

        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            late.execute("PRAGMA journal_mode = WAL")

    assert names_in(file.with_name(KEPT)) == ["before", "after"]
    assert names_in(file) == ["before"]


def test_a_restore_that_fails_at_the_last_step_leaves_the_old_store(
    url: str, file: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(FileRefused, match="No space left on device"):
        restore(url, backup, at=NOW, progress=silent)

    monkeypatch.undo()
    assert names_in(file) == ["before", "after"]
    assert not list(file.parent.glob(".*"))


def cut(file: Path) -> None:
    with file.open("r+b") as pages:
        pages.truncate(file.stat().st_size // 2)


def of_another_program(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE songs (title)")


def changed_by(statement: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute(statement)

    return change


HARM: dict[str, tuple[Callable[[Path], object], str]] = {
    "a letter": (
        lambda file: file.write_text("A letter to a friend. " * 100),
        "is no store of access-profiles: it is no SQLite file.",
    ),
    "an empty file": (
        lambda file: file.write_bytes(b""),
        "is no store of access-profiles: it has not its tables.",
    ),
    "another program's": (of_another_program, "is no store of access-profiles: it has not its tables."),
    "damaged": (damage, "is damaged"),
    "cut": (cut, "is damaged"),
    "a row that refers to nothing": (
        changed_by("INSERT INTO access_profile_tags VALUES ('eu', 99)"),
        "a row refers to one that is not there",
    ),
    "a later program's": (
        changed_by("UPDATE alembic_version SET version_num = '9999'"),
        "are at revision 9999, which this program does not know. Install the version",
    ),
}


@pytest.mark.parametrize("harm", HARM)
def test_what_is_no_whole_backup_is_refused(url: str, backup: Path, harm: str) -> None:
    make, told = HARM[harm]
    make(backup)

    assert told in refused_restore(url, backup)


def test_a_store_is_not_restored_from_itself(url: str, file: Path, backup: Path) -> None:
    assert "is the store itself" in refused_restore(url, file)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("memory:", "access-profiles export FILE"),
        ("postgresql://me@host/db", "pg_dump --format=custom"),
        ("postgres://me@host/db", "pg_restore --clean"),
        ("mongodb://host/db", 'Only stores on SQLite .* "mongodb:" is none'),
    ],
)
def test_other_stores_name_the_right_tool(tmp_path: Path, url: str, told: str) -> None:
    with pytest.raises(OtherTool, match=told):
        backed_up(url, tmp_path / "b.db")
    with pytest.raises(OtherTool, match=told):
        restore(url, tmp_path / "b.db", at=NOW, progress=silent)
