"""Revisions of the tables, on both databases: what the scripts make is what the program states."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from domain.errors import WrongRevision
from store.registry import open_store
from store.sql.engine import SqlStore
from store.sql.migrate import config, is_stated
from store.sql.revision import current_revision, head_revision, known_revisions
from store.sql.tables import metadata
from store.testsuite.samples import add_profiles, names_of, new_profile
from tests.store.backends import new_database_url


@pytest.fixture(params=["postgresql", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """Give a store whose tables are not made yet."""
    with closing(open_store(new_database_url(request.param, tmp_path))) as opened:
        assert isinstance(opened, SqlStore)
        yield opened


def revision(store: SqlStore) -> str | None:
    with store._reader.connect() as connection:
        return current_revision(connection)


def tables(store: SqlStore) -> set[str]:
    with store._reader.connect() as connection:
        names = set(inspect(connection).get_table_names()) - {"alembic_version"}
    return {name for name in names if is_stated(name, "table")}


def downgrade(store: SqlStore, to: str) -> None:
    with store._migrator.begin() as connection:
        command.downgrade(config(connection), to)


@pytest.fixture
def later(store: SqlStore) -> SqlStore:
    """Give a store that a later program migrated."""
    store.migrate()
    with store._migrator.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    return store


def test_an_empty_store_is_brought_to_the_head(store: SqlStore) -> None:
    assert revision(store) is None

    assert store.migrate() == head_revision()

    assert revision(store) == head_revision()
    store.check_ready()


def test_the_scripts_make_the_tables_that_the_program_states(store: SqlStore) -> None:
    store.migrate()

    with store._reader.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _parents: is_stated(name, kind),
            },
        )
        assert compare_metadata(context, metadata) == []
    assert tables(store) == set(metadata.tables)


def test_migrating_again_changes_nothing(store: SqlStore) -> None:
    store.migrate()
    add_profiles(store, ["kept"])

    assert store.migrate() == head_revision()

    assert names_of(store) == ["kept"]


def test_every_script_can_be_taken_back_and_done_again(store: SqlStore) -> None:
    store.migrate()

    for script in list(ScriptDirectory.from_config(config()).walk_revisions()):
        downgrade(store, str(script.down_revision or "base"))

    assert revision(store) is None
    assert tables(store) == set()

    store.migrate()

    assert tables(store) == set(metadata.tables)
    with store.write() as tx:
        assert list(tx.profiles.reserve_provider_config_ids(2)) == [1, 2]
        assert tx.profiles.add(new_profile("first")).id == 1


def test_there_is_one_line_of_scripts() -> None:
    scripts = ScriptDirectory.from_config(config())

    assert scripts.get_heads() == [head_revision()]
    assert len(scripts.get_bases()) == 1
    assert {script.revision for script in scripts.walk_revisions()} == known_revisions()


def test_an_empty_store_is_not_ready_and_says_what_to_run(store: SqlStore) -> None:
    with pytest.raises(WrongRevision) as refused:
        store.check_ready()

    assert str(refused.value) == (
        f"The store's tables are at revision (none) and this program needs {head_revision()}. "
        "Run: access-profiles migrate"
    )


def test_a_store_that_was_taken_back_is_not_ready(store: SqlStore) -> None:
    store.migrate()
    downgrade(store, "base")

    with pytest.raises(WrongRevision, match="Run: access-profiles migrate"):
        store.check_ready()


def test_a_store_of_a_later_program_is_not_ready_and_says_so(later: SqlStore) -> None:
    with pytest.raises(WrongRevision, match="at revision 9999, which this program does not know") as refused:
        later.check_ready()

    assert "access-profiles migrate" not in str(refused.value)


def test_migrating_the_tables_of_a_later_program_is_refused_with_a_sentence(later: SqlStore) -> None:
    with pytest.raises(WrongRevision, match="at revision 9999, which this program does not know"):
        later.migrate()

    assert revision(later) == "9999"


def test_a_migration_that_fails_leaves_nothing_behind(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alembic.op.execute", lambda _statement: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        store.migrate()

    assert revision(store) is None
    assert tables(store) == set()

    monkeypatch.undo()
    store.migrate()
    store.check_ready()
