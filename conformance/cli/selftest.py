"""`conformance selftest`."""

import json
import os
import shlex
from typing import Any

import click

from conformance import runner
from conformance.cli.root import cli, format_option
from conformance.run.verdict import ExitCode

_KINDS = ("faults", "mutants", "variants")


@cli.command(short_help="Prove the suite itself, by faults that it has to find.")
@click.option(
    "--part", "parts", type=click.Choice(_KINDS), multiple=True, help="A part of it; all by default."
)
@click.option(
    "--only", help="Clauses, faults, mutants or variants, with commas between; * stands for any text."
)
@click.option("--sample", type=click.IntRange(min=1), help="So many of each, spread over all.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Draws the sample.")
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Per legal variant.")
@click.option(
    "--server",
    metavar="COMMAND",
    help="What starts the server to break: it speaks as server/faulty.py does. The default is that one.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Servers at once. The default is one for each core.")
@click.option("--precise", is_flag=True, help="Looks which other clauses each fault breaks.")
@click.option("--fuzz", is_flag=True, help="Asks Schemathesis about mutants that nothing else kills.")
@format_option
def selftest(
    form: str,
    jobs: int | None,
    parts: tuple[str, ...],
    only: str | None,
    server: str | None,
    **options: Any,
) -> None:
    """Prove the suite itself: break this project's server in one point at a time, and see who notices.

    Exit codes: 0 the suite keeps its promise, 1 it does not, 2 wrong usage, 4 a trial failed by itself.
    """
    from rich.console import Console

    from conformance.contract import document
    from conformance.selftest.faulty_server import COMMAND, HostError
    from conformance.selftest.matrix import matrix
    from conformance.selftest.proof import Scope, prove, tasks_of
    from conformance.selftest.text import Watcher, show

    stated = document.load()
    scope = Scope(
        jobs=jobs or os.cpu_count() or 1,
        kinds=tuple(part.removesuffix("s") for part in parts or _KINDS),
        only=tuple(pattern.strip() for pattern in (only or "").split(",") if pattern.strip()),
        server=_words(server) or COMMAND,
        **options,
    )
    if not tasks_of(stated, scope):
        raise click.UsageError(f"--only {only} matches no fault, mutant or variant. See: conformance list")
    # What is told while it runs must not stand in the JSON.
    console = Console(highlight=False, stderr=form == "json")
    try:
        with Watcher(console) as watcher:
            proof = prove(stated, runner.checks(), scope, watcher.observe)
    except HostError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(ExitCode.SUITE_FAILED) from error
    found = matrix(proof)
    if form == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        show(found, console)
    if proof.errors:
        raise click.exceptions.Exit(ExitCode.SUITE_FAILED)
    raise click.exceptions.Exit(ExitCode.CONFORMS if proof.holds else ExitCode.DOES_NOT_CONFORM)


def _words(command: str | None) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command or ""))
    except ValueError as error:
        raise click.UsageError(f"--server {command} is no command: {error}.") from error
