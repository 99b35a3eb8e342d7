"""Both sides of one constraint: a request that keeps it at its boundary, and one that breaks it alone."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.boundary import boundaries
from conformance.boundary.boundaries import UNKNOWN_FIELD
from conformance.boundary.requests import Caller, Request
from conformance.contract.constraints import BODY, ITEM, Constraint
from conformance.contract.document import pointer_to
from conformance.contract.schemas import validator
from conformance.contract.styles import can_be_told, schema_of
from conformance.contract.values import ABSENT
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.content import REFUSALS
from conformance.run.coverage import Ledger
from conformance.run.exclusions import INVALID, VALID, Exclusions
from conformance.run.trouble import Watch
from conformance.run.verdict import Finding

_SHOWN = 600
_SHOWN_VALUE = 120
_MOST_TOLD = 10
_MISSING, _CONFLICT = 404, 409
_MOST_TAKEN = 12
_OF_ALL_MEMBERS = ("additionalProperties", "minProperties", "maxProperties")


@dataclass(frozen=True, slots=True)
class _Trial:
    """A request, the statuses that it may be answered with, and how these are told."""

    request: Request
    statuses: Collection[int]
    wanted: str
    pointers: tuple[str, ...] = ()


class Trials:
    """The trials of the constraints of one operation.

    Args:
        names_places: whether a refusal of a body must name the place of what is wrong (ERR-002).
    """

    def __init__(self, caller: Caller, ledger: Ledger, watch: Watch, *, names_places: bool) -> None:
        self._caller = caller
        self._ledger = ledger
        self._watch = watch
        self._names_places = names_places
        # Many constraints are kept by one and the same request. It is sent once.
        self._accepted: dict[str, Finding | None] = {}
        self._excused: dict[str, int] = {}
        self._content = caller.content
        self._exclusions = Exclusions(caller.session.contract, caller.session.resources, caller.content)
        self._statuses = caller.session.contract.statuses(caller.operation)
        self._refusals = caller.content.refusals(self._statuses)
        self._ruled: set[str] = set()
        self._untried: dict[str, dict[str, str]] = {}
        self._plain_status: int | None = None
        stated = caller.stated_body
        contract = caller.session.contract
        self._body = (
            None
            if stated is None or caller.content.insists
            else validator(contract.document, stated.schema, is_30=contract.is_30)
        )

    def findings(self, constraint: Constraint) -> Iterator[Finding]:
        """Yield what is wrong with how the server treats a constraint.

        Raises:
            NoText: no text was found to try it with.
            Unreached: what the operation needs could not be made.
            httpx.TransportError: there was no answer.
        """
        self._look()
        found = [*self._findings_of_valid(constraint), *self._findings_of_invalid(constraint)]
        yield from found
        if not found and constraint.id in self._ruled:
            raise Unreached("other good values are refused there as well: there is a rule beside the schema")
        if not found and not self._content.insists and len(self._untried.get(constraint.id, ())) > 1:
            raise Unreached(self.said(constraint))

    def said(self, constraint: Constraint) -> str:
        """Return which side of a constraint was tried, and why not the other; nothing where both were."""
        untried = self._untried.get(constraint.id)
        if not untried:
            return ""
        tried = {VALID: "its invalid side alone", INVALID: "its valid side alone"}
        which = "neither side" if len(untried) > 1 else tried[next(iter(untried))]
        return f"tried on {which}: {'; '.join(untried.values())}"

    def _leave(self, constraint: Constraint, side: str, why: str) -> None:
        self._untried.setdefault(constraint.id, {})[side] = why

    def _findings_of_valid(self, constraint: Constraint) -> Iterator[Finding]:
        is_accepted = True
        for trial in self._valid(constraint):
            if not self._is_what_it_is_for(trial.request, valid=True):
                raise Unreached("no request was found that keeps the whole schema")
            key = repr((trial.request, trial.wanted))
            if key not in self._accepted:
                self._accepted[key] = self._tried_with_another(trial, constraint)
            finding = self._accepted[key]
            if finding is None:
                is_accepted &= not self._is_left(constraint, self._excused.get(key))
                continue
            is_accepted = False
            if self._is_a_rule_beside(trial, constraint, finding):
                self._ruled.add(constraint.id)
            else:
                yield finding
        if is_accepted:
            self._ledger.note_accepted(constraint.id)

    def _findings_of_invalid(self, constraint: Constraint) -> Iterator[Finding]:
        trials = [each for each in self._invalid(constraint) if self._can_be_told(constraint, each.request)]
        if constraint.location == BODY and constraint.keyword != "content":
            trials = [each for each in trials if self._is_what_it_is_for(each.request, valid=False)]
        if not trials:
            why = self._exclusions.why(constraint, INVALID) or "no request that breaks it can be written"
            self._leave(constraint, INVALID, why)
        findings = [finding for trial in trials if (finding := self._tried(trial, constraint))]
        yield from findings
        if trials and not findings:
            self._ledger.note_refused(constraint.id)

    def _tried(self, trial: _Trial, constraint: Constraint) -> Finding | None:
        """Try what is to be refused."""
        return self._judged(self._caller.send(trial.request), trial, constraint, "broken")

    def _tried_with_another(self, trial: _Trial, constraint: Constraint) -> Finding | None:
        """Try what is to be accepted. A text too short to bear the run's name may be taken by somebody."""
        for _ in range(_MOST_TAKEN):
            answer = self._caller.send(trial.request)
            is_taken = answer.status == _CONFLICT and not self._is_own(constraint, trial.request)
            another = next(self._valid(constraint), trial) if is_taken else trial
            if another == trial:
                return self._judged(answer, trial, constraint, "kept")
            trial = another
        raise Unreached(f"{_MOST_TAKEN} texts that are as short as this one were all taken")

    def _is_own(self, constraint: Constraint, request: Request) -> bool:
        if constraint.location != BODY or len(constraint.steps) != 1 or not isinstance(request.body, dict):
            return True
        return self._caller.values.texts.is_own(request.body.get(constraint.steps[0]))

    def _judged(self, answer: Answer, trial: _Trial, constraint: Constraint, side: str) -> Finding | None:
        rule = f"`{constraint.keyword}: {_shown(constraint.value)}`"
        place = f" at {constraint.place}" if constraint.steps else ""
        expected = f"{trial.wanted}, as {rule} is {side}{place}"
        if answer.status not in trial.statuses:
            if not self._content.insists and self._watch.is_switched(answer):
                raise Unreached(self._caller.session.trouble)
            return _finding(expected, answer, constraint)
        if side == "kept" and answer.status >= 400:
            self._excused[repr((trial.request, trial.wanted))] = answer.status
        named = expect.fault_pointers(answer)
        if trial.pointers and not any(pointer in named for pointer in trial.pointers):
            wanted = f"{expected}, with a fault at {trial.pointers[0] or 'the whole body'}"
            return replace(_finding(wanted, answer, constraint), actual=f"faults at {expect.show(named)}")
        return None

    def _look(self) -> None:
        """See whether a plain good request is accepted, where nothing else is to be had of the operation.

        Raises:
            Unreached: it is not, so that nothing is proved by what comes of one that differs in one place.
        """
        if self._content.insists:
            return
        if self._plain_status is None:
            good = self._caller.good()
            if not self._is_what_it_is_for(good, valid=True):
                raise Unreached("no request was found that keeps the whole schema")
            answer = self._caller.send(good)
            self._plain_status = answer.status
            if self._watch.is_switched(answer):
                raise Unreached(self._caller.session.trouble)
            if answer.status < 300 and self._caller.operation.method == "POST":
                self._watch.accepted(lambda: self._caller.send(good))
        if not 200 <= self._plain_status < 300:
            raise self._caller.refused(self._plain_status)

    def _is_what_it_is_for(self, request: Request, *, valid: bool) -> bool:
        """Return whether a body is on the side of its schema on which it is to be, as a validator sees it.

        Schemas of others say things in ways that the makers of values do not know.
        """
        if self._body is None or request.body is ABSENT or request.raw is not None:
            return True
        return bool(self._body.is_valid(request.body)) is valid

    def _accepted_with(self, request: Request, *more: int) -> _Trial:
        """Return a trial that is to be accepted, or at least not refused where an API may add rules."""
        if self._content.insists:
            statuses = (*self._caller.successes, *more)
            return _Trial(request, statuses, _told(statuses))
        refused = set(self._refusals) & set(REFUSALS) or set(REFUSALS)
        # What is not stated is a refusal as well, but for what says that something is not there.
        unstated = {status for status in range(400, 500) if not self._is_stated(status)} - {_MISSING}
        return _Trial(request, set(range(100, 500)) - refused - unstated, "no refusal")

    def _is_stated(self, status: int) -> bool:
        contract, operation = self._caller.session.contract, self._caller.operation
        stated = contract.stated(operation).get("responses", {})
        return not {str(status), f"{status // 100}XX", f"{status // 100}xx", "default"}.isdisjoint(stated)

    def _is_left(self, constraint: Constraint, status: int | None) -> bool:
        """Return whether a good value met a rule that the contract states beside the schema, and say so."""
        if self._content.insists or status is None:
            return False
        if status == _MISSING and constraint.location in ("path", "query"):
            # It was taken for what nothing has.
            return False
        if VALID not in self._untried.get(constraint.id, ()):
            why = f"a value that keeps it is answered {status}, for a rule beside the schema"
            self._leave(constraint, VALID, why)
        return True

    def _refused_with(self, request: Request, *statuses: int, pointers: tuple[str, ...] = ()) -> _Trial:
        return _Trial(request, statuses, _told(statuses), pointers)

    def _is_a_rule_beside(self, trial: _Trial, constraint: Constraint, finding: Finding) -> bool:
        """Return whether a refusal is not of the boundary: a value at none is refused in its place, too."""
        if self._content.insists or finding.cause:
            return False
        if constraint.keyword in _OF_ALL_MEMBERS:
            # Members that are good one by one may be in each other's way.
            return True
        if trial.request == self._caller.good():
            # It was accepted before, so that what is refused is not what stands in it.
            return True
        if not constraint.steps:
            return False
        value = self._caller.values.sample(constraint.schema, boundaries.name(constraint))
        plain = self._with(constraint, value)
        return plain == trial.request or self._caller.send(plain).status not in trial.statuses

    def _valid(self, constraint: Constraint) -> Iterator[_Trial]:
        good = self._caller.good()
        if constraint.keyword == "content":
            yield self._accepted_with(replace(good, media_type=f"{constraint.value}; charset=utf-8"))
            return
        if constraint.keyword == "required" and not constraint.steps:
            yield self._accepted_with(good)
            return
        if why := self._why_plain(constraint):
            self._leave(constraint, VALID, why)
            yield self._accepted_with(self._plain(constraint))
            return
        missing = (404,) if self._exclusions.may_miss(constraint) and 404 in self._statuses else ()
        if constraint.location == "path" and constraint.keyword in ("type", "pattern", "format"):
            yield self._accepted_with(good, *missing)
            return
        for value in boundaries.valid(self._caller.values, constraint):
            yield self._accepted_with(self._with(constraint, value), *missing)

    def _is_harmless(self, constraint: Constraint) -> bool:
        """Return whether nobody has the least id, so that it can be asked for with any operation."""
        return constraint.location == "path" and all(
            self._caller.is_free(constraint.steps[0], value)
            for value in boundaries.valid(self._caller.values, constraint)
        )

    def _why_plain(self, constraint: Constraint) -> str | None:
        """Return why a good request stands for one at the boundary; None where it does not."""
        if constraint.keyword == "minLength" and len(constraint.steps) == 1 and constraint.location == BODY:
            if self._caller.is_removable:
                return None
            return "what has so short a name cannot be told to be the run's, nor be removed"
        why = self._exclusions.why(constraint, VALID)
        return None if why is None or self._is_harmless(constraint) else why

    def _plain(self, constraint: Constraint) -> Request:
        """Return a good request with something at the place of the constraint, if it is in the body."""
        if constraint.location != BODY or not constraint.steps:
            return self._caller.good()
        value = self._caller.values.sample(constraint.schema, boundaries.name(constraint))
        return self._with(constraint, value)

    def _invalid(self, constraint: Constraint) -> Iterator[_Trial]:
        good = self._caller.good()
        if self._exclusions.why(constraint, INVALID):
            return
        if constraint.keyword == "content":
            stated = self._caller.stated_body
            yield self._refused_with(replace(good, media_type=stated.another if stated else None), 415)
            yield self._refused_with(replace(good, media_type=None), 415)
            return
        if constraint.keyword == "required" and not constraint.steps:
            yield self._refused_with(replace(good, body=ABSENT, raw=b""), *self._refusals)
            return
        refusals = self._refusals
        if constraint.location == "path" and not self._content.insists and 404 in self._statuses:
            # A router may take what is not of the type for a path that is not there.
            refusals = tuple(dict.fromkeys((*refusals, 404)))
        pointers = _pointers(constraint) if self._names_places and constraint.location == BODY else ()
        for value in boundaries.invalid(self._caller.values, constraint):
            yield self._refused_with(self._with(constraint, value), *refusals, pointers=pointers)

    def _with(self, constraint: Constraint, value: Any) -> Request:
        """Return the good request with one other value."""
        good = self._caller.good()
        if constraint.location == BODY:
            return replace(good, body=self._caller.body(constraint.steps, value, base=False))
        name, *steps = constraint.steps
        parameter = self._caller.parameter(constraint.location, name)
        whole = self._caller.values.around(schema_of(parameter)[0], tuple(steps), value)
        changed: dict[str, Any] = {constraint.location: {**getattr(good, constraint.location), name: whole}}
        return replace(good, **changed)

    def _can_be_told(self, constraint: Constraint, request: Request) -> bool:
        """Return whether what is written outside of a body says what it is to say."""
        if not constraint.is_text or not constraint.steps:
            return True
        name = constraint.steps[0]
        if constraint.location != BODY:
            value = getattr(request, constraint.location).get(name)
            return can_be_told(self._caller.parameter(constraint.location, name), value)
        body = self._caller.stated_body
        return body is not None and can_be_told(body.member(name), request.body.get(name))


def _told(statuses: Collection[int]) -> str:
    return " or ".join(map(str, statuses)) if len(statuses) < _MOST_TOLD else "a refusal (4xx)"


def _pointers(constraint: Constraint) -> tuple[str, ...]:
    """Return where a refusal may say that the fault is: at the place, or at the object around it."""
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
    cause = f"{answer.status} is answered" if answer.status >= 500 else ""
    shown = answer.exchange.answer()[:_SHOWN]
    return Finding(expected, shown, (answer.exchange,), pointer=constraint.pointer, cause=cause)


def _shown(value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value)
    return shown if len(shown) <= _SHOWN_VALUE else shown[:_SHOWN_VALUE] + "…"
