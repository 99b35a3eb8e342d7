"""The change log, the version and the documents speak of the same release."""

import re
import tomllib
from datetime import date

import click
import pytest

from conformance.cli import cli
from server.cli.root import main
from tests.serving import ROOT

CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
ENTRIES = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\S+)$", CHANGES, re.MULTILINE)
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(path for path in (ROOT / "docs").rglob("*") if path.suffix in {".md", ".yml"}),
]


def test_the_change_log_begins_with_the_version_of_the_project() -> None:
    assert ENTRIES[0][0] == VERSION


def test_versions_fall_and_so_do_their_days() -> None:
    versions = [tuple(map(int, version.split("."))) for version, _ in ENTRIES]
    days = [date.fromisoformat(day) for _, day in ENTRIES]

    assert len(versions) > 1
    assert versions == sorted(set(versions), reverse=True)
    assert days == sorted(days, reverse=True)


def test_each_version_leads_somewhere() -> None:
    assert re.findall(r"^\[(\d[\d.]*)\]: \S+$", CHANGES, re.MULTILINE) == [version for version, _ in ENTRIES]


def test_documents_name_no_other_version_of_the_project() -> None:
    told = {
        (path.name, version)
        for path in DOCUMENTS
        if path.name != "CHANGELOG.md"
        for version in re.findall(
            r"access-profiles (\d+\.\d+\.\d+)|docs/ci/action@v?(\S+)", path.read_text(encoding="utf-8")
        )
    }

    assert {version for _, found in told for version in found if version} == {VERSION}


@pytest.mark.parametrize("command", ["access-profiles", "conformance"])
def test_commands_and_options_of_the_present_version_exist(command: str) -> None:
    entry = CHANGES.partition(f"## [{VERSION}]")[2].partition("\n## ")[0]
    group = {"access-profiles": main, "conformance": cli}[command]
    called = re.findall(rf"`{command} ([a-z][^`]*)`", entry)

    assert called
    for call in called:
        words = call.split()
        found: click.Command = group
        while isinstance(found, click.Group):
            found = found.commands[words.pop(0)]
        known = {name for parameter in found.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, call
