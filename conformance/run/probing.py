"""Runs the check of each clause to its verdict: the phases probe and raw, and half of race."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, TypeVar

import httpx

from conformance.access_profiles.preflight import is_alive
from conformance.http.unreached import Unreached, WouldWrite
from conformance.run.plan import Phase
from conformance.run.response_schemas import shape_fault
from conformance.run.verdict import Finding, Status, Verdict, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from conformance.contract.document import Clause
    from conformance.http.deadline import Deadline
    from conformance.run.plan import Plan
    from conformance.run.registry import Check
    from conformance.run.session import Session, Workspace

T = TypeVar("T")
R = TypeVar("R")

_LAST_EXCHANGES = 3


def probe_all(
    phase: Phase, plan: Plan, workspace: Workspace, decide: Callable[[Verdict], None], deadline: Deadline
) -> None:
    """Decides every clause whose check belongs to the phase, in the order of the contract."""
    gone = Event()

    def verdict_of(clause: Clause) -> Verdict:
        if gone.is_set():
            return _unchecked(clause, phase, Status.NOT_REACHED, "the server no longer answers")
        if deadline.expired:
            reason = f"the time for the phase {phase} was used up; give it more with --budget"
            return _unchecked(clause, phase, Status.NOT_REACHED, reason)
        verdict = probe(plan.catalogue[clause.id], clause, workspace)
        if verdict.status is Status.NOT_REACHED and not is_alive(workspace.session("alive")):
            gone.set()
        return verdict

    clauses = clauses_of(plan, phase)
    together = [clause for clause in clauses if not plan.catalogue[clause.id].alone]
    for verdict in in_order(plan.jobs, verdict_of, together):
        decide(verdict)
    for clause in clauses:
        if plan.catalogue[clause.id].alone:
            decide(verdict_of(clause))


def skip_all(plan: Plan, decide: Callable[[Verdict], None]) -> None:
    """Decides the clauses that are not checked at all: not claimed, not in this mode, or without a check."""
    for clause in plan.clauses():
        phase = _phase_of(plan, clause)
        why = plan.why_not_clause(clause) or (phase and plan.why_not_phase(phase))
        if why:
            decide(_unchecked(clause, phase or Phase.PROBE, Status.SKIP, why))
        elif phase is None:
            decide(_unchecked(clause, Phase.PROBE, Status.NOT_REACHED, "this suite has no check for it"))


def clauses_of(plan: Plan, phase: Phase) -> list[Clause]:
    """The clauses that the phase has to decide."""
    return [
        clause
        for clause in plan.clauses()
        if _phase_of(plan, clause) is phase and plan.why_not_clause(clause) is None
    ]


def in_order(jobs: int, work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """What `work` makes of each item, in their order; several are worked on at a time."""
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
    """Runs one check to its verdict. It never raises for what a server does."""
    verdict = _attempt(check, clause, workspace)
    if verdict is not None:
        return verdict
    # No answer came. Servers may close idle connections at any time, so one more try is due.
    verdict = _attempt(check, clause, workspace)
    if verdict is not None:
        return verdict
    session = workspace.session(clause.id)
    if is_alive(session):
        fault = Finding("an HTTP answer", "none, twice, while the server answers other requests")
        return _verdict(check, clause, Status.FAIL, session, 0.0, findings=(fault,))
    reason = "the server stopped answering during this check"
    return _verdict(check, clause, Status.NOT_REACHED, session, 0.0, reason=reason)


def _attempt(check: Check, clause: Clause, workspace: Workspace) -> Verdict | None:
    session = workspace.session(clause.id)
    begun = time.perf_counter()
    status, reason = Status.PASS, ""
    findings: tuple[Finding, ...] = ()
    try:
        check.run(session)
        if not session.answers:
            raise Unreached("the check sent no request")  # noqa: TRY301  a check that proves nothing
    except Violation as violation:
        status = Status.FAIL if clause.level == "MUST" else Status.WARN
        evidence = [answer.exchange for answer in violation.answers] or session.exchanges[-_LAST_EXCHANGES:]
        findings = (Finding(violation.expected, violation.actual, tuple(evidence)),)
    except WouldWrite as refused:
        status, reason = Status.SKIP, str(refused)
    except Unreached as unreached:
        status, reason = Status.NOT_REACHED, str(unreached)
    except httpx.TimeoutException as error:
        status, reason = Status.NOT_REACHED, f"no answer in time ({type(error).__name__})"
    except httpx.TransportError:
        return None
    except Exception as error:  # noqa: BLE001  a bug in a check must not hide the other verdicts
        status, reason, findings = _explain(error, session)
    seconds = time.perf_counter() - begun
    return _verdict(check, clause, status, session, seconds, reason=reason, findings=findings)


def _explain(error: Exception, session: Session) -> tuple[Status, str, tuple[Finding, ...]]:
    """A check may stumble over an answer that has not the shape that it may rely on.

    That is the server's fault.
    """
    for answer in session.answers:
        fault = shape_fault(session.contract, answer)
        if fault is not None:
            found = Finding("an answer in the shape that the contract states", fault, (answer.exchange,))
            return Status.FAIL, "", (found,)
    return Status.ERROR, f"the check itself failed: {type(error).__name__}: {error}", ()


def _phase_of(plan: Plan, clause: Clause) -> Phase | None:
    return plan.catalogue[clause.id].phase if clause.id in plan.catalogue else None


def _unchecked(clause: Clause, phase: Phase, status: Status, reason: str) -> Verdict:
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


def _stated(clause: Clause, phase: Phase) -> Verdict:
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
