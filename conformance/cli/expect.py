"""`conformance expect`."""

from datetime import datetime
from pathlib import Path

import click

from conformance.cli.report import RESULTS, deliver, load, output_option
from conformance.cli.root import cli


@cli.command(short_help="Draw up the file of expected failures.")
@click.option(
    "--from",
    "results",
    type=RESULTS,
    required=True,
    help="What the run found: a results.json, or the folder that holds it.",
)
@click.option("--reason", default="", help="The reason of every entry. Without it each is left empty.")
@click.option("--owner", default="", help="Who sees to them.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="The last day of every entry: 2027-03-31.")
@output_option
def expect(results: Path, reason: str, owner: str, expires: datetime | None, output: Path) -> None:
    """Draw up the file of expected failures from what a run found.

    Nothing is sent to the server. The file has an entry for each failure; a reason, an owner and a last day
    are left to be filled in, and `check --expect` refuses the file until they are.

    \b
    Examples:
      conformance check http://127.0.0.1:8080 --output out
      conformance expect --from out -o expected-failures.toml
      conformance check http://127.0.0.1:8080 --expect expected-failures.toml
    """  # noqa: D301  click takes the character itself
    from conformance.report.expected import render

    last_day = expires.date() if expires else None
    deliver(output, render(load(results), reason=reason, owner=owner, expires=last_day))
