"""`access-profiles contract`: other names of commands of the suite, which is started, and not imported."""

import subprocess
import sys

import click

from server.cli.root import main

_PASSED_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
_arguments = click.argument("arguments", nargs=-1, type=click.UNPROCESSED)


@main.group()
def contract() -> None:
    """Look at changes of the contract."""


@contract.command("diff", context_settings=_PASSED_ON)
@_arguments
def diff(arguments: tuple[str, ...]) -> None:
    """Say what breaks between two versions of the contract: `conformance diff`."""
    _conformance("diff", *arguments)


@contract.command("rules", context_settings=_PASSED_ON)
@_arguments
def list_rules(arguments: tuple[str, ...]) -> None:
    """List the rules of the comparison: `conformance diff-rules`."""
    _conformance("diff-rules", *arguments)


def _conformance(*arguments: str) -> None:
    """Run a command of the suite, and exit as it does."""
    # The interpreter's own: the command need not be on the path.
    ended = subprocess.run([sys.executable, "-m", "conformance", *arguments], check=False)  # noqa: S603
    raise click.exceptions.Exit(ended.returncode)
