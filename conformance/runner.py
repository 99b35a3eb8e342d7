"""One run: preflight, then each phase within its time, then clean-up. What a run is made of stands here."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import entry_points
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
from conformance.run.clean_up import clean_up, left_by_earlier_runs
from conformance.run.content import ANY, Content
from conformance.run.coverage import Ledger
from conformance.run.events import Decided, Event, Noted, PhaseBegun
from conformance.run.plan import BRISK, Mode, Phase, Plan, Run, Statement
from conformance.run.probing import Checks, skipped
from conformance.run.registry import PROBE, RACE, RAW, Registry
from conformance.run.residue import Residue
from conformance.run.response_audit import ResponseAudit
from conformance.run.results import PhaseRecord, Results
from conformance.run.schema_verdicts import unreached_verdicts
from conformance.run.session import Workspace
from conformance.run.verdict import Verdict, worse

OWN_CHECKS = "conformance.checks"
ENTRY_POINTS = "conformance.checks"
"""The group of entry points by which an installed package brings checks of its own."""


@dataclass(frozen=True, slots=True)
class Suite:
    """What is brought to a contract: checks of its clauses, what is known of its API, and the phases."""

    checks: Registry
    content: Content
    phases: tuple[Phase, ...]

    @property
    def has_selftest(self) -> bool:
        """Whether `conformance selftest` proves these checks."""
        return self.content is ACCESS_PROFILES

    def ids(self, contract: Contract) -> list[str]:
        """Return every id that a verdict on this contract can have: clauses first."""
        derived = (verdict_id for phase in self.phases for verdict_id in phase.ids(contract))
        return list(dict.fromkeys([*(clause.id for clause in contract.clauses), *derived]))

    def explain(self, contract: Contract, verdict_id: str) -> Statement | None:
        """Return what a verdict is about; None for an id that none has."""
        told = (phase.explain(contract, verdict_id) for phase in self.phases)
        return next((statement for statement in told if statement is not None), None)


def checks() -> Registry:
    """Return how each clause of access profiles is checked."""
    return registry.load(OWN_CHECKS)


def suite_for(contract: Contract, packages: Sequence[str] = ()) -> Suite:
    """Return what the suite knows of access profiles; for another contract, what does for any.

    `packages` are those of the contract's owner, with checks of its clauses; installed ones say so by entry
    points.

    Raises:
        ModuleNotFoundError: there is no such package.
        ValueError: it has a check of a clause that the contract has not.
    """
    known = checks() if contract.clauses else Registry()
    if any(clause.id in known for clause in contract.clauses):
        known = registry.load(*packages)
        more: tuple[Phase, ...] = (Histories(), Races(known))
        suite = Suite(known, ACCESS_PROFILES, (*_phases(known, ACCESS_PROFILES), *more))
    else:
        installed = (found.value for found in entry_points(group=ENTRY_POINTS))
        known = registry.load(*packages, *installed)
        races = Checks(RACE, "requests at one instant", Races.budgets_of_checks, known)
        suite = Suite(known, ANY, (*_phases(known, ANY), races))
    stray = [each for each in known if known[each].is_of(packages) and contract.clause(each) is None]
    if stray:
        raise ValueError(f"{contract.path} has no clause {', '.join(stray)} that could be checked.")
    return suite


def _phases(known: Registry, content: Content) -> tuple[Phase, ...]:
    probe = {Mode.QUICK: 5.0, Mode.STANDARD: 25.0, Mode.CERTIFY: 120.0}
    raw = {Mode.STANDARD: 10.0, Mode.CERTIFY: 60.0}
    return (
        Checks(PROBE, "a check for each clause", probe, known),
        Checks(RAW, "what an HTTP library does not send", raw, known),
        Boundary(content),
        Fuzz(),
    )


def planned(
    contract: Contract, target: Target, seed: int, *, suite: Suite | None = None, **asked: Any
) -> Plan:
    """Return a plan with all that the suite brings to the contract.

    What is `asked` are more fields of the plan; without `profiles` all of the contract are claimed.
    """
    suite = suite or suite_for(contract)
    more = {"profiles": frozenset(contract.profiles), **asked}
    return Plan(contract, suite.checks, target, seed, content=suite.content, phases=suite.phases, **more)


def run(plan: Plan, observe: Callable[[Event], None] = lambda _: None) -> Results:
    """Run a plan to its end. Every phase and verdict is told to `observe` as it comes."""
    begun = datetime.now(UTC)
    progress = _Progress(plan, begun.date(), observe)
    audit, ledger = ResponseAudit(plan.contract), Ledger(plan.contract)
    left, prefix, obstacle = Residue(), "", None
    for seed in plan.seeds:
        with Workspace(plan.contract, plan.target, seed) as workspace:
            prefix, workspace.excluded = workspace.prefix, plan.excluded
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
                if workspace.trouble:
                    # What comes of it has been told, and is no new finding.
                    workspace.observers.clear()
                observe(PhaseBegun("clean-up"))
                left += clean_up(workspace, plan.content)
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
        """Return clauses in the order of the contract, then the others as they came."""
        order = {clause.id: number for number, clause in enumerate(self._plan.contract.clauses)}
        found = sorted(self._verdicts.values(), key=lambda verdict: order.get(verdict.id, len(order)))
        return self._plan.expected.apply(found, self._today)

    def follow(self, phase: Phase, plan: Plan, workspace: Workspace, ledger: Ledger, slowness: float) -> None:
        """Run one phase, if the plan has it."""
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
    """Return the plan that fits the server, why nothing can be checked, if that is so, and how slow it is."""
    session = workspace.session("preflight")
    try:
        plan.content.preflight(session)
        # Before anything is made: a server whose clock is slow would take it for an earlier run's.
        note = left_by_earlier_runs(session, plan.content)
        for name, reason in plan.content.missing_profiles(session, plan.optional).items():
            plan = plan.without(frozenset({name}), reason)
    except Unreached as unreached:
        return plan, str(unreached), 1.0
    except httpx.TransportError as error:
        return plan, f"{workspace.target.root} stopped answering: {error}.", 1.0
    if note is not None:
        observe(Noted(note))
    seconds = [answer.exchange.seconds for answer in session.answers] or [BRISK]
    slowness = max(1.0, median(seconds) / BRISK)
    return plan, None, slowness
