"""The command line as processes, and what it must not do when it fails."""

import subprocess
from functools import partial

import httpx
from click.testing import CliRunner

from server.cli import main
from tests.processes import Limit, run, start

COMMANDS_THAT_WRITE = (
    ("migrate",),
    ("seed", "--users", "50"),
    ("keys", "create", "ci", "--all-scopes"),
)

COMMANDS = (("serve", "--port", "0"), ("migrate",), ("keys", "list"))
"""Each of them meets the store in a way of its own."""


def command(store_url: str, *arguments: str, limit: Limit | None = None) -> subprocess.CompletedProcess[str]:
    """Run `access-profiles` as a process and return how it ended."""
    return run("server.cli", "--store", store_url, *arguments, start=partial(start, limit=limit))


def command_in_this_process(store_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    result = CliRunner().invoke(main, ["--store", store_url, *arguments], catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


def assert_unavailable(answer: httpx.Response) -> None:
    """Check that the store cannot be used, and that the client is told to come again."""
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable")
    assert answer.headers["retry-after"]


def assert_told_in_a_sentence(done: subprocess.CompletedProcess[str], *told: str) -> None:
    """Check that the command failed, and said why in one line that holds all of `told`."""
    assert (done.returncode, done.stdout) == (1, ""), done
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1, done.stderr
    for part in told:
        assert part in done.stderr
