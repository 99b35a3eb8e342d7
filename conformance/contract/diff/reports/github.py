"""The comparison as annotations of a GitHub workflow: they show beside the lines of the pull request."""

from collections.abc import Iterator

from conformance.contract.diff.change import Comparison, Severity
from conformance.contract.diff.reports.sentences import concerned, headline, is_removal, uses, who_breaks

_COMMANDS = {Severity.BREAKING: "error", Severity.UNCLEAR: "warning"}


def workflow_commands(comparison: Comparison) -> str:
    """Return a line for each change that is not safe, and one for the sum.

    What was removed points at what was around it.
    """
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    for severity, command in _COMMANDS.items():
        for change in comparison.of(severity):
            removed = f" (was line {change.old.line})" if is_removal(change) else ""
            proof = f" {change.proof}" if change.proof else ""
            told = f"{change.subject}: {change.message}{removed}.{proof}"
            message = f"{told} Used by {uses(change)}; {concerned(change)}."
            yield _annotation(command, change.new.file, change.new.line, change.rule.id, message)
    for clause in comparison.unchecked:
        message = f"No check of the suite proves the clause {clause}."
        yield _annotation("warning", comparison.new.name, 1, "check-missing", message)
    for stale in comparison.stale:
        yield _annotation("warning", comparison.new.name, 1, "approval-stale", f"Approves nothing: {stale}.")
    told = f"{headline(comparison).capitalize()}. {who_breaks(comparison)}"
    yield _annotation("notice", comparison.new.name, 1, "contract diff", told)


def _annotation(command: str, file: str, line: int, title: str, message: str) -> str:
    return f"::{command} file={_property(file)},line={line},title={_property(title)}::{_data(message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
