"""`conformance check`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from conformance.cli.planning import plan_of
from conformance.cli.root import FILE, cli, contract_option, format_option, profile_option


@cli.command()
@click.argument("url")
@click.option("--key", envvar="CONFORMANCE_KEY", help="An API key that may do everything. [CONFORMANCE_KEY]")
@click.option(
    "--viewer-key", envvar="CONFORMANCE_VIEWER_KEY", help="One that may only view. [CONFORMANCE_VIEWER_KEY]"
)
@click.option(
    "--mode",
    type=click.Choice(["quick", "standard", "certify"]),
    default="standard",
    show_default=True,
    help="quick: a few seconds, the first clause of each operation. standard: everything, within a minute. "
    "certify: everything with two seeds, and nothing may be skipped or unreached.",
)
@profile_option
@click.option(
    "--only", help="Ids of clauses and of derived checks, with commas between; * stands for any text."
)
@click.option("--without", metavar="PHASES", help="Phases to leave out: raw, boundary, fuzz, model, race.")
@click.option("--seed", type=click.IntRange(min=0), help="Repeats the random choices of an earlier run.")
@click.option(
    "--budget", type=click.FloatRange(min=1), help="Seconds for all phases together. The mode has its own."
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=4, show_default=True, help="Checks that run at a time."
)
@contract_option
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    help="Seconds to wait for an answer.",
)
@click.option(
    "--max-examples", type=click.IntRange(min=1), help="Requests that fuzzing draws, per operation."
)
@format_option
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for results.json and reports.",
)
@click.option("--label", help="What the server is called in reports.")
@click.option(
    "--expect", "expect_file", type=FILE, help="Failures that are known: TOML with reason, owner and expiry."
)
@click.option("--allow-stale", is_flag=True, help="Does not fail when that file is out of date.")
@click.option("--strict", is_flag=True, help="Counts SHOULD as MUST.")
@click.option(
    "--verbose", is_flag=True, help="Shows every verdict on a terminal, too, not what is wrong alone."
)
def check(
    url: str,
    form: str,
    output: Path | None,
    *,
    verbose: bool,
    **options: Any,
) -> None:
    r"""Checks the server whose root is URL, like http://127.0.0.1:8080.

    \b
    Exit codes: 0 it conforms, 1 it does not, 2 wrong usage, 3 not all could be checked,
    4 the suite itself failed, 5 the file of expected failures is out of date.
    """
    from conformance import runner
    from conformance.report import files

    plan, note = plan_of(url, **options)
    if note:
        click.echo(note, err=True)
    if output is not None:
        try:
            files.prepare(output)
        except OSError as error:
            raise click.UsageError(f"No reports can be written to {output}: {error}") from error
    if form == "json":
        results = runner.run(plan)
    else:
        from rich.console import Console

        from conformance.report.text import TextReport

        report = TextReport(Console(highlight=False), verbose=verbose)
        with report.watching(plan):
            results = runner.run(plan, report.observe)
    if form == "json":
        if results.obstacle:
            click.echo(results.obstacle, err=True)
        click.echo(files.results_json(results), nl=False)
    else:
        report.finish(results)
    if output is not None:
        files.write(output, results)
    raise click.exceptions.Exit(results.exit_code)
