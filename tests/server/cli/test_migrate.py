"""The command line: `access-profiles migrate`, up, down and looking."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from store.registry import open_store
from store.sql import migrate, revision
from store.testsuite.samples import add_profiles, names_of
from tests.server.running import Run

SECOND = '''"""Colours for roles."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
drops = "the colours of roles"


def upgrade() -> None:
    op.add_column("roles", sa.Column("colour", sa.Text()))


def downgrade() -> None:
    op.drop_column("roles", "colour")
'''


@pytest.fixture
def two_revisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the program's scripts, and one that comes after them."""
    scripts = tmp_path / "migrations"
    (scripts / "versions").mkdir(parents=True)
    for name in ("env.py", "versions/0001_initial.py"):
        (scripts / name).write_text((revision.SCRIPTS / name).read_text())
    (scripts / "versions" / "0002_colours.py").write_text(SECOND)
    for module in (migrate, revision):
        monkeypatch.setattr(module, "SCRIPTS", scripts)
    migrate._scripts.cache_clear()
    yield
    migrate._scripts.cache_clear()


def rows(run: Run) -> list[list[str]]:
    """Return revision and state of each row of the history."""
    lines = run("migrate", "--history").stdout.splitlines()
    return [line.split()[:2] for line in lines if line.strip()[:1].isdigit()]


@pytest.mark.usefixtures("two_revisions")
def test_migrations_go_up_and_down_to_any_revision(run: Run, url: str) -> None:
    assert rows(run) == [["0001", "missing"], ["0002", "missing"]]

    assert run("migrate", "--to", "0001").stderr == "The store's tables are at revision 0001.\n"
    assert rows(run) == [["0001", "present"], ["0002", "missing"]]
    assert run("migrate", "--check").exit_code == 1

    assert run("migrate").exit_code == 0
    assert rows(run) == [["0001", "done"], ["0002", "present"]]
    with closing(open_store(url)) as store:
        add_profiles(store, ["kept"])

    assert run("migrate", "--to", "0001", "--yes").exit_code == 0
    assert rows(run) == [["0001", "present"], ["0002", "missing"]]
    with closing(open_store(url)) as store:
        assert names_of(store) == ["kept"]

    assert run("migrate", "--to", "base", "--yes").stderr == "The store's tables are at revision base.\n"
    assert rows(run) == [["0001", "missing"], ["0002", "missing"]]


@pytest.mark.usefixtures("two_revisions")
def test_going_down_says_what_goes_and_needs_a_word(migrated: Run, url: str) -> None:
    with closing(open_store(url)) as store:
        add_profiles(store, ["kept"])

    result = migrated("migrate", "--to", "base")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "Going down to base drops, and nothing brings it back:",
        "  0002: the colours of roles",
        "  0001: all tables and everything in them: profiles, roles, users, copies, keys and the audit log",
        "Error: Nothing was changed. Keep a copy (access-profiles backup FILE), then repeat it with --yes.",
    ]
    assert rows(migrated)[1] == ["0002", "present"]


@pytest.mark.parametrize(
    ("answer", "code", "state"), [("y\n", 0, "missing"), ("n\n", 1, "present"), ("\n", 1, "present")]
)
def test_on_a_terminal_it_is_asked(
    migrated: Run, url: str, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, state: str
) -> None:
    monkeypatch.setattr("server.cli.tables.is_terminal", lambda: True)

    result = CliRunner().invoke(main, ["--store", url, "migrate", "--to", "base"], input=answer)

    assert result.exit_code == code
    assert "all tables and everything in them" in result.stderr
    assert "Go down? [y/N]" in result.stderr
    assert rows(migrated) == [["0001", state]]


def test_going_to_where_the_tables_are_asks_nothing(migrated: Run) -> None:
    assert migrated("migrate", "--to", "0001").exit_code == 0


def test_an_unknown_revision_is_refused(migrated: Run) -> None:
    result = migrated("migrate", "--to", "9999")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: There is no revision 9999. To list them: access-profiles migrate --history\n"
    )


def test_the_memory_store_says_that_it_has_no_tables(run: Run) -> None:
    for arguments in (("--history",), ("--to", "base", "--yes")):
        result = run("migrate", *arguments, store="memory:")

        assert result.exit_code == 1
        assert "has no tables" in result.stderr


def test_only_one_thing_is_done_at_once(run: Run) -> None:
    for arguments in (("--check", "--history"), ("--to", "base", "--check")):
        assert run("migrate", *arguments).exit_code == 2
