"""The boundary phase: every constraint of every request, from both sides, and every status it states."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

import httpx

from conformance.access_profiles.preflight import is_alive
from conformance.boundary.requests import REMOVERS, Caller
from conformance.boundary.statuses import situations
from conformance.boundary.texts import NoText
from conformance.boundary.trials import Trials
from conformance.contract.constraints import Reader
from conformance.http.unreached import Unreached
from conformance.run.coverage import Ledger
from conformance.run.schema_verdicts import answers_id, decided, why_not_claimed, why_skipped
from conformance.run.verdict import Finding, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.boundary.statuses import Situation
    from conformance.contract.constraints import Constraint
    from conformance.contract.document import Contract, Operation
    from conformance.http.deadline import Deadline
    from conformance.run.plan import Plan
    from conformance.run.session import Workspace
    from conformance.run.verdict import Verdict

WORKERS = 4
_MOST_FINDINGS = 5


def derived_ids(contract: Contract) -> list[str]:
    """The id of every verdict that comes from the schemas, in the order in which they are decided.

    Those of `answers` are decided by `conformance.run.response_audit`, at the end of a run.
    """
    return [
        verdict_id
        for operation in contract.operations
        for verdict_id in (*(task.id for task in _tasks(contract, operation)), answers_id(operation.id))
    ]


def statement(contract: Contract, verdict_id: str) -> tuple[str, str] | None:
    """What a verdict of this phase is about, and its place in the contract; None for other ids."""
    for operation in contract.operations:
        if verdict_id.startswith(f"S.{operation.id}."):
            for task in _tasks(contract, operation):
                if task.id == verdict_id:
                    return task.text, task.pointer
    return None


def phase(
    plan: Plan,
    workspace: Workspace,
    decide: Callable[[Verdict], None],
    deadline: Deadline,
    ledger: Ledger | None = None,
    workers: int = WORKERS,
) -> None:
    """Decides every derived verdict that is asked for, in the order of `derived_ids`.

    Operations are tried in several threads; `decide` is called in this one.
    """
    ledger = ledger or Ledger(plan.contract)
    gone = Event()
    run = partial(_operation, plan, workspace, deadline, ledger, gone)
    with ThreadPoolExecutor(workers, thread_name_prefix="boundary") as pool:
        for verdicts in pool.map(run, plan.contract.operations):
            for verdict in verdicts:
                decide(verdict)


@dataclass(frozen=True, slots=True)
class _Task:
    """One verdict that is owed.

    Attributes:
        profiles: those that must be claimed besides the operation's own.
        changes: whether more than GET is sent, whatever the operation.
    """

    id: str
    text: str
    pointer: str
    find: Callable[[Caller, Trials], Iterator[Finding]]
    profiles: tuple[str, ...] = ()
    changes: bool = False


def _tasks(contract: Contract, operation: Operation) -> list[_Task]:
    constraints = Reader(contract, operation).constraints()
    return [
        *map(_of_constraint, constraints),
        *map(_of_situation, situations(contract, operation, has_constraints=bool(constraints))),
    ]


def _of_constraint(constraint: Constraint) -> _Task:
    place = f"`{constraint.place}` in the {constraint.location}" if constraint.steps else "the body"
    text = (
        f"A request to {constraint.operation_id} in which {place} keeps `{constraint.keyword}` is accepted, "
        "and one that breaks it alone is refused."
    )

    def find(_: Caller, trials: Trials) -> Iterator[Finding]:
        return trials.findings(constraint)

    return _Task(constraint.id, text, constraint.pointer, find)


def _of_situation(situation: Situation) -> _Task:
    def find(caller: Caller, _: Trials) -> Iterator[Finding]:
        return situation.findings(caller)

    text = f"The answer is {situation.status} when {situation.cause}."
    return _Task(situation.id, text, situation.pointer, find, situation.profiles, situation.changes)


def _operation(
    plan: Plan, workspace: Workspace, deadline: Deadline, ledger: Ledger, gone: Event, operation: Operation
) -> list[Verdict]:
    """The verdicts of one operation."""
    tasks = [t for t in _tasks(plan.contract, operation) if plan.only is None or t.id in plan.only]
    if not tasks:
        return []
    session = workspace.session(f"boundary:{operation.id}")
    caller = Caller(
        session, operation, is_removable=_is_removable(plan, operation), reads=plan.target.read_only
    )
    trials = Trials(caller, ledger, names_places="strict" in plan.profiles)
    verdicts = []
    for task in tasks:
        begun, before = time.perf_counter(), len(session.answers)
        findings: tuple[Finding, ...] = ()
        if skipped := _why_skipped(plan, operation, task):
            status, reason = Status.SKIP, skipped
        elif gone.is_set():
            status, reason = Status.NOT_REACHED, "the server no longer answers"
        elif deadline.expired:
            status, reason = Status.NOT_REACHED, "the time for this phase was over"
        else:
            status, reason, findings = _tried(task, caller, trials, gone)
        verdicts.append(
            decided(
                plan,
                task.id,
                operation,
                status,
                text=task.text,
                pointer=task.pointer,
                reason=reason,
                findings=findings,
                requests=len(session.answers) - before,
                seconds=time.perf_counter() - begun,
            )
        )
    return verdicts


def _is_removable(plan: Plan, operation: Operation) -> bool:
    remover = REMOVERS.get(operation.id)
    return remover is None or why_skipped(plan, remover) is None


def _why_skipped(plan: Plan, operation: Operation, task: _Task) -> str | None:
    if plan.target.read_only and (task.changes or operation.method != "GET"):
        return "a run that is read-only sends nothing but GET"
    reasons = [why_skipped(plan, operation.id), *(why_not_claimed(plan, name) for name in task.profiles)]
    return next(filter(None, reasons), None)


def _tried(
    task: _Task, caller: Caller, trials: Trials, gone: Event
) -> tuple[Status, str, tuple[Finding, ...]]:
    """How a task ends. It is tried twice when no answer came: servers may close idle connections."""
    for _ in range(2):
        try:
            found = tuple(task.find(caller, trials))[:_MOST_FINDINGS]
        except Unreached as unreached:
            return Status.NOT_REACHED, str(unreached), ()
        except NoText as problem:
            return Status.NOT_REACHED, str(problem), ()
        except httpx.TimeoutException as error:
            return Status.NOT_REACHED, f"no answer in time ({type(error).__name__})", ()
        except httpx.TransportError:
            continue
        except Exception as error:  # noqa: BLE001  a bug in a trial must not hide the other verdicts
            return Status.ERROR, f"the trial itself failed: {type(error).__name__}: {error}", ()
        return (Status.FAIL if found else Status.PASS), "", found
    if is_alive(caller.session):
        fault = Finding("an HTTP answer", "none, twice, while the server answers other requests")
        return Status.FAIL, "", (fault,)
    gone.set()
    return Status.NOT_REACHED, "the server stopped answering", ()
