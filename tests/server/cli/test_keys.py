"""The command line: `access-profiles keys`."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.credentials import hash_key
from store.registry import open_store
from tests.server.running import Run

KEY_LINE = re.compile(r"bfst-[A-Za-z0-9]{44}\n")


def listed(run: Run) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(run("keys", "list", "--format", "json").stdout)
    return rows


def test_a_new_key_alone_goes_to_standard_output(migrated: Run, url: str) -> None:
    result = migrated("keys", "create", "ci", "--all-scopes")

    assert result.exit_code == 0
    assert KEY_LINE.fullmatch(result.stdout)
    assert "bfst-" not in result.stderr
    store = open_store(url)
    with store.read() as tx:
        found = tx.api_keys.find(hash_key(result.stdout.strip()))
    store.close()
    assert found is not None
    assert (found.name, found.scopes, found.expires_at) == ("ci", ("*",), None)


def test_a_key_has_the_scopes_that_are_given(migrated: Run) -> None:
    view, create = "AccessProfiles:View", "AccessProfiles:Create"

    migrated("keys", "create", "viewer", "--scope", view)
    migrated("keys", "create", "both", "--scope", view, "--scope", create, "--scope", view)

    assert [row["scopes"] for row in listed(migrated)] == [[view], [create, view]]


def test_a_key_may_expire(migrated: Run) -> None:
    migrated("keys", "create", "short", "--all-scopes", "--expires-in", "30")

    [row] = listed(migrated)
    left = datetime.fromisoformat(row["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)
    assert row["state"] == "active"


@pytest.mark.parametrize("days", ["0", "-1", "soon", "1.5"])
def test_a_key_expires_after_whole_days(migrated: Run, days: str) -> None:
    result = migrated("keys", "create", "short", "--all-scopes", "--expires-in", days)

    assert result.exit_code == 2
    assert "--expires-in" in result.stderr
    assert listed(migrated) == []


def test_an_unknown_scope_is_refused_and_the_known_ones_are_told(migrated: Run) -> None:
    result = migrated(
        "keys", "create", "ci", "--scope", "AccessProfiles:View", "--scope", "accessprofiles:view"
    )

    assert (result.exit_code, result.stdout) == (2, "")
    assert "There is no permission accessprofiles:view. Known: " in result.stderr
    assert "AccessProfiles:Create" in result.stderr
    assert listed(migrated) == []


@pytest.mark.parametrize("arguments", [(), ("--all-scopes", "--scope", "AccessProfiles:View")])
def test_scopes_are_either_all_or_named(migrated: Run, arguments: tuple[str, ...]) -> None:
    result = migrated("keys", "create", "ci", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "Give --all-scopes, or one or more --scope of: APIKeys:" in result.stderr


def test_a_name_that_is_taken_is_refused(migrated: Run) -> None:
    migrated("keys", "create", "ci", "--all-scopes")

    result = migrated("keys", "create", "ci", "--all-scopes")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == 'Error: An API key with the name "ci" exists already.\n'


def test_keys_are_listed_without_the_keys(migrated: Run) -> None:
    key = migrated("keys", "create", "ci", "--all-scopes").stdout.strip()

    table = migrated("keys", "list")
    [row] = listed(migrated)

    assert (row["id"], row["name"], row["state"], row["key_prefix"]) == (1, "ci", "active", key[:13] + "...")
    assert table.exit_code == 0
    assert "ci" in table.stdout
    assert "active" in table.stdout
    assert key not in table.stdout + json.dumps(row)
    assert hash_key(key).hex() not in json.dumps(row)


def test_a_revoked_key_is_listed_as_such_and_its_name_is_free(migrated: Run) -> None:
    migrated("keys", "create", "ci", "--all-scopes")

    result = migrated("keys", "revoke", "ci")
    again = migrated("keys", "create", "ci", "--all-scopes")

    assert result.exit_code == 0
    assert result.stdout == ""
    assert re.fullmatch(r"Revoked ci \(bfst-[A-Za-z0-9]{8}\.\.\.\)\.\n", result.stderr)
    assert again.exit_code == 0
    assert [row["state"] for row in listed(migrated)] == ["revoked", "active"]


def test_an_unknown_key_cannot_be_revoked(migrated: Run) -> None:
    result = migrated("keys", "revoke", "nobody")

    assert (result.exit_code, result.stderr) == (1, "Error: There is no API key nobody.\n")


@pytest.mark.parametrize("name", ["[bold]ci[/bold]", "[/x]", ":boom:", "a [red] b"])
def test_names_are_printed_as_they_are(migrated: Run, name: str) -> None:
    migrated("keys", "create", name, "--all-scopes")

    assert listed(migrated)[0]["name"] == name
    assert name in migrated("keys", "list").stdout
    assert name in migrated("keys", "revoke", name).stderr


def test_a_list_of_keys_cuts_nothing_off(migrated: Run) -> None:
    scopes = "AccessProfiles:View", "AccessProfiles:Create"
    migrated("keys", "create", "continuous integration", "--scope", scopes[0], "--scope", scopes[1])

    table = migrated("keys", "list").stdout

    assert "…" not in table
    for text in (*scopes, listed(migrated)[0]["key_prefix"]):
        assert text in table
