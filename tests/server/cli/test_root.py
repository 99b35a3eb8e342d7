"""The command line: `access-profiles`, but for its keys."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from server.process.settings import Settings
from store.registry import open_store
from store.sql.revision import head_revision
from store.testsuite.samples import names_of
from tests.server.running import Run


def test_migrate_brings_the_tables_up_to_date(run: Run, url: str) -> None:
    result = run("migrate")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "The store's tables are up to date.\n"
    store = open_store(url)
    store.check_ready()
    store.close()


def test_migrate_can_be_run_again(migrated: Run) -> None:
    assert migrated("migrate").exit_code == 0


def test_migrate_check_changes_nothing_and_says_what_to_run(run: Run) -> None:
    for _ in range(2):
        result = run("migrate", "--check")

        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == (
            "Error: The store's tables are at revision (none) and this program needs "
            f"{head_revision()}. Run: access-profiles migrate\n"
        )


def test_migrate_check_is_silent_success_when_all_is_well(migrated: Run) -> None:
    assert migrated("migrate", "--check").exit_code == 0


def test_seed_fills_the_store_once(migrated: Run, url: str) -> None:
    first = migrated("seed", "--users", "10", "--number", "3")
    second = migrated("seed", "--users", "10", "--number", "3")

    assert (first.exit_code, first.stdout) == (0, "")
    assert re.match(r"Made 13 profiles, 10 roles, 10 users and \d+ copies of profiles\.\n", first.stderr)
    assert second.stderr == "Made 0 profiles, 0 roles, 0 users and 0 copies of profiles.\n"
    store = open_store(url)
    # One of them was cloned.
    assert len(names_of(store)) == 14
    store.close()


@pytest.mark.parametrize(
    "command",
    [
        ("keys", "create", "ci", "--all-scopes"),
        ("keys", "list"),
        ("keys", "revoke", "ci"),
        ("seed",),
    ],
)
def test_a_store_that_is_not_migrated_is_refused(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "Run: access-profiles migrate" in result.stderr


@pytest.mark.parametrize(
    ("store", "told"),
    [
        ("mongodb://host/db", 'No store has the scheme "mongodb".'),
        ("sqlite://var/x.db", "An SQLite store needs a file"),
        ("memory:x", "The memory store takes no address"),
        ("profiles.db", 'No store has the scheme "profiles.db".'),
    ],
)
@pytest.mark.parametrize("command", [("migrate",), ("keys", "list"), ("seed",), ("serve",)])
def test_a_wrong_store_is_told_in_a_sentence(
    run: Run, store: str, told: str, command: tuple[str, ...]
) -> None:
    result = run(*command, store=store)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: {told}")


def test_a_file_that_is_no_database_is_told_in_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "profiles.db").write_text("A letter to a friend. " * 100)

    result = run("migrate")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")


def test_config_shows_every_setting(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESS_PROFILES_PORT", "9000")

    rows = json.loads(run("config", "show", "--format", "json", store="memory:").stdout)
    table = run("config", "show", store="memory:")

    assert {row["name"] for row in rows} == set(Settings.__struct_fields__)
    [port] = [row for row in rows if row["name"] == "port"]
    assert (port["variable"], port["value"]) == ("ACCESS_PROFILES_PORT", 9000)
    assert table.exit_code == 0
    for row in rows:
        assert row["variable"] in table.stdout


def test_config_cuts_nothing_off(run: Run) -> None:
    store = f"sqlite:////srv/{'long/' * 15}profiles.db"

    table = run("config", "show", store=store).stdout

    assert "…" not in table
    assert "ACCESS_PROFILES_LOG_FORMAT" in table


def test_config_hides_the_password_of_the_store(run: Run) -> None:
    for arguments in ((), ("--format", "json")):
        result = run("config", "show", *arguments, store="postgresql://me:s3cret@host/db")

        assert "s3cret" not in result.output
        assert "postgresql://me:***@host/db" in result.stdout


@pytest.mark.parametrize(("name", "value"), [("PORT", "http"), ("LOG_LEVEL", "loud")])
def test_a_setting_that_makes_no_sense_is_told_by_its_variable(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"ACCESS_PROFILES_{name}", value)

    result = run("config", "show")

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"ACCESS_PROFILES_{name}: " in result.stderr


def test_the_store_is_taken_from_the_environment(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESS_PROFILES_STORE", url)

    assert CliRunner().invoke(main, ["migrate"]).exit_code == 0


@pytest.mark.parametrize(
    "command",
    [(), ("serve",), ("migrate",), ("seed",), ("keys",), ("keys", "create"), ("keys", "list"), ("config",)],
)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    long, short = (CliRunner().invoke(main, [*command, flag]) for flag in ("--help", "-h"))

    assert long.exit_code == 0
    assert long.output == short.output
    assert "Usage:" in long.output


def test_the_version_is_told() -> None:
    assert re.fullmatch(
        r"access-profiles, version \d+\.\d+\.\d+\n", CliRunner().invoke(main, ["--version"]).output
    )
