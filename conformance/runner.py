"""One run: preflight, then a probe for each clause, then the fuzzing of each operation, then clean-up."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx

from conformance.clean_up import Residue
from conformance.fuzz import engine
from conformance.preflight import is_alive, left_by_earlier_runs, missing_profiles, preflight
from conformance.results import Results
from conformance.session import Session, Workspace
from conformance.shapes import shape_fault
from conformance.transport import SAFE_METHODS
from conformance.verdict import Finding, Status, Unreached, Verdict, Violation, WouldWrite

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.catalogue import Catalogue, Check
    from conformance.client import Target
    from conformance.contract import Clause, Contract

_LAST_EXCHANGES = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do."""

    contract: Contract
    catalogue: Catalogue
    target: Target
    seed: int
    profiles: frozenset[str]
    only: frozenset[str] | None = None
    """The ids that are asked for; None asks for all."""
    skips: dict[str, str] = field(default_factory=dict)
    """Why a profile is not claimed, for those that are not."""
    optional: frozenset[str] = frozenset()
    """The profiles that are not claimed after all when the server has not what they are about."""
    fuzz: bool = True
    max_examples: int = engine.MAX_EXAMPLES
    strict: bool = False

    def clauses(self) -> list[Clause]:
        """The clauses that are asked for, in the order of the contract."""
        return [c for c in self.contract.clauses if self.only is None or c.id in self.only]

    def fuzzed(self) -> list[str]:
        """The ids of the operations whose schemas are asked for."""
        ids = [operation.id for operation in self.contract.operations]
        return [i for i in ids if self.only is None or engine.derived_id(i) in self.only]

    def without(self, profiles: frozenset[str], reason: str) -> Plan:
        """The plan without the claim to some profiles."""
        dropped = profiles & self.profiles
        skips = {**self.skips, **dict.fromkeys(dropped, reason)}
        return replace(self, profiles=self.profiles - dropped, skips=skips)


@dataclass(frozen=True, slots=True)
class PhaseBegun:
    """A phase begins."""

    name: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict was reached."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Noted:
    """Something about the server that people should know, and that is no verdict."""

    text: str


Event = PhaseBegun | Decided | Noted


def run(plan: Plan, observe: Callable[[Event], None] = lambda _: None) -> Results:
    """Runs a plan to its end. Every phase and verdict is told to `observe` as it comes."""
    begun = datetime.now(UTC)
    verdicts: list[Verdict] = []
    left = Residue()

    def decide(verdict: Verdict) -> None:
        verdicts.append(verdict)
        observe(Decided(verdict))

    with Workspace(plan.contract, plan.target, plan.seed) as workspace:
        observe(PhaseBegun("preflight"))
        plan, obstacle, note = _preflight(plan, workspace)
        if note:
            observe(Noted(note))
        if obstacle is None:
            try:
                observe(PhaseBegun("probe"))
                _probe_all(plan, workspace, decide)
                observe(PhaseBegun("fuzz"))
                _fuzz_all(plan, workspace, decide)
            finally:
                left = workspace.clean_up()
    return Results(
        plan=plan,
        verdicts=tuple(verdicts),
        obstacle=obstacle,
        begun=begun,
        ended=datetime.now(UTC),
        left_behind=left,
        prefix=workspace.prefix,
    )


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
        return _verdict(clause, Status.FAIL, session, 0.0, findings=(fault,))
    reason = "the server stopped answering during this check"
    return _verdict(clause, Status.NOT_REACHED, session, 0.0, reason=reason)


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
    return _verdict(clause, status, session, time.perf_counter() - begun, reason=reason, findings=findings)


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


