"""The boundary phase: every constraint of every request, from both sides, and every status it states."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import httpx

from conformance.boundary.requests import Caller
from conformance.boundary.statuses import Situation, situations
from conformance.boundary.trials import Trials
from conformance.contract.constraints import Constraint, Reader
from conformance.contract.document import Contract, Operation
from conformance.contract.texts import NoText
from conformance.http.unreached import Unreached
from conformance.run import skips
from conformance.run.content import Content
from conformance.run.plan import Mode, Plan, Run, Statement
from conformance.run.response_audit import demand
from conformance.run.schema_verdicts import answers_id, decided
from conformance.run.session import Session
from conformance.run.setup import with_setup
from conformance.run.trouble import Watch
from conformance.run.verdict import Finding, Status, Verdict, unanswered

_MOST_FINDINGS = 5


class Boundary:
    """Every constraint of every request from both sides, and every status that it states."""

    name = "boundary"
    summary = "each side of every constraint of a request"

    def __init__(self, content: Content) -> None:
        self._content = content
        self.budgets: dict[Mode, float] = {Mode.STANDARD: 20, Mode.CERTIFY: 120}
        if not content.insists:
            # A contract of others may have no clauses: each operation is tried once.
            self.budgets[Mode.QUICK] = 5

    def ids(self, contract: Contract) -> list[str]:
        """Return the id of every verdict that comes from the schemas, in the order in which they are decided.

        Those of `answers` are decided by the response audit, at the end of a run.
        """
        return [
            verdict_id
            for operation in contract.operations
            for verdict_id in (
                *(task.id for task in _tasks(contract, operation, self._content)),
                answers_id(operation.id),
            )
        ]

    def explain(self, contract: Contract, verdict_id: str) -> Statement | None:
        """Return what is tried of an operation, and its place in the contract."""
        how = "By requests that keep it, at its boundary, and by some that break it alone."
        for operation in contract.operations:
            if verdict_id.startswith(f"S.{operation.id}."):
                for task in _tasks(contract, operation, self._content):
                    if task.id == verdict_id:
                        return Statement(task.text, task.pointer, how)
                if verdict_id == answers_id(operation.id):
                    how = "Whoever asked: every answer of the run is compared with what is stated."
                    return Statement(demand(operation.id), f"{operation.pointer}/responses", how)
        return None

    def run(self, run: Run) -> None:
        """Decide every verdict that is asked for, in the order of `ids`.

        Operations are tried in several threads; verdicts are told in this one.
        """
        # Where operations may do what nobody expects, it has to be told which one did.
        in_turn = not run.plan.content.insists
        watch = Watch(run.workspace, in_turn=in_turn)
        jobs = 1 if in_turn else run.plan.jobs
        with ThreadPoolExecutor(jobs, thread_name_prefix="boundary") as pool:
            for verdicts in pool.map(partial(_operation, run, watch), run.plan.contract.operations):
                for verdict in verdicts:
                    run.decide(verdict)


@dataclass(frozen=True, slots=True)
class _Task:
    """One verdict that is owed.

    Attributes:
        profiles: those that must be claimed besides the operation's own.
        changes: whether more than GET is sent, whatever the operation.
        said: what is to be known of a verdict that nothing is wrong.
    """

    id: str
    text: str
    pointer: str
    find: Callable[[Caller, Trials], Iterator[Finding]]
    profiles: tuple[str, ...] = ()
    changes: bool = False
    said: Callable[[Trials], str] = lambda _: ""
    is_of_constraint: bool = False


def _tasks(contract: Contract, operation: Operation, content: Content) -> list[_Task]:
    constraints = Reader(contract, operation).constraints()
    return [
        *map(_of_constraint, constraints),
        *map(_of_situation, situations(contract, operation, content, has_constraints=bool(constraints))),
    ]


def _of_constraint(constraint: Constraint) -> _Task:
    place = f"`{constraint.place}` in the {constraint.location}" if constraint.steps else "the body"
    text = (
        f"A request to {constraint.operation_id} in which {place} keeps `{constraint.keyword}` is accepted, "
        "and one that breaks it alone is refused."
    )

    def find(_: Caller, trials: Trials) -> Iterator[Finding]:
        return trials.findings(constraint)

    said = partial(Trials.said, constraint=constraint)
    return _Task(constraint.id, text, constraint.pointer, find, said=said, is_of_constraint=True)


def _of_situation(situation: Situation) -> _Task:
    def find(caller: Caller, _: Trials) -> Iterator[Finding]:
        return situation.findings(caller)

    text = f"The answer is {situation.wanted} when {situation.cause}."
    return _Task(situation.id, text, situation.pointer, find, situation.profiles, situation.changes)


def _operation(run: Run, watch: Watch, operation: Operation) -> list[Verdict]:
    """Return the verdicts of one operation."""
    plan = run.plan
    # Who asks for the verdict on answers alone needs answers.
    is_asked_for = plan.only is not None and answers_id(operation.id) in plan.only
    is_brief = plan.mode is Mode.QUICK and plan.only is None
    tasks = [
        task
        for task in _tasks(plan.contract, operation, plan.content)
        if is_asked_for or (plan.asks_for(task.id) and not (is_brief and task.is_of_constraint))
    ]
    if not tasks:
        return []
    session = run.workspace.session(f"boundary:{operation.id}")
    caller = Caller(
        session,
        operation,
        plan.content,
        is_removable=_is_removable(plan, session, operation),
        reads=plan.target.read_only,
    )
    trials = Trials(caller, run.ledger, watch, names_places=plan.content.names_places(plan.profiles))
    verdicts = []
    for task in tasks:
        begun, before = time.perf_counter(), len(session.answers)
        findings: tuple[Finding, ...] = ()
        if skipped := _why_skipped(plan, operation, task):
            status, reason = Status.SKIP, skipped
        elif run.workspace.trouble:
            status, reason = Status.NOT_REACHED, run.workspace.trouble
        elif run.deadline.expired:
            status, reason = Status.NOT_REACHED, "the time for this phase was over"
        else:
            status, reason, findings = _tried(task, caller, trials, watch)
            if run.workspace.trouble and findings:
                status, reason, findings = Status.NOT_REACHED, run.workspace.trouble, ()
            findings = with_setup(findings, session.answers)
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
    watch.look(session, operation)
    if run.workspace.trouble and verdicts and verdicts[-1].status is not Status.NOT_REACHED:
        # What ended it is told, also when nothing comes after it that would have missed the server.
        verdicts[-1] = replace(
            verdicts[-1], status=Status.NOT_REACHED, reason=run.workspace.trouble, findings=()
        )
    return [verdict for verdict in verdicts if plan.asks_for(verdict.id)]


def _is_removable(plan: Plan, session: Session, operation: Operation) -> bool:
    remover = session.resources.remover_of(operation)
    return remover is None or skips.operation(plan, remover.id) is None


def _why_skipped(plan: Plan, operation: Operation, task: _Task) -> str | None:
    profiles = (skips.profile(plan, name) for name in task.profiles)
    writing = skips.writing(plan, operation, changes=task.changes)
    return next(filter(None, (writing, skips.operation(plan, operation.id), *profiles)), None)


def _tried(
    task: _Task, caller: Caller, trials: Trials, watch: Watch
) -> tuple[Status, str, tuple[Finding, ...]]:
    """Return how a task ends. It is tried twice when no answer came: servers may close idle connections."""
    problem, before = "", len(caller.session.unanswered)
    for _ in range(2):
        try:
            found = tuple(task.find(caller, trials))[:_MOST_FINDINGS]
        except Unreached as unreached:
            is_unanswered = isinstance(unreached.__cause__, httpx.TransportError)
            if is_unanswered and watch.ended(caller.session, caller.operation):
                return Status.NOT_REACHED, caller.session.trouble, ()
            return Status.NOT_REACHED, str(unreached), ()
        except NoText as no_text:
            return Status.NOT_REACHED, str(no_text), ()
        except httpx.TimeoutException as error:
            is_given_up = caller.operation.id in caller.session.given_up
            if is_given_up and watch.ended(caller.session, caller.operation):
                return Status.NOT_REACHED, caller.session.trouble, ()
            return Status.NOT_REACHED, f"no answer in time ({type(error).__name__})", ()
        except httpx.TransportError as error:
            problem = str(error).rstrip(".") or type(error).__name__
            continue
        except Exception as error:  # noqa: BLE001  a bug in a trial must not hide the other verdicts
            return Status.ERROR, f"the trial itself failed: {type(error).__name__}: {error}", ()
        return (Status.FAIL, "", found) if found else (Status.PASS, task.said(trials), ())
    # Before others are asked whether the server is there.
    lost = caller.session.unanswered[before:]
    if watch.ended(caller.session, caller.operation):
        return Status.NOT_REACHED, caller.session.trouble, ()
    return Status.FAIL, "", (unanswered(lost, problem),)
