"""What redocly's `diff` finds, beside what ours found: each thing once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from conformance.contract_diff.change import Change, Comparison, Party, Rule, Severity
from conformance.contract_diff.document import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NEAR = 2
"""A program that points this many steps further out or in than ours means the same change."""


def fold_in(comparison: Comparison, report: Mapping[str, Any]) -> Comparison:
    """The comparison with redocly's findings in it.

    What ours found as well is marked so. What redocly alone thinks breaking is added as unclear.

    Args:
        comparison: what ours found.
        report: what `redocly diff --format json` printed.

    Raises:
        ValueError: the report is not of the form that is known.
    """
    also: dict[int, set[str]] = {}
    added: dict[tuple[str, str], Change] = {}
    for rule, message, old, new in _verdicts(report):
        ours = [
            index
            for index, change in enumerate(comparison.changes)
            if _is_near(old, change.old) or _is_near(new, change.new)
        ]
        for index in ours:
            also.setdefault(index, set()).add(f"redocly {rule}")
        if not ours:
            place = old or new
            found = Change(
                Rule(f"redocly-{rule}", Severity.UNCLEAR, "redocly", frozenset({Party.CONSUMERS})),
                (new or old or Place("", 1)).pointer.rpartition("/")[2] or "the contract",
                message,
                place or Place("", 1),
                new or place or Place("", 1),
            )
            added.setdefault((found.rule.id, found.new.pointer), found)
    marked = [
        replace(change, also_found_by=tuple(sorted(also.get(index, ()))))
        for index, change in enumerate(comparison.changes)
    ]
    order = list(Severity)
    merged = sorted([*marked, *added.values()], key=lambda change: order.index(change.severity))
    return replace(comparison, changes=tuple(merged))


def _verdicts(report: Mapping[str, Any]) -> Iterator[tuple[str, str, Place | None, Place | None]]:
    """Each thing that redocly thinks breaking: its rule, its words, and its places."""
    try:
        for change in report["changes"]:
            places = _place(change.get("base")), _place(change.get("revision"))
            for verdict in change["verdicts"]:
                if verdict["impact"] == "major":
                    yield str(verdict["ruleId"]), str(verdict["message"]), *places
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"redocly's report has another form than expected ({error!r})") from error


def _place(stated: Mapping[str, Any] | None) -> Place | None:
    if not stated or "pointer" not in stated:
        return None
    return Place(unquote(stated["pointer"]).removeprefix("#"), int(stated.get("line", 1)))


def _is_near(theirs: Place | None, ours: Place) -> bool:
    if theirs is None:
        return False
    left, right = theirs.pointer.split("/"), ours.pointer.split("/")
    shorter, longer = sorted((left, right), key=len)
    return longer[: len(shorter)] == shorter and len(longer) - len(shorter) <= _NEAR