def _verdict(
    clause: Clause,
    status: Status,
    session: Session | None,
    seconds: float,
    *,
    reason: str = "",
    findings: tuple[Finding, ...] = (),
) -> Verdict:
    if session is not None:
        # What a server put into its answer may be the key.
        clean = session.target.redactor.text
        reason = clean(reason)
        findings = tuple(replace(f, expected=clean(f.expected), actual=clean(f.actual)) for f in findings)
    return Verdict(
        id=clause.id,
        status=status,
        level=clause.level,
        profile=clause.profile,
        text=clause.text,
        operation_id=clause.operation_id,
        line=clause.line,
        reason=reason,
        findings=findings,
        requests=len(session.answers) if session else 0,
        seconds=seconds,
    )


def _preflight(plan: Plan, workspace: Workspace) -> tuple[Plan, str | None, str | None]:
    """The plan that fits the server, why nothing can be checked, if that is so, and a note on the server."""
    session = workspace.session("preflight")
    try:
        preflight(session)
        # Before anything is made: a server whose clock is slow would take it for an earlier run's.
        note = left_by_earlier_runs(session)
        for name, reason in missing_profiles(session, plan.optional).items():
            plan = plan.without(frozenset({name}), reason)
    except Unreached as unreached:
        return plan, str(unreached), None
    except httpx.TransportError as error:
        return plan, f"{workspace.target.root} stopped answering: {error}.", None
    return plan, None, note


def _probe_all(plan: Plan, workspace: Workspace, decide: Callable[[Verdict], None]) -> None:
    gone = False
    for clause in plan.clauses():
        if clause.profile not in plan.profiles:
            why = plan.skips.get(clause.profile, f"the profile {clause.profile} is not claimed")
            decide(_verdict(clause, Status.SKIP, None, 0.0, reason=why))
        elif clause.id not in plan.catalogue:
            decide(_verdict(clause, Status.NOT_REACHED, None, 0.0, reason="this suite has no check for it"))
        elif gone:
            decide(_verdict(clause, Status.NOT_REACHED, None, 0.0, reason="the server no longer answers"))
        else:
            verdict = probe(plan.catalogue[clause.id], clause, workspace)
            decide(verdict)
            if verdict.status is Status.NOT_REACHED:
                gone = not is_alive(workspace.session("alive"))


def _fuzz_all(plan: Plan, workspace: Workspace, decide: Callable[[Verdict], None]) -> None:
    operation_ids = plan.fuzzed()
    outcomes = {
        i: engine.Outcome(Status.SKIP, why) for i in operation_ids if (why := _why_not_fuzzed(plan, i))
    }
    claimed = [i for i in operation_ids if i not in outcomes]
    if claimed and not is_alive(workspace.session("alive")):
        gone = engine.Outcome(Status.NOT_REACHED, "the server no longer answers")
        outcomes |= dict.fromkeys(claimed, gone)
    elif claimed:
        request = engine.Request(claimed, plan.seed, plan.max_examples, workspace.prefix)
        outcomes |= engine.fuzz(plan.contract, plan.target, request, workspace.remember_user)
    outcomes = {operation_id: outcomes[operation_id] for operation_id in operation_ids}
    for operation_id, outcome in outcomes.items():
        operation = plan.contract.operation(operation_id)
        decide(
            Verdict(
                id=engine.derived_id(operation_id),
                status=outcome.status,
                level="MUST",
                profile="schema",
                text=f"Every answer of {operation_id} keeps the schemas of the contract, for every request.",
                operation_id=operation_id,
                line=operation.line if operation else 0,
                reason=outcome.reason,
                findings=outcome.findings,
                requests=outcome.requests,
                seconds=outcome.seconds,
                derived=True,
            )
        )


def _why_not_fuzzed(plan: Plan, operation_id: str) -> str | None:
    if not plan.fuzz:
        return "fuzzing was turned off with --no-fuzz"
    operation = plan.contract.operation(operation_id)
    if plan.target.read_only and operation is not None and operation.method not in SAFE_METHODS:
        return f"it writes: {operation.method} {operation.path} is not sent with --read-only"
    profile = plan.contract.profile_of(operation_id)
    if profile is None or profile in plan.profiles:
        return None
    return plan.skips.get(profile, f"the profile {profile} is not claimed")
