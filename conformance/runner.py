"""One run: preflight, then each phase within its time, then clean-up. What a run is made of stands here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import Any

import httpx

from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.boundary.phase import Boundary
from conformance.contract.document import Contract
from conformance.fuzz.phase import Fuzz
from conformance.http.target import Target
from conformance.http.unreached import Unreached
from conformance.model.phase import Histories
from conformance.race.phase import Races
from conformance.run import registry
from conformance.run.clean_up import clean_up, left_by_earlier_runs
from conformance.run.content import ANY, Content
from conformance.run.coverage import Ledger
from conformance.run.events import Event, Noted, PhaseBegun
from conformance.run.plan import Mode, Phase, Plan, Statement
from conformance.run.probing import Checks, skipped
from conformance.run.progress import Progress
from conformance.run.registry import PROBE, RACE, RAW, Registry
from conformance.run.residue import Residue
from conformance.run.response_audit import ResponseAudit
from conformance.run.results import Results
from conformance.run.schema_verdicts import unreached_verdicts
from conformance.run.session import Workspace

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
    """Run a plan to its end, and return what came of it, also when it is interrupted (KeyboardInterrupt).

    Every phase and verdict is told to `observe` as it comes.
    """
    begun = datetime.now(UTC)
    progress = Progress(plan, begun.date(), observe)
    audit, ledger = ResponseAudit(plan.contract), Ledger(plan.contract)
    left, prefix, obstacle, is_interrupted = Residue(), "", None, False
    workspaces: list[Workspace] = []
    try:
        for seed in plan.seeds:
            with Workspace(plan.contract, plan.target, seed) as workspace:
                workspaces.append(workspace)
                prefix, workspace.excluded = workspace.prefix, plan.excluded
                workspace.gives_up = not plan.content.insists
                observe(PhaseBegun("preflight"))
                plan, obstacle = _preflight(plan, workspace, observe)
                if obstacle is not None:
                    break
                workspace.profiles = plan.profiles
                workspace.observers += [audit.observe, ledger.observe]
                try:
                    for verdict in skipped(plan):
                        progress.decide(verdict)
                    for phase in plan.phases:
                        progress.follow(phase, plan, workspace, ledger)
                finally:
                    if workspace.trouble:
                        # What comes of it has been told, and is no new finding.
                        workspace.observers.clear()
                    observe(PhaseBegun("clean-up"))
                    left += _cleaned_up(workspace, plan.content, observe)
    except KeyboardInterrupt:
        is_interrupted = True
        progress.interrupt(plan)
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
        sent=sum(workspace.sent for workspace in workspaces),
        is_interrupted=is_interrupted,
    )


def run_whole(plan: Plan, observe: Callable[[Event], None] = lambda _: None) -> Results:
    """Run a plan for somebody to whom half of it is of no use.

    Raises:
        KeyboardInterrupt: it was interrupted.
    """
    results = run(plan, observe)
    if results.is_interrupted:
        raise KeyboardInterrupt
    return results


def _cleaned_up(workspace: Workspace, content: Content, observe: Callable[[Event], None]) -> Residue:
    """Remove what was made. What goes wrong here must not take the verdicts along."""
    try:
        return clean_up(workspace, content)
    except Exception as error:  # noqa: BLE001  the server's answers were in no shape to rely on
        observe(Noted(f"What was made could not be removed: {type(error).__name__}: {error}."))
        return Residue({"objects": None})


def _preflight(plan: Plan, workspace: Workspace, observe: Callable[[Event], None]) -> tuple[Plan, str | None]:
    """Return the plan that fits the server, and why nothing can be checked, if that is so."""
    session = workspace.session("preflight")
    try:
        plan.content.preflight(session)
        # Before anything is made: a server whose clock is slow would take it for an earlier run's.
        note = left_by_earlier_runs(session, plan.content)
        for name, reason in plan.content.missing_profiles(session, plan.optional).items():
            plan = plan.without(frozenset({name}), reason)
    except Unreached as unreached:
        return plan, str(unreached)
    except httpx.TransportError as error:
        return plan, f"{workspace.target.root} stopped answering: {error}."
    if note is not None:
        observe(Noted(note))
    return plan, None
