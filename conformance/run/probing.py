"""Runs the check of each clause to its verdict: the phases probe and raw, and half of race."""

import inspect
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import httpx

from conformance.contract.document import Clause, Contract
from conformance.http.unreached import Unreached, WouldWrite
from conformance.run import skips
from conformance.run.canary import is_alive
from conformance.run.plan import Mode, Plan, Run, Statement
from conformance.run.registry import PROBE, Check, Registry
from conformance.run.response_schemas import first_fault
from conformance.run.schema_verdicts import answers_id
from conformance.run.session import NoOperation, Session, Workspace
from conformance.run.setup import with_setup
from conformance.run.trouble import gone
from conformance.run.verdict import Finding, Status, Verdict, Violation, unanswered

T = TypeVar("T")
R = TypeVar("R")

_LAST_EXCHANGES = 3


class Checks:
    """The phase in which the checks of clauses are made that belong to it."""

    def __init__(self, name: str, summary: str, budgets: Mapping[Mode, float], checks: Registry) -> None:
        self.name = name
        self.summary = summary
        self.budgets = budgets
        self._checks = checks

    def ids(self, contract: Contract) -> list[str]:
        """Return the clauses whose check belongs to the phase, in the order of the contract."""
        return [clause.id for clause in contract.clauses if self._has(clause, self._checks)]

    def explain(self, contract: Contract, verdict_id: str) -> Statement | None:
        """Return what a clause demands, and how it is checked."""
        clause = contract.clause(verdict_id)
        if clause is None or not self._has(clause, self._checks):
            return None
        return Statement(clause.text, clause.pointer, self._checks[clause.id].explanation)

    def run(self, run: Run) -> None:
        """Decide every clause that is asked for, in the order of the contract."""
        plan = run.plan
        workspace = run.workspace

        def verdict_of(clause: Clause) -> Verdict:
            if workspace.trouble:
                return _unchecked(clause, self.name, Status.NOT_REACHED, workspace.trouble)
            if run.deadline.expired:
                reason = f"the time for the phase {self.name} was used up; give it more with --budget"
                return _unchecked(clause, self.name, Status.NOT_REACHED, reason)
            verdict = probe(plan.checks[clause.id], clause, workspace)
            if verdict.status is Status.NOT_REACHED and not is_alive(workspace.session("alive")):
                workspace.trouble = gone(workspace, names=not plan.content.insists)
            return verdict

        clauses = [c for c in plan.clauses() if self._has(c, plan.checks) and skips.clause(plan, c) is None]
        together = [clause for clause in clauses if not plan.checks[clause.id].alone]
        for verdict in in_order(plan.jobs, verdict_of, together):
            self._decide(run, verdict)
        for clause in clauses:
            if plan.checks[clause.id].alone:
                self._decide(run, verdict_of(clause))

    def _decide(self, run: Run, verdict: Verdict) -> None:
        """Decide a clause, and the other one that its check met broken, whether that was asked for or not."""
        other = run.plan.contract.clause(verdict.blames) if verdict.blames else None
        if other is not None and skips.profile(run.plan, other.profile) is None:
            run.decide(replace(_stated(other, self.name), status=_broken(other), findings=verdict.findings))
        run.decide(replace(verdict, findings=()) if verdict.blames else verdict)

    def _has(self, clause: Clause, checks: Registry) -> bool:
        return clause.id in checks and checks[clause.id].phase == self.name


def skipped(plan: Plan) -> Iterator[Verdict]:
    """Yield the clauses that are not checked at all: not claimed, not in this mode, or without a check."""
    for clause in plan.clauses():
        phase = plan.checks[clause.id].phase if clause.id in plan.checks else PROBE
        why = skips.clause(plan, clause)
        if why:
            yield _unchecked(clause, phase, Status.SKIP, why)
        elif clause.id not in plan.checks:
            yield _unchecked(clause, phase, Status.NOT_REACHED, "this suite has no check for it")


