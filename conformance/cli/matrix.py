"""`conformance matrix`."""

from pathlib import Path

import click

from conformance.cli.report import RESULTS, deliver, load, output_option
from conformance.cli.root import cli


@cli.command(short_help="Set the results of several servers side by side.")
@click.argument("results", type=RESULTS, nargs=-1, required=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "html", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How to render it.",
)
@click.option("--only-differences", is_flag=True, help="Leaves out the checks on which all servers agree.")
@click.option("--claimed-by-all", is_flag=True, help="Leaves out the checks that a server does not claim.")
@click.option(
    "--allow-different-contracts",
    is_flag=True,
    help="Sets results of different contracts side by side, by the ids of their clauses.",
)
@output_option
def matrix(
    results: tuple[Path, ...],
    form: str,
    output: Path,
    *,
    only_differences: bool,
    claimed_by_all: bool,
    allow_different_contracts: bool,
) -> None:
    """Set the RESULTS of several servers side by side: checks by servers, differences first.

    RESULTS are results.json files, or the folders that hold them. A server is called by its label, or else by
    its URL. Every clause is a row; a derived check is one where it is not passed by all. A – stands where a
    server's results have not the check.

    \b
    Examples:
      conformance check https://old.example --label old --key "$OLD_KEY" --output old
      conformance check https://new.example --label new --key "$NEW_KEY" --output new
      conformance matrix old new --only-differences --claimed-by-all
      conformance matrix old new --format html -o matrix.html
    """  # noqa: D301  click takes the character itself
    from conformance.report import matrix as made

    if len(results) < 2:
        raise click.UsageError("A matrix takes the results of at least two servers.")
    try:
        built = made.build(
            [load(file) for file in results],
            only_differences=only_differences,
            claimed_by_all=claimed_by_all,
            allow_different_contracts=allow_different_contracts,
        )
    except made.DifferentContracts as error:
        raise click.UsageError(str(error)) from error
    renderers = {"text": made.text, "html": made.html, "markdown": made.markdown, "json": made.to_json}
    deliver(output, renderers[form](built))
