"""What the commands say of themselves."""

import pytest

from conformance.cli.root import cli
from tests.conformance.command import Command


def test_the_list_of_commands_cuts_no_sentence(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    commands = command("--help").out.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in commands] == sorted(cli.commands)
    assert [line for line in commands if not line.endswith(".") or line.endswith("...")] == []


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_help_holds_no_mark_of_its_source(name: str, command: Command) -> None:
    told = command(name, "--help").out

    assert told.startswith(f"Usage: conformance {name} ")
    assert [mark for mark in ("\\b", "\b", "``", "noqa") if mark in told] == []
