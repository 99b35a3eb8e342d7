"""Searches the histories of a model for one that contradicts the clauses, and makes it short."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from conformance.http.deadline import Deadline
from conformance.http.unreached import Unreached
from conformance.model.explore import Exploration, Failure, Scope, attempt, explore, shortest
from conformance.model.history import History
from conformance.model.holdings import HoldingHistory
from conformance.model.machines import Machine, PeopleMachine, TemplateMachine
from conformance.model.scenarios import PEOPLE, TEMPLATES
from conformance.model.templates import TemplateHistory
from conformance.run import skips
from conformance.run.plan import Mode, Plan, Run
from conformance.run.scenarios import Outcome, Scenario, finding, is_claimed, verdict
from conformance.run.session import Session, Workspace
from conformance.run.verdict import Finding, Status


@dataclass(frozen=True)
class Model:
    """How a scenario is searched: `steps` in each history, `share` of the time that is left."""

    scenario: Scenario
    machine: type[Machine]
    history: type[History]
    steps: int
    share: float


MODELS = (
    Model(TEMPLATES, TemplateMachine, TemplateHistory, steps=15, share=0.5),
    Model(PEOPLE, PeopleMachine, HoldingHistory, steps=25, share=1.0),
)

_HISTORIES = {Mode.STANDARD: 5, Mode.CERTIFY: 40}
"""By mode: how many there are must not hang on how fast the server is."""
_FEWEST_HISTORIES = 2
_SHOWN = 8
"""How many exchanges of the failing step are shown."""
_SEARCH = 0.7
"""The part of the time in which a failure is searched. The rest is for making it short."""
_PATIENCE = 10
"""How many times as long the fewest histories may take: a server is slow, or its machine is busy."""


def search(run: Run) -> None:
    """Decide the scenario of each model, as far as it is asked for."""
    plan = run.plan
    histories = _HISTORIES[plan.mode]
    for model in MODELS:
        if not plan.asks_for(model.scenario.id):
            continue
        why = skips.scenario(plan, model.scenario)
        if why is None:
            outcome = _search(model, plan, run.workspace, histories, run.deadline)
        else:
            outcome = Outcome(Status.SKIP, why)
        run.decide(verdict(plan, model.scenario, outcome))


def _search(model: Model, plan: Plan, workspace: Workspace, histories: int, deadline: Deadline) -> Outcome:
    sessions: list[Session] = []
    begun = time.perf_counter()

    def begin() -> History:
        sessions.append(workspace.session(model.scenario.id))
        return model.history(sessions[-1], lambda clause_id: is_claimed(plan, clause_id))

    seconds = deadline.remaining * model.share
    search_end, end, last = (
        Deadline.within(None if seconds == float("inf") else seconds * part)
        for part in (_SEARCH, 1, _PATIENCE)
    )
    scope = Scope(plan.seed, histories, model.steps, _FEWEST_HISTORIES)
    found = explore(model.machine, begin, scope, search_end, last)
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
    """Return the failure, as short as time allows.

    When it is not repeated, it is what came first and what came next.
    """
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
