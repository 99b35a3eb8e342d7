"""Both sides of one constraint: a request that keeps it at its boundary, and one that breaks it alone."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conformance import expect
from conformance.boundary import sides
from conformance.boundary.constraints import BODY, ITEM, JSON
from conformance.boundary.requests import text
from conformance.boundary.rules import hindrance, may_miss
from conformance.boundary.sides import UNKNOWN_FIELD
from conformance.boundary.values import ABSENT
from conformance.contract import pointer_to
from conformance.verdict import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.boundary.constraints import Constraint
    from conformance.boundary.requests import Caller, Request
    from conformance.client import Answer
    from conformance.coverage import Ledger

_SHOWN = 600
_SHOWN_VALUE = 120


@dataclass(frozen=True, slots=True)
class _Trial:
    request: Request
    statuses: tuple[int, ...]
    pointers: tuple[str, ...] = ()


class Trials:
    """The trials of the constraints of one operation.

    Args:
        names_places: whether a refusal of a body must name the place of what is wrong (ERR-002).
    """

    def __init__(self, caller: Caller, ledger: Ledger, *, names_places: bool) -> None:
        self._caller = caller
        self._ledger = ledger
        self._names_places = names_places
        # Many constraints are kept by one and the same request. It is sent once.
        self._accepted: dict[str, Finding | None] = {}

    def findings(self, constraint: Constraint) -> Iterator[Finding]:
        """What is wrong with how the server treats a constraint.

        Raises:
            NoText: no text was found to try it with.
            Unreached: what the operation needs could not be made.
            httpx.TransportError: there was no answer.
        """
        is_kept = True
        for trial in self._kept(constraint):
            key = repr((trial.request, trial.statuses))
            if key not in self._accepted:
                self._accepted[key] = self._tried(trial, constraint, "kept")
            finding = self._accepted[key]
            if finding is not None:
                is_kept = False
                yield finding
        if is_kept:
            self._ledger.note_kept(constraint.id)
        trials = list(self._broken(constraint))
        findings = [finding for trial in trials if (finding := self._tried(trial, constraint, "broken"))]
        yield from findings
        if trials and not findings:
            self._ledger.note_broken(constraint.id)

    def _tried(self, trial: _Trial, constraint: Constraint, side: str) -> Finding | None:
        answer = self._caller.send(trial.request)
        rule = f"`{constraint.keyword}: {_shown(constraint.value)}`"
        place = f" at {constraint.place}" if constraint.steps else ""
        expected = " or ".join(map(str, trial.statuses)) + f", as {rule} is {side}{place}"
        if answer.status not in trial.statuses:
            return _finding(expected, answer, constraint)
        named = expect.fault_pointers(answer)
        if trial.pointers and not any(pointer in named for pointer in trial.pointers):
            wanted = f"{expected}, with a fault at {trial.pointers[0] or 'the whole body'}"
            return replace(_finding(wanted, answer, constraint), actual=f"faults at {expect.show(named)}")
        return None

    def _kept(self, constraint: Constraint) -> Iterator[_Trial]:
        good = self._caller.good()
        statuses = self._caller.successes
        if constraint.keyword == "content":
            yield _Trial(replace(good, media_type=f"{JSON}; charset=utf-8"), statuses)
            return
        if self._is_plain(constraint):
            yield _Trial(self._plain(constraint), statuses)
            return
        if may_miss(constraint.id) and 404 in self._caller.session.contract.statuses(self._caller.operation):
            statuses = (*statuses, 404)
        if constraint.location == "path" and constraint.keyword in ("type", "pattern", "format"):
            yield _Trial(good, statuses)
            return
        for value in sides.kept(self._caller.values, constraint):
            yield _Trial(self._with(constraint, value), statuses)

    def _is_harmless(self, constraint: Constraint) -> bool:
        """Whether what has the least id is nobody's, so that it can be asked for with any operation."""
        return constraint.location == "path" and all(
            self._caller.is_free(constraint.steps[0], value)
            for value in sides.kept(self._caller.values, constraint)
        )

    def _is_plain(self, constraint: Constraint) -> bool:
        """Whether a good request stands for one at the boundary."""
        if constraint.keyword == "minLength" and len(constraint.steps) == 1 and constraint.location == BODY:
            # Its name would be too short to tell whose it is.
            return not self._caller.is_removable
        if constraint.keyword == "required" and not constraint.steps:
            return True
        return hindrance(constraint.id, "kept") is not None and not self._is_harmless(constraint)

    def _plain(self, constraint: Constraint) -> Request:
        """A good request with something at the place of the constraint, if it is in the body."""
        if constraint.location != BODY or not constraint.steps:
            return self._caller.good()
        value = self._caller.values.sample(constraint.schema, sides.name(constraint))
        return self._with(constraint, value)

    def _broken(self, constraint: Constraint) -> Iterator[_Trial]:
        good = self._caller.good()
        if constraint.keyword == "content":
            yield _Trial(replace(good, media_type="text/plain"), (415,))
            yield _Trial(replace(good, media_type=None), (415,))
            return
        if hindrance(constraint.id, "broken"):
            return
        if constraint.keyword == "required" and not constraint.steps:
            yield _Trial(replace(good, body=ABSENT, raw=b""), (400,))
            return
        pointers = _pointers(constraint) if self._names_places and constraint.location == BODY else ()
        for value in sides.broken(self._caller.values, constraint):
            yield _Trial(self._with(constraint, value), (400,), pointers)

    def _with(self, constraint: Constraint, value: Any) -> Request:
        """The good request with one other value."""
        good = self._caller.good()
        if constraint.location == BODY:
            return replace(good, body=self._caller.body(constraint.steps, value, base=False))
        name = constraint.steps[0]
        match constraint.location:
            case "path":
                return replace(good, path={name: value})
            case "query":
                return replace(good, query=_without_absent({**good.query, name: value}))
        return replace(good, headers=_without_absent({**good.headers, name: value}))


def _without_absent(values: dict[str, Any]) -> dict[str, Any]:
    return {name: text(value) for name, value in values.items() if value is not ABSENT}


def _pointers(constraint: Constraint) -> tuple[str, ...]:
    """Where a refusal may say that the fault is: at the place, or at the object around it."""
    steps = ["0" if step == ITEM else step for step in constraint.steps]
    place = pointer_to(*steps)
    match constraint.keyword:
        case "required":
            return place, pointer_to(*steps[:-1])
        case "additionalProperties":
            return pointer_to(*steps, UNKNOWN_FIELD), place
        case "uniqueItems":
            return place, pointer_to(*steps, "1")
    return (place,)


def _finding(expected: str, answer: Answer, constraint: Constraint) -> Finding:
    return Finding(
        expected, answer.exchange.answer()[:_SHOWN], (answer.exchange,), pointer=constraint.pointer
    )


def _shown(value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value)
    return shown if len(shown) <= _SHOWN_VALUE else shown[:_SHOWN_VALUE] + "…"
