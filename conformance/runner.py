"""One run: preflight, then each phase within its time, then clean-up. What a run is made of stands here."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

import httpx

from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.boundary.phase import Boundary
from conformance.contract.document import Contract
from conformance.fuzz.phase import Fuzz
from conformance.http.deadline import Deadline
from conformance.http.target import Target
from conformance.http.unreached import Unreached
from conformance.model.phase import Histories
from conformance.race.phase import Races
from conformance.run import registry, skips
from conformance.run.clean_up import Residue
from conformance.run.coverage import Ledger
from conformance.run.events import Decided, Event, Noted, PhaseBegun
from conformance.run.plan import BRISK, Mode, Phase, Plan, Run
from conformance.run.probing import Checks, skipped
from conformance.run.registry import PROBE, RAW, Registry
from conformance.run.response_audit import ResponseAudit
from conformance.run.results import PhaseRecord, Results
from conformance.run.schema_verdicts import unreached_verdicts
from conformance.run.session import Workspace
from conformance.run.verdict import Verdict, worse

_CHECKS = "conformance.checks"


def phases(known: Registry) -> tuple[Phase, ...]:
    """What a run is made of, in order."""
    return (
        Checks(
            PROBE,
            "a check for each clause",
            {Mode.QUICK: 5, Mode.STANDARD: 25, Mode.CERTIFY: 120},
            known,
        ),
        Checks(RAW, "what an HTTP library does not send", {Mode.STANDARD: 10, Mode.CERTIFY: 60}, known),
        Boundary(),
        Fuzz(),
        Histories(),
        Races(known),
    )


def every_phase() -> tuple[Phase, ...]:
    """The phases with every check of the suite."""
    return phases(checks())


def checks() -> Registry:
    """How each clause of access profiles is checked."""
    return registry.load(_CHECKS)


def planned(contract: Contract, target: Target, seed: int, **asked: Any) -> Plan:
    """A plan with all that the suite knows of access profiles.

    What is `asked` are more fields of the plan; without `profiles` all of the contract are claimed.
    """
    known = checks()
    more = {"profiles": frozenset(contract.profiles), **asked}
    return Plan(contract, known, target, seed, content=ACCESS_PROFILES, phases=phases(known), **more)


def run(plan: Plan, observe: Callable[[Event], None] = lambda _: None) -> Results:
    """Runs a plan to its end. Every phase and verdict is told to `observe` as it comes."""
    begun = datetime.now(UTC)
    progress = _Progress(plan, begun.date(), observe)
    audit, ledger = ResponseAudit(plan.contract), Ledger(plan.contract)
    left, prefix, obstacle = Residue(), "", None
    for seed in plan.seeds:
        with Workspace(plan.contract, plan.target, seed) as workspace:
            prefix = workspace.prefix
            observe(PhaseBegun("preflight"))
            plan, obstacle, slowness = _preflight(plan, workspace, observe)
            if obstacle is not None:
                break
            workspace.profiles = plan.profiles
            workspace.observers += [audit.observe, ledger.observe]
            try:
                for verdict in skipped(plan):
                    progress.decide(verdict)
                for phase in plan.phases:
                    progress.follow(phase, plan, workspace, ledger, slowness)
            finally:
                observe(PhaseBegun("clean-up"))
                left += plan.content.clean_up(workspace)
    if obstacle is None:
        for verdict in (*audit.verdicts(plan), *unreached_verdicts(plan, ledger)):
            progress.decide(verdict)
    return Results(
        plan=plan,
        verdicts=progress.verdicts(),
        phases=tuple(progress.records.values()),
        ledger=ledger,
        obstacle=obstacle,
        begun=begun,
        ended=datetime.now(UTC),
        left_behind=left,
        prefix=prefix,
    )


class _Progress:
    """What came of a run so far: of each verdict the worst, over all seeds."""

    def __init__(self, plan: Plan, today: date, observe: Callable[[Event], None]) -> None:
        self._plan = plan
        self._today = today
        self._observe = observe
        self._verdicts: dict[str, Verdict] = {}
        self.records: dict[str, PhaseRecord] = {}

    def decide(self, verdict: Verdict) -> None:
        before = self._verdicts.get(verdict.id)
        self._verdicts[verdict.id] = worse(before, verdict) if before else verdict
        self._observe(Decided(self._plan.expected.judged(verdict, self._today)))

    def verdicts(self) -> tuple[Verdict, ...]:
        """Clauses in the order of the contract, then the others as they came."""
        order = {clause.id: number for number, clause in enumerate(self._plan.contract.clauses)}
        found = sorted(self._verdicts.values(), key=lambda verdict: order.get(verdict.id, len(order)))
        return self._plan.expected.apply(found, self._today)

    def follow(self, phase: Phase, plan: Plan, workspace: Workspace, ledger: Ledger, slowness: float) -> None:
        """Runs one phase, if the plan has it."""
        why_not = skips.phase(plan, phase)
        if why_not is not None:
            self.records[phase.name] = PhaseRecord(phase.name, "skipped", why_not)
            return
        budget = plan.budget_of(phase, slowness)
        deadline = Deadline.within(budget)
        self._observe(PhaseBegun(phase.name, phase.summary, budget))
        begun, requests = time.monotonic(), 0

        def decide(verdict: Verdict) -> None:
            nonlocal requests
            requests += verdict.requests
            self.decide(verdict)

        phase.run(Run(plan, workspace, ledger, decide, deadline))
        seconds = time.monotonic() - begun
        state = "cut short" if deadline.expired else "done"
        record = PhaseRecord(phase.name, state, "", budget, seconds, requests)
        self.records[phase.name] = record.after(self.records.get(phase.name))


def _preflight(
    plan: Plan, workspace: Workspace, observe: Callable[[Event], None]
) -> tuple[Plan, str | None, float]:
    """The plan that fits the server, why nothing can be checked, if that is so, and how slow it is."""
    session = workspace.session("preflight")
    try:
        plan.content.preflight(session)
        # Before anything is made: a server whose clock is slow would take it for an earlier run's.
        note = plan.content.earlier_runs(session)
        for name, reason in plan.content.missing_profiles(session, plan.optional).items():
            plan = plan.without(frozenset({name}), reason)
    except Unreached as unreached:
        return plan, str(unreached), 1.0
    except httpx.TransportError as error:
        return plan, f"{workspace.target.root} stopped answering: {error}.", 1.0
    if note is not None:
        observe(Noted(note))
    slowness = max(1.0, median(answer.exchange.seconds for answer in session.answers) / BRISK)
    return plan, None, slowness
