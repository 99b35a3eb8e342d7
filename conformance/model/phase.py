"""The model phase: random histories until one contradicts the clauses, or the budget is used up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from conformance.deadline import Deadline
from conformance.model.explore import Exploration, Failure, Scope, attempt, explore, shortest
from conformance.model.holdings import HoldingHistory
from conformance.model.machines import Machine, PeopleMachine, TemplateMachine
from conformance.model.subjects import PEOPLE, TEMPLATES
from conformance.model.templates import TemplateHistory
from conformance.plan import Phase
from conformance.subjects import Outcome, finding, is_asked_for, is_claimed, verdict, why_skipped
from conformance.verdict import Finding, Status, Unreached

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.model.history import History
    from conformance.plan import Plan
    from conformance.session import Session, Workspace
    from conformance.subjects import Subject
    from conformance.verdict import Verdict


@dataclass(frozen=True)
class _Model:
    """How a subject is searched: `steps` in each history, `share` of the time that is left."""

    subject: Subject
    machine: type[Machine]
    history: type[History]
    steps: int
    share: float


_MODELS = (
    _Model(TEMPLATES, TemplateMachine, TemplateHistory, steps=15, share=0.5),
    _Model(PEOPLE, PeopleMachine, HoldingHistory, steps=25, share=1.0),
)

_SECONDS_EACH = 1.5
"""Of the budget, for each history that is planned: the number must not hang on how fast the server is."""
_MOST_HISTORIES = 40
_FEWEST_HISTORIES = 2
_SHOWN = 8
"""How many exchanges of the failing step are shown."""
_SEARCH = 0.7
"""The part of the time in which a failure is searched. The rest is for making it short."""
_PATIENCE = 10
"""How many times as long the fewest histories may take: a server is slow, or its machine is busy."""


def phase(plan: Plan, workspace: Workspace, decide: Callable[[Verdict], None], deadline: Deadline) -> None:
    """Decides `MODEL.templates` and `MODEL.people`, as far as they are asked for."""
    # A slow server gets more time for them, and not more of them: one seed makes the same histories.
    seconds = min(plan.budget_of(Phase.MODEL), deadline.remaining)
    histories = round(min(seconds / _SECONDS_EACH, _MOST_HISTORIES))
    for model in _MODELS:
        if not is_asked_for(plan, model.subject):
            continue
        why = why_skipped(plan, workspace, model.subject)
        if why is None:
            outcome = _search(model, plan, workspace, histories, deadline)
        else:
            outcome = Outcome(Status.SKIP, why)
        decide(verdict(plan, model.subject, outcome))


def _search(model: _Model, plan: Plan, workspace: Workspace, histories: int, deadline: Deadline) -> Outcome:
    sessions: list[Session] = []
    begun = time.perf_counter()

    def begin() -> History:
        sessions.append(workspace.session(model.subject.id))
        return model.history(sessions[-1], lambda clause_id: is_claimed(plan, clause_id))

    seconds = deadline.remaining * model.share
    search, end, last = (
        Deadline.within(None if seconds == float("inf") else seconds * part)
        for part in (_SEARCH, 1, _PATIENCE)
    )
    scope = Scope(plan.seed, max(histories, _FEWEST_HISTORIES), model.steps, _FEWEST_HISTORIES)
    found = explore(model.machine, begin, scope, search, last)
    status, reason = Status.PASS, ""
    findings: tuple[Finding, ...] = ()
    if found.failure is not None:
        status, findings = Status.FAIL, _findings(plan, found.failure, begin, end)
    elif found.obstacle is not None or found.histories < _FEWEST_HISTORIES:
        status, reason = _unfinished(found)
    requests = sum(len(session.answers) for session in sessions)
    if not reason and status is Status.PASS:
        reason = f"{found.histories} histories with {found.steps} calls, and {requests} requests in all"
    return Outcome(status, reason, findings, requests, time.perf_counter() - begun)


def _findings(
    plan: Plan, failure: Failure, begin: Callable[[], History], deadline: Deadline
) -> tuple[Finding, ...]:
    """The failure, as short as time allows; when it is not repeated, what came first and what came next."""
    try:
        again = attempt(begin, failure.steps)
    except (httpx.TransportError, Unreached):
        return (_finding(plan, failure),)
    if again.failure is not None:
        return (_finding(plan, shortest(again.failure, begin, deadline)),)
    repeated = Finding(
        expected="the same calls to come to the same, which they did not: the server is not deterministic",
        actual="nothing that contradicts a clause when they were sent again",
        exchanges=tuple(answer.exchange for answer in again.answers),
        steps=again.lines,
    )
    return _finding(plan, failure), repeated


def _finding(plan: Plan, failure: Failure) -> Finding:
    broken = failure.contradiction
    answers = failure.answers[:_SHOWN]
    return finding(plan, broken.clause_id, broken.expected, broken.actual, answers, failure.lines)


def _unfinished(found: Exploration) -> tuple[Status, str]:
    error = found.obstacle
    if error is None:
        return Status.NOT_REACHED, f"the time let {found.histories} histories through, which proves little"
    if isinstance(error, httpx.TimeoutException):
        return Status.NOT_REACHED, f"no answer in time ({type(error).__name__})"
    if isinstance(error, httpx.TransportError):
        return Status.NOT_REACHED, f"the server stopped answering ({type(error).__name__})"
    if isinstance(error, Unreached):
        return Status.NOT_REACHED, str(error)
    return Status.ERROR, f"the model itself failed: {type(error).__name__}: {error}"
