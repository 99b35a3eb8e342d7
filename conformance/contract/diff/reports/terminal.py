"""The comparison for a terminal, and for whoever reads its plain lines."""

from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from conformance.contract.diff.change import Change, Comparison, Severity
from conformance.contract.diff.reports.sentences import (
    by_rule,
    concerned,
    headline,
    is_removal,
    uses,
    who_breaks,
)

_STYLES = {Severity.BREAKING: "bold red", Severity.UNCLEAR: "yellow", Severity.SAFE: "green"}
_SHOWN_OF_A_RULE = 5


def show(comparison: Comparison, console: Console) -> None:
    """Print the comparison: each change that somebody has to look at, then the others by their rules."""

    def line(text: Text | str = "") -> None:
        console.print(text, soft_wrap=True)

    for severity in (Severity.BREAKING, Severity.UNCLEAR):
        for change in comparison.of(severity):
            _show_change(change, comparison, line)
    safe = by_rule(comparison.of(Severity.SAFE))
    for rule, group in safe.items():
        told = ", ".join(_printable(change.subject) for change in group[:_SHOWN_OF_A_RULE])
        more = f" and {len(group) - _SHOWN_OF_A_RULE} more" if len(group) > _SHOWN_OF_A_RULE else ""
        line(
            Text("safe      ", style=_STYLES[Severity.SAFE]).append(f"{rule}: {told}{more}", style="default")
        )
    if comparison.changes:
        line()
    for told, ids in (
        ("No check proves", comparison.unchecked),
        ("No clause for check", comparison.stray_checks),
        ("Approves nothing", comparison.stale),
    ):
        if ids:
            line(Text(_printable(f"{told}: {', '.join(ids)}"), style="yellow"))
    worst = next((severity for severity in Severity if comparison.of(severity)), Severity.SAFE)
    line(Text(f"{headline(comparison).capitalize()}. {who_breaks(comparison)}", style=_STYLES[worst]))
    for note in comparison.notes:
        line(_printable(note))


def _show_change(change: Change, comparison: Comparison, line: Callable[[Text], None]) -> None:
    head = Text(f"{change.severity:<10}", style=_STYLES[change.severity])
    line(head.append(_printable(f"{change.subject}: {change.message}"), style="default"))
    place = f"{change.new.file}:{change.new.line}"
    if is_removal(change):
        old = comparison.old
        origin = f"{old.origin}:" if old.origin != old.name else ""
        place = f"{origin}{change.old.file}:{change.old.line}"
    facts = [place, uses(change), change.rule.id]
    facts.append(concerned(change))
    if change.also_found_by:
        facts.append(f"also found by {', '.join(change.also_found_by)}")
    line(Text(" " * 10 + _printable(", ".join(facts)), style="dim"))
    if change.proof:
        line(Text(" " * 10 + _printable(change.proof)))
    if change.words:
        line(_words(change))


def _printable(text: str) -> str:
    """Return the text on one line, without what would steer a terminal."""
    return "".join(each if each.isprintable() else " " for each in text)


def _words(change: Change) -> Text:
    """Return the words, with brackets as git's word diff has them, so that no colour is needed to read it."""
    told = Text(" " * 10)
    for index, edit in enumerate(change.words):
        told.append(" " if index else "")
        if edit.stayed:
            told.append(_printable(edit.old))
            continue
        if edit.old:
            told.append(f"[-{_printable(edit.old)}-]", style="red")
        if edit.new:
            told.append(f"{{+{_printable(edit.new)}+}}", style="green")
    return told
