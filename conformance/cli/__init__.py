"""The command `conformance`. A module here adds its commands to the group by importing it."""

import signal
import sys

import click

from conformance.cli import (
    check,
    clauses,
    clean,
    diff,
    expect,
    init,
    matrix,
    new_check,
    replay,
    report,
    selftest,
)
from conformance.cli.root import cli
from conformance.run.verdict import ExitCode

__all__ = [
    "check",
    "clauses",
    "clean",
    "cli",
    "diff",
    "expect",
    "init",
    "main",
    "matrix",
    "new_check",
    "replay",
    "report",
    "run",
    "selftest",
]


def main() -> None:
    """Run the command, and exit with a code of the suite's own list: the entry point."""
    # A job that is cancelled is to remove what it made, as one that is interrupted at the keyboard.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command and return the exit code."""
    try:
        return int(cli.main(arguments, prog_name="conformance", standalone_mode=False) or 0)
    except click.exceptions.Abort:
        click.echo("Interrupted. What the run had made was removed, if the server let it.", err=True)
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except SystemExit:
        # click's own way out when nobody reads the report any more. Its 1 would say "does not conform".
        return ExitCode.SUITE_FAILED
    except Exception as error:  # noqa: BLE001  whatever goes wrong here, it must not look like a verdict
        import traceback

        # The trace shows code and no values, so that no key is in it.
        traceback.print_tb(error.__traceback__)
        click.echo(f"The suite itself failed: {type(error).__name__}: {error}", err=True)
        return ExitCode.SUITE_FAILED
