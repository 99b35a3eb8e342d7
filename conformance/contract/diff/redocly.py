"""What redocly's `diff` finds, beside what ours found: each thing once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from conformance.contract.diff.change import Change, Comparison, Rule, Severity
from conformance.contract.diff.document import Tokens
from conformance.contract.diff.naming import subject
from conformance.contract.diff.operations import operations

_SIDES = ("base", "revision")
_FAR = 3
"""From this many steps on, two places are not one change."""


def fold_in(comparison: Comparison, report: Mapping[str, Any]) -> Comparison:
    """Return the comparison with redocly's findings in it.

    What ours found as well is marked so. What redocly alone thinks breaking is added as unclear.

    Args:
        comparison: what ours found.
        report: what `redocly diff --format json` printed.

    Raises:
        ValueError: the report is not of the form that is known.
    """
    also: dict[int, set[str]] = {}
    added: dict[tuple[str, str], Change] = {}
    for verdict in _verdicts(report):
        distances = [_distance(verdict, change) for change in comparison.changes]
        nearest = min(distances, default=_FAR)
        for index, distance in enumerate(distances):
            if distance == nearest < _FAR:
                also.setdefault(index, set()).add(f"redocly {verdict.rule}")
        if nearest == _FAR:
            found = _as_change(verdict, comparison)
            added.setdefault((found.rule.id, found.new.pointer), found)
    marked = [
        replace(change, also_found_by=tuple(sorted(also.get(index, ()))))
        for index, change in enumerate(comparison.changes)
    ]
    order = list(Severity)
    merged = sorted([*marked, *added.values()], key=lambda change: order.index(change.severity))
    return replace(comparison, changes=tuple(merged))


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A thing that redocly thinks breaking. A place is None in the version that has it not."""

    rule: str
    message: str
    path: Tokens
    old: Tokens | None
    new: Tokens | None


def _verdicts(report: Mapping[str, Any]) -> Iterator[_Verdict]:
    try:
        for change in report["changes"]:
            for verdict in change["verdicts"]:
                if verdict["impact"] == "major":
                    yield _Verdict(
                        str(verdict["ruleId"]),
                        str(verdict["message"]),
                        _tokens(change.get("path", "")),
                        *(_tokens(change[side]["pointer"]) if side in change else None for side in _SIDES),
                    )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"its report has another form than expected ({error!r})") from error


def _tokens(pointer: str) -> Tokens:
    steps = unquote(pointer).removeprefix("#").split("/")[1:]
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)


def _distance(theirs: _Verdict, ours: Change) -> int:
    pairs = ((theirs.old, ours.old), (theirs.new, ours.new))
    return min(_steps(tokens, _tokens(place.pointer)) for tokens, place in pairs if tokens is not None)


def _steps(theirs: Tokens, ours: Tokens) -> int:
    """Return how many steps lie between two places of which one is within the other."""
    # Theirs is the list of names, ours the property.
    if theirs[-1:] == ("required",):
        theirs = theirs[:-1]
    shorter, longer = sorted((theirs, ours), key=len)
    distance = len(longer) - len(shorter)
    return distance if longer[: len(shorter)] == shorter and distance < _FAR else _FAR


def _as_change(verdict: _Verdict, comparison: Comparison) -> Change:
    old = comparison.old.top.at(*(verdict.old or verdict.new or ()))
    new = comparison.new.top.at(*(verdict.new or verdict.old or ()))
    uses = tuple(
        operation.id
        for operation in (operations(comparison.new) | operations(comparison.old)).values()
        if verdict.path[1:3] == (operation.path, operation.method)
    )
    rule = Rule(f"redocly-{verdict.rule}", Severity.UNCLEAR, Severity.SAFE, "redocly")
    return Change(
        rule, subject(new), verdict.message, old.place, new.place, rule.consumers, rule.servers, uses=uses
    )
