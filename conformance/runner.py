"""One run: preflight, then each phase within its time, then clean-up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

import httpx

from conformance.access_profiles.clean_up import Residue
from conformance.access_profiles.preflight import left_by_earlier_runs, missing_profiles, preflight
from conformance.boundary import phase as boundary
from conformance.fuzz.phase import fuzz_all
from conformance.http.deadline import Deadline
from conformance.http.unreached import Unreached
from conformance.race import phase as races
from conformance.run.coverage import Ledger
from conformance.run.plan import BRISK, Phase, Plan
from conformance.run.probing import probe, probe_all, skip_all
from conformance.run.response_audit import Answers
from conformance.run.results import PhaseRecord, Results
from conformance.run.schema_verdicts import unreached_verdicts
from conformance.run.session import Workspace
from conformance.run.verdict import Verdict, worse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    PhaseFunction = Callable[[Plan, Workspace, Callable[[Verdict], None], Deadline], None]

__all__ = ["Decided", "Event", "PhaseBegun", "Plan", "probe", "run"]


@dataclass(frozen=True, slots=True)
class PhaseBegun:
    """A phase begins; it may take so many seconds, if it has a budget."""

    name: str
    budget: float | None = None


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
    course = _Course(plan, begun.date(), observe)
    answers, ledger = Answers(plan.contract), Ledger(plan.contract)
    left, prefix, obstacle = Residue(), "", None
    for seed in plan.seeds:
        with Workspace(plan.contract, plan.target, seed) as workspace:
            prefix = workspace.prefix
            observe(PhaseBegun("preflight"))
            plan, obstacle, slowness = _preflight(plan, workspace, observe)
            if obstacle is not None:
                break
            workspace.profiles = plan.profiles
            workspace.observers += [answers.observe, ledger.observe]
            try:
                skip_all(plan, course.decide)
                for phase, work in _work(ledger, plan.jobs).items():
                    course.follow(phase, work, plan, workspace, slowness)
            finally:
                observe(PhaseBegun("clean-up"))
                left += workspace.clean_up()
    if obstacle is None:
        for verdict in (*answers.verdicts(plan), *unreached_verdicts(plan, ledger)):
            course.decide(verdict)
    return Results(
        plan=plan,
        verdicts=course.verdicts(),
        phases=tuple(course.records.values()),
        ledger=ledger,
        obstacle=obstacle,
        begun=begun,
        ended=datetime.now(UTC),
        left_behind=left,
        prefix=prefix,
    )


def _work(ledger: Ledger, jobs: int) -> Mapping[Phase, Sequence[PhaseFunction]]:
    """What decides the verdicts of each phase."""
    return {
        Phase.PROBE: (partial(probe_all, Phase.PROBE),),
        Phase.RAW: (partial(probe_all, Phase.RAW),),
        Phase.BOUNDARY: (partial(boundary.phase, ledger=ledger, workers=jobs),),
        Phase.FUZZ: (fuzz_all,),
        Phase.MODEL: (_live_histories,),
        Phase.RACE: (partial(probe_all, Phase.RACE), races.phase),
    }


def _live_histories(
    plan: Plan, workspace: Workspace, decide: Callable[[Verdict], None], deadline: Deadline
) -> None:
    # A run without this phase does without Hypothesis, which takes a fifth of its start to import.
    from conformance.model.phase import phase

    phase(plan, workspace, decide, deadline)


class _Course:
    """What came of a run so far: of each verdict the worst, over all seeds."""

    def __init__(self, plan: Plan, today: date, observe: Callable[[Event], None]) -> None:
        self._plan = plan
        self._today = today
        self._observe = observe
        self._verdicts: dict[str, Verdict] = {}
        self.records: dict[Phase, PhaseRecord] = {}

    def decide(self, verdict: Verdict) -> None:
        before = self._verdicts.get(verdict.id)
        self._verdicts[verdict.id] = worse(before, verdict) if before else verdict
        self._observe(Decided(self._plan.known.judged(verdict, self._today)))

    def verdicts(self) -> tuple[Verdict, ...]:
        """Clauses in the order of the contract, then the others as they came."""
        order = {clause.id: number for number, clause in enumerate(self._plan.contract.clauses)}
        found = sorted(self._verdicts.values(), key=lambda verdict: order.get(verdict.id, len(order)))
        return self._plan.known.apply(found, self._today)

    def follow(
        self,
        phase: Phase,
        work: Sequence[PhaseFunction],
        plan: Plan,
        workspace: Workspace,
        slowness: float,
    ) -> None:
        """Runs one phase, if the plan has it."""
        why_not = plan.why_not_phase(phase)
        if why_not is not None:
            self.records[phase] = PhaseRecord(phase, "skipped", why_not)
            return
        budget = plan.budget_of(phase, slowness)
        deadline = Deadline.within(budget)
        self._observe(PhaseBegun(phase, budget))
        begun, requests = time.monotonic(), 0

        def decide(verdict: Verdict) -> None:
            nonlocal requests
            requests += verdict.requests
            self.decide(verdict)

        for function in work:
            function(plan, workspace, decide, deadline)
        seconds = time.monotonic() - begun
        state = "cut short" if deadline.expired else "done"
        record = PhaseRecord(phase, state, "", budget, seconds, requests)
        self.records[phase] = record.after(self.records.get(phase))


def _preflight(
    plan: Plan, workspace: Workspace, observe: Callable[[Event], None]
) -> tuple[Plan, str | None, float]:
    """The plan that fits the server, why nothing can be checked, if that is so, and how slow it is."""
    session = workspace.session("preflight")
    try:
        preflight(session)
        # Before anything is made: a server whose clock is slow would take it for an earlier run's.
        note = left_by_earlier_runs(session)
        for name, reason in missing_profiles(session, plan.optional).items():
            plan = plan.without(frozenset({name}), reason)
    except Unreached as unreached:
        return plan, str(unreached), 1.0
    except httpx.TransportError as error:
        return plan, f"{workspace.target.root} stopped answering: {error}.", 1.0
    if note is not None:
        observe(Noted(note))
    slowness = max(1.0, median(answer.exchange.seconds for answer in session.answers) / BRISK)
    return plan, None, slowness