def in_order(jobs: int, work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """Yield what `work` makes of each item, in their order; several are worked on at a time."""
    if jobs == 1 or len(items) < 2:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(jobs) as pool:
        try:
            yield from pool.map(work, items)
        finally:
            # Whoever is interrupted does not wait for what was not begun.
            pool.shutdown(cancel_futures=True)


def probe(check: Check, clause: Clause, workspace: Workspace) -> Verdict:
    """Run one check to its verdict. It never raises for what a server does."""
    tried = _attempt(check, clause, workspace)
    if isinstance(tried, Finding):
        # No answer came. Servers may close idle connections at any time, so one more try is due.
        tried = _attempt(check, clause, workspace)
    if isinstance(tried, Verdict):
        return tried
    session = workspace.session(clause.id)
    if is_alive(session):
        return _verdict(check, clause, Status.FAIL, session, 0.0, findings=(tried,))
    reason = "the server stopped answering during this check"
    return _verdict(check, clause, Status.NOT_REACHED, session, 0.0, reason=reason)


def _attempt(check: Check, clause: Clause, workspace: Workspace) -> Verdict | Finding:
    """Return the verdict, or what is found where a connection ended without an answer."""
    session = workspace.session(clause.id)
    begun = time.perf_counter()
    status, reason = Status.PASS, ""
    findings: tuple[Finding, ...] = ()
    blames = ""
    try:
        check.run(session)
        if not session.answers:
            raise Unreached("the check sent no request")  # noqa: TRY301  a check that proves nothing
        reason = "; ".join(session.unproved)
    except Violation as violation:
        status = _broken(clause)
        if violation.clause_id not in ("", clause.id):
            status, blames = Status.NOT_REACHED, violation.clause_id
            reason = f"{blames} is broken, without which it cannot be tried: {violation}"
        evidence = [answer.exchange for answer in violation.answers] or session.exchanges[-_LAST_EXCHANGES:]
        findings = (Finding(violation.expected, violation.actual, tuple(evidence)),)
    except WouldWrite as refused:
        status, reason = Status.SKIP, str(refused)
    except NoOperation as mistake:
        # The suite's checks also meet contracts of which a part was taken away; others mistyped a name.
        status = Status.NOT_REACHED if check.is_own else Status.ERROR
        reason = str(mistake) if check.is_own else _failed(check, mistake)
    except Unreached as unreached:
        status, reason = Status.NOT_REACHED, str(unreached) + _shape_at_fault(session)
    except httpx.TimeoutException as error:
        status, reason = Status.NOT_REACHED, f"no answer in time ({type(error).__name__})"
    except httpx.TransportError:
        return with_setup([unanswered(session.unanswered)], session.answers)[0]
    except Exception as error:  # noqa: BLE001  a bug in a check must not hide the other verdicts
        status, reason, findings = _explain(check, error, session)
    seconds = time.perf_counter() - begun
    findings = with_setup(findings, session.answers)
    verdict = _verdict(check, clause, status, session, seconds, reason=reason, findings=findings)
    return replace(verdict, blames=blames)


def _broken(clause: Clause) -> Status:
    return Status.FAIL if clause.level == "MUST" else Status.WARN


def _shape_at_fault(session: Session) -> str:
    """Return what to add to the reason why nothing could be tried: that an answer breaks the contract."""
    found = first_fault(session.contract, session.answers)
    if found is None:
        return ""
    operation, _, fault = found
    return f". An answer breaks the contract ({answers_id(operation.id)}): {fault}"


def _explain(check: Check, error: Exception, session: Session) -> tuple[Status, str, tuple[Finding, ...]]:
    """Return what an error in a check means: it may stumble over an answer without the shape to rely on.

    That is the server's fault.
    """
    if shape := first_fault(session.contract, session.answers):
        _, answer, fault = shape
        found = Finding("an answer in the shape that the contract states", fault, (answer.exchange,))
        return Status.FAIL, "", (found,)
    return Status.ERROR, _failed(check, error), ()


def _failed(check: Check, error: Exception) -> str:
    """Return that a check failed by itself, and where, if it is not the suite's own."""
    told = f"{type(error).__name__}: {error}"
    if check.is_own:
        return f"the check itself failed: {told}"
    frames = traceback.extract_tb(error.__traceback__)
    file = inspect.getfile(check.run)
    # What it called may be anybody's; the last line of its own file is where to look.
    frame = next((each for each in reversed(frames) if each.filename == file), frames[-1])
    return f"your check itself failed at {Path(frame.filename).name}:{frame.lineno}: {told}"


def _unchecked(clause: Clause, phase: str, status: Status, reason: str) -> Verdict:
    return replace(_stated(clause, phase), status=status, reason=reason)


def _verdict(
    check: Check,
    clause: Clause,
    status: Status,
    session: Session,
    seconds: float,
    *,
    reason: str = "",
    findings: tuple[Finding, ...] = (),
) -> Verdict:
    # What a server put into its answer may be the key.
    clean = session.target.redactor.text
    return replace(
        _stated(clause, check.phase),
        status=status,
        reason=clean(reason),
        findings=tuple(replace(f, expected=clean(f.expected), actual=clean(f.actual)) for f in findings),
        requests=len(session.answers),
        seconds=seconds,
    )


def _stated(clause: Clause, phase: str) -> Verdict:
    return Verdict(
        id=clause.id,
        status=Status.PASS,
        level=clause.level,
        profile=clause.profile,
        text=clause.text,
        operation_id=clause.operation_id,
        line=clause.line,
        pointer=clause.pointer,
        phase=phase,
    )
