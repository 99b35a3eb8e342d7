"""What all views say in the same words."""

from collections.abc import Iterable

from conformance.contract.diff.change import Change, Comparison, Party, Severity

_SHOWN_USES = 3


def headline(comparison: Comparison) -> str:
    """Return how many changes there are of each severity."""
    counts = {severity: len(comparison.of(severity)) for severity in Severity}
    if not comparison.changes:
        return "no changes"
    told = ", ".join(f"{count} {severity}" for severity, count in counts.items())
    return f"{told} {'change' if sum(counts.values()) == 1 else 'changes'}"


def who_breaks(comparison: Comparison) -> str:
    """Return who has to do something, as a sentence."""
    broken = comparison.broken()
    if broken:
        return f"Breaks {parties(broken)}."
    if any(comparison.verdict(party) is Severity.UNCLEAR for party in Party):
        return "Nothing is known to break; a person has to judge what is unclear."
    if any(change.approval is not None for change in comparison.changes):
        return "Nothing breaks but what is approved."
    return "Nothing breaks."


def parties(named: Iterable[Party]) -> str:
    """Return the parties with `and` between."""
    return " and ".join(sorted(named))


def concerned(change: Change) -> str:
    """Return what a change is for whom, in a few words."""
    told = []
    for severity, words in ((Severity.BREAKING, "breaks"), (Severity.UNCLEAR, "unclear for")):
        if named := change.concerns(severity):
            told.append(f"{words} {parties(named)}")
    if change.approval is not None:
        told.append(
            f"approved until {change.approval.expires} by {change.approval.owner}: {change.approval.reason}"
        )
    return ", ".join(told)


def uses(change: Change) -> str:
    """Return the operations that a change concerns, in a few words."""
    count = len(change.uses)
    if count <= _SHOWN_USES:
        return ", ".join(change.uses) or "everything"
    return f"{', '.join(change.uses[: _SHOWN_USES - 1])} and {count - _SHOWN_USES + 1} more operations"


def is_addition(change: Change) -> bool:
    """Return whether the old version has only what is around it."""
    return change.new.pointer.startswith(f"{change.old.pointer}/")


def is_removal(change: Change) -> bool:
    """Return whether the new version has only what is around it."""
    return change.old.pointer.startswith(f"{change.new.pointer}/")


def by_rule(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """Return the changes of each rule, the most frequent rule first."""
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.rule.id, []).append(change)
    return dict(sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])))
