"""`conformance check`."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from conformance.cli.planning import plan_of
from conformance.cli.root import (
    FILE,
    checks_option,
    cli,
    contract_option,
    format_option,
    once,
    profile_option,
)
from conformance.cli.target import target_options
from conformance.report.document import Document
from conformance.run.verdict import ExitCode

_USUAL = ("html", "junit")


def _formats(
    context: click.Context, option: click.Parameter, lists: tuple[str, ...]
) -> tuple[str, ...] | None:
    from conformance.report.files import FORMATS

    text = once(context, option, lists)
    if text is None:
        return None
    named = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in named:
        if name not in FORMATS:
            raise click.BadParameter(f"{name} is no format. There are: {', '.join(FORMATS)}.")
    return named


@cli.command(short_help="Check a server.")
@target_options
@click.option(
    "--mode",
    type=click.Choice(["quick", "standard", "certify"]),
    help="quick: a few seconds, the first clause of each operation; by a contract of yours, each operation "
    "once and no constraints. standard: everything, within a minute. certify: everything with two seeds, and "
    "nothing may be skipped or unreached. [standard]",
)
@profile_option
@click.option(
    "--only",
    multiple=True,
    help="Ids of clauses and of derived checks, with commas between; * stands for any text. Repeatable.",
)
@click.option(
    "--without",
    multiple=True,
    metavar="PHASES",
    help="Phases to leave out: raw, boundary, fuzz, model, race. Repeatable.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="OPERATIONS",
    help="Operations that are never called, like one that ends the server: ids, with * for any text, or "
    "'POST /path'. Repeatable.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Repeats the random choices of an earlier run.")
@click.option(
    "--budget",
    type=click.FloatRange(min=1),
    help="Seconds for all phases together. Without it a run takes as long as it takes.",
)
@click.option("--jobs", type=click.IntRange(1, 64), help="Checks that run at a time. [4]")
@contract_option
@checks_option
@click.option(
    "--max-examples", type=click.IntRange(min=1), help="Requests that fuzzing draws, per operation."
)
@format_option
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for results.json, report.html and junit.xml.",
)
@click.option(
    "--report",
    "formats",
    multiple=True,
    callback=_formats,
    help="What --output writes beside results.json: html, junit, sarif, markdown, badge, badge-svg, text. "
    "[html,junit]",
)
@click.option("--label", help="What the server is called in reports.")
@click.option(
    "--expect", "expect_file", type=FILE, help="Failures that are known: TOML with reason, owner and expiry."
)
@click.option("--allow-stale", is_flag=True, help="Does not fail when that file is out of date.")
@click.option("--strict", is_flag=True, help="Counts SHOULD as MUST.")
@click.option("--verbose", is_flag=True, help="Shows what passes and what is skipped as well, as it falls.")
def check(
    form: str, output: Path | None, formats: tuple[str, ...] | None, *, verbose: bool, **options: Any
) -> None:
    """Check the server whose root is URL, like http://127.0.0.1:8080.

    \b
    Exit codes: 0 it conforms, 1 it does not, 2 wrong usage, 3 not all could be checked,
    4 the suite itself failed, 5 the file of expected failures is out of date, 130 it was interrupted.
    """  # noqa: D301  click takes the character itself
    from conformance import runner
    from conformance.report import files
    from conformance.report.document import to_json

    if formats is not None and output is None:
        raise click.UsageError("--report needs a folder to write to: give --output FOLDER.")
    plan, notes = plan_of(options)
    for note in notes:
        click.echo(note, err=True)
    if output is not None:
        _prepare(output)
    if form == "json":
        results = runner.run(plan)
    else:
        from conformance.report.text import TextReport, patient_console

        report = TextReport(patient_console(), verbose=verbose)
        with report.watching(plan):
            results = runner.run(plan, report.observe)
    document, code = results.as_dict(output), results.exit_code
    is_written = output is not None and _write(output, document, _USUAL if formats is None else formats)
    if output is not None and not is_written and code is not ExitCode.DOES_NOT_CONFORM:
        code = ExitCode.SUITE_FAILED
    if form == "text":
        report.finish(document)
        if is_written:
            with suppress(BrokenPipeError):
                click.echo(f"The reports are in {output}.")
    else:
        if results.obstacle or results.is_interrupted:
            click.echo(results.sentence, err=True)
        with suppress(BrokenPipeError):
            click.echo(files.encoded(to_json(document)), nl=False)
    raise click.exceptions.Exit(code)


def _prepare(output: Path) -> None:
    from conformance.report import files

    try:
        files.prepare(output)
    except OSError as error:
        raise click.UsageError(f"No reports can be written to {output}: {error}") from error


def _write(output: Path, document: Document, formats: tuple[str, ...]) -> bool:
    """Write the reports, and return whether they could be written; say so, if not."""
    from conformance.report import files

    try:
        files.write(output, document, formats)
    except OSError as error:
        click.echo(f"The reports cannot be written to {output}: {error}.", err=True)
        return False
    return True
