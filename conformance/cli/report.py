"""`conformance report`."""

from pathlib import Path

import click

from conformance.cli.root import cli
from conformance.report.files import FORMATS, encoded, render, write_text

RESULTS = click.Path(exists=True, path_type=Path)
output_option = click.option(
    "-o",
    "--output",
    "output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default="-",
    help="The file to write; - is the standard output, and the default.",
)


@cli.command()
@click.argument("results", type=RESULTS)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to render them.",
)
@output_option
def report(results: Path, form: str, output: Path) -> None:
    """Render RESULTS, a results.json or the folder that holds it.

    A report is a view of the results: nothing is sent to the server, and the exit code is 0 whatever the
    verdict was.

    \b
      text       what is wrong, what was skipped, and the sum, as on the terminal
      html       one file for people: it opens offline and from a mail, on a phone, in print
      junit      for CI servers that show tests
      sarif      for code review: failures stand beside the lines of the contract
      markdown   for the summary of a CI step or a comment, at most 60 kB
      badge      for an endpoint badge of shields.io
      badge-svg  the same as a picture

    \b
    Examples:
      conformance check http://127.0.0.1:8080 --key "$KEY" --output out
      conformance report out --format html -o report.html
      conformance report out --format markdown >> "$GITHUB_STEP_SUMMARY"
    """  # noqa: D301  click takes the character itself
    deliver(output, render(load(results), form))


def load(file: Path) -> dict[str, object]:
    """Read a results file.

    Raises:
        click.UsageError: it is none that this suite can read.
    """
    from conformance.report import document

    try:
        return document.load(file)
    except document.DocumentError as error:
        raise click.UsageError(str(error)) from error


def deliver(output: Path, text: str) -> None:
    """Write a report to a file, or to the standard output.

    Raises:
        click.UsageError: the file cannot be written.
    """
    if str(output) == "-":
        click.echo(encoded(text), nl=False)
        return
    try:
        write_text(output, text)
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror or error}.") from error
