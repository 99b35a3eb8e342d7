"""What a change of a contract breaks, and by which rules: `conformance diff` and `conformance diff-rules`."""

import json
from pathlib import Path

import click

from conformance.cli.root import FILE, cli, format_option
from conformance.run.verdict import ExitCode


@cli.command("diff", short_help="Say what breaks between two versions of a contract.")
@click.argument("base", metavar="REF")
@click.argument("revision", metavar="[NEW]", required=False)
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("openapi.yaml"),
    show_default=True,
    help="The contract in the working tree, and its path in commits.",
)
@click.option("--merge-base", is_flag=True, help="Compare with the commit where this branch left REF.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "markdown", "json", "github"]),
    default="text",
    show_default=True,
)
@click.option("--links", metavar="URL", help="Markdown: link lines below URL, like https://host/blob/main.")
@click.option(
    "--fail-on",
    type=click.Choice(["breaking", "unclear", "none"]),
    default="breaking",
    show_default=True,
    help="Exit 1 when there is such a change, or a worse one.",
)
@click.option(
    "--for",
    "party",
    type=click.Choice(["all", "consumers", "servers"]),
    default="all",
    show_default=True,
    help="Whose breaks count for --fail-on.",
)
@click.option(
    "--approved",
    type=FILE,
    help="Breaks that a reviewer has let pass, each with a reason and a last day. They do not count.",
)
@click.option("--allow-stale", is_flag=True, help="Tolerates approvals that approve nothing.")
@click.option("--with-node", is_flag=True, help="Ask redocly as well. Needs npx; npm fetches it once.")
def diff(
    base: str,
    revision: str | None,
    file: Path,
    merge_base: bool,
    output_format: str,
    links: str | None,
    fail_on: str,
    party: str,
    approved: Path | None,
    allow_stale: bool,
    with_node: bool,
) -> None:
    """Say what breaks between the contract of REF and the present one.

    REF is a commit as git names it, or a file; so is NEW. Without it the working tree's contract is taken.
    Exit codes: 0 nothing that counts, 1 a change that --fail-on names, 2 wrong usage or no contract,
    4 the suite itself failed, 5 the file of approvals is out of date.

    \b
    conformance diff main
    conformance diff main --merge-base --format markdown
    conformance diff v1.0.0 v1.1.0
    conformance diff old.yaml new.yaml --for consumers
    """  # noqa: D301
    from conformance.cli import comparing

    old, new = comparing.versions(base, revision, file, merge_base=merge_base)
    comparison = comparing.compared(old, new, with_node=with_node)
    comparison = comparing.approved(comparison, approved)
    comparing.show(comparison, output_format, links)
    if comparing.fails(comparison, fail_on, party):
        raise click.exceptions.Exit(ExitCode.DOES_NOT_CONFORM)
    if comparison.stale and not allow_stale:
        raise click.exceptions.Exit(ExitCode.STALE)


@cli.command("diff-rules", short_help="List the rules of `conformance diff`.")
@format_option
def list_rules(form: str) -> None:
    """List the rules of `conformance diff`: how bad such a change is for consumers and for servers."""
    from conformance.contract.diff.rules import RULES

    rows = [
        {"rule": rule.id, "consumers": rule.consumers.value, "servers": rule.servers.value}
        for rule in RULES.values()
    ]
    if form == "json":
        click.echo(json.dumps(rows, indent=2))
        return
    widest = max(map(len, RULES))
    for row in rows:
        click.echo(f"{row['rule']:<{widest}}  {row['consumers']:<10}{row['servers']}")
