"""The parts of `conformance diff`: two versions, their comparison, how it is shown, and whether it fails."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from conformance import runner
from conformance.cli.contract_versions import ask_redocly, read_version
from conformance.contract.dated_entries import EntriesError
from conformance.contract.diff import approvals
from conformance.contract.diff.change import Comparison, Party, Severity
from conformance.contract.diff.compare import compare
from conformance.contract.diff.document import Document
from conformance.contract.diff.redocly import fold_in
from conformance.contract.diff.reports import github, markdown, plain, terminal
from conformance.contract.document import ContractError


def versions(base: str, revision: str | None, file: Path, *, merge_base: bool) -> tuple[Document, Document]:
    """Return the old and the new version; the new one is the file where no revision is named.

    Raises:
        click.UsageError: there is no such version, or it is no contract.
    """
    return read_version(base, file, merge_base=merge_base), read_version(revision or str(file), file)


def compared(old: Document, new: Document, *, with_node: bool) -> Comparison:
    """Return what differs, with what redocly finds if it is to be asked.

    Raises:
        click.UsageError: the versions cannot be compared, or redocly is not there to be asked.
    """
    try:
        comparison = compare(old, new, frozenset(runner.checks()))
    except ContractError as error:
        raise click.UsageError(str(error)) from None
    return _with_redocly(comparison) if with_node else comparison


def _with_redocly(comparison: Comparison) -> Comparison:
    """Fold in what redocly finds. When it does not answer, a note says so, and the comparison stands."""
    try:
        return fold_in(comparison, ask_redocly(comparison.old, comparison.new))
    except ValueError as error:
        return replace(comparison, notes=(*comparison.notes, f"redocly gave no answer: {error}."))


def approved(comparison: Comparison, file: Path | None) -> Comparison:
    """Return the comparison with what a reviewer has approved marked so.

    Raises:
        click.UsageError: it is no file of approvals.
    """
    if file is None:
        return comparison
    try:
        return approvals.approve(comparison, approvals.load(file), datetime.now(UTC).date())
    except EntriesError as error:
        raise click.UsageError(str(error)) from None


def show(comparison: Comparison, output_format: str, links: str | None) -> None:
    """Print it in one of the forms; `links` is what the lines of Markdown are linked below."""
    match output_format:
        case "markdown":
            click.echo(markdown.markdown(comparison, links), nl=False)
        case "json":
            click.echo(json.dumps(plain.plain(comparison), ensure_ascii=False, indent=2))
        case "github":
            click.echo(github.workflow_commands(comparison), nl=False)
        case _:
            terminal.show(comparison, _console())


def fails(comparison: Comparison, fail_on: str, party: str) -> bool:
    """Return whether it has a change as bad as `fail_on` says that breaks that party."""
    counted = {"breaking": (Severity.BREAKING,), "unclear": (Severity.BREAKING, Severity.UNCLEAR), "none": ()}
    parties = [each for each in Party if party in ("all", each)]
    return any(comparison.verdict(each) in counted[fail_on] for each in parties)


def _console() -> Console:
    """Return a console that prints what people named as it is: a name may look like markup."""
    return Console(soft_wrap=True, markup=False, highlight=False, emoji=False)
