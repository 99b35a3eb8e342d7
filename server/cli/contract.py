"""`access-profiles contract`: what a change of the contract breaks, and by which rules."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.cli.output import console, print_table
from server.cli.root import main

if TYPE_CHECKING:
    from conformance.contract.diff.change import Comparison


@main.group()
def contract() -> None:
    """Look at changes of the contract."""


@contract.command("diff")
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
    with_node: bool,
) -> None:
    """Say what breaks between the contract of REF and the present one.

    REF is a commit as git names it, or a file; so is NEW. Without it the working tree's contract is taken.
    Exit codes: 0 nothing that counts, 1 a change that --fail-on names, 2 wrong usage or no contract.

    \b
    access-profiles contract diff main
    access-profiles contract diff main --merge-base --format markdown
    access-profiles contract diff v1.0.0 v1.1.0
    access-profiles contract diff old.yaml new.yaml --for consumers
    """  # noqa: D301
    from conformance.contract.diff.compare import compare
    from conformance.contract.document import ContractError
    from conformance.run import registry
    from server.cli.contract_versions import read_version

    old = read_version(base, file, merge_base=merge_base)
    new = read_version(revision or str(file), file)
    try:
        comparison = compare(old, new, frozenset(registry.load()))
    except ContractError as error:
        raise click.UsageError(str(error)) from None
    if with_node:
        comparison = _with_redocly(comparison)
    _show(comparison, output_format, links)
    raise click.exceptions.Exit(int(_fails(comparison, fail_on, party)))


def _with_redocly(comparison: "Comparison") -> "Comparison":
    """Fold in what redocly finds. When it does not answer, a note says so, and the comparison stands."""
    from conformance.contract.diff.redocly import fold_in
    from server.cli.contract_versions import ask_redocly

    try:
        return fold_in(comparison, ask_redocly(comparison.old, comparison.new))
    except ValueError as error:
        return replace(comparison, notes=(*comparison.notes, f"redocly gave no answer: {error}."))


def _show(comparison: "Comparison", output_format: str, links: str | None) -> None:
    from conformance.contract.diff.reports import github, markdown, plain, terminal

    match output_format:
        case "markdown":
            click.echo(markdown.markdown(comparison, links), nl=False)
        case "json":
            click.echo(json.dumps(plain.plain(comparison), ensure_ascii=False, indent=2))
        case "github":
            click.echo(github.workflow_commands(comparison), nl=False)
        case _:
            terminal.show(comparison, console())


def _fails(comparison: "Comparison", fail_on: str, party: str) -> bool:
    from conformance.contract.diff.change import Severity

    counted = {"breaking": (Severity.BREAKING,), "unclear": (Severity.BREAKING, Severity.UNCLEAR), "none": ()}
    return any(
        party in ("all", *change.rule.breaks)
        for severity in counted[fail_on]
        for change in comparison.of(severity)
    )


@contract.command("rules")
@click.option("--format", "output_format", type=click.Choice(["table", "json"]), default="table")
def list_rules(output_format: str) -> None:
    """List every rule: how bad such a change is, and whom it breaks."""
    from conformance.contract.diff.rules import RULES

    rows = [
        {"rule": rule.id, "severity": rule.severity.value, "who looks": " and ".join(sorted(rule.breaks))}
        for rule in RULES.values()
    ]
    if output_format == "json":
        click.echo(json.dumps(rows, indent=2))
    else:
        print_table(rows)
