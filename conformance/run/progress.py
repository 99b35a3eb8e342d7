"""What came of a run so far: how each phase went, and of each verdict the worst over all seeds."""

import time
from collections.abc import Callable
from datetime import date

from conformance.http.deadline import Deadline
from conformance.run import skips
from conformance.run.coverage import Ledger
from conformance.run.events import Decided, Event, PhaseBegun
from conformance.run.plan import Phase, Plan, Run
from conformance.run.results import PhaseRecord
from conformance.run.session import Workspace
from conformance.run.undecided import failed, undecided
from conformance.run.verdict import Verdict, worse

INTERRUPTED = "the run was interrupted before it came to this"


class Progress:
    """Takes verdicts as they fall, and tells each to `observe`."""

    def __init__(self, plan: Plan, today: date, observe: Callable[[Event], None]) -> None:
        self._plan = plan
        self._today = today
        self._observe = observe
        self._verdicts: dict[str, Verdict] = {}
        self.records: dict[str, PhaseRecord] = {}

    def decide(self, verdict: Verdict) -> None:
        """Take a verdict."""
        before = self._verdicts.get(verdict.id)
        self._verdicts[verdict.id] = worse(before, verdict) if before else verdict
        self._observe(Decided(self._plan.expected.judged(verdict, self._today)))

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return clauses in the order of the contract, then the others as they came."""
        order = {clause.id: number for number, clause in enumerate(self._plan.contract.clauses)}
        found = sorted(self._verdicts.values(), key=lambda verdict: order.get(verdict.id, len(order)))
        return self._plan.expected.apply(found, self._today)

    def follow(self, phase: Phase, plan: Plan, workspace: Workspace, ledger: Ledger) -> None:
        """Run one phase, if the plan has it. An error in it is told, and the next one is run all the same."""
        why_not = skips.phase(plan, phase)
        if why_not is not None:
            self.records[phase.name] = PhaseRecord(phase.name, "skipped", why_not)
            return
        budget = plan.budget_of(phase)
        deadline = Deadline.within(budget)
        if any(map(plan.asks_for, phase.ids(plan.contract))):
            self._observe(PhaseBegun(phase.name, phase.summary, budget))
        begun, before, told = time.monotonic(), workspace.sent, set[str]()
        state = "cut short"

        def decide(verdict: Verdict) -> None:
            told.add(verdict.id)
            self.decide(verdict)

        try:
            phase.run(Run(plan, workspace, ledger, decide, deadline))
            state = "cut short" if deadline.expired else "done"
        except Exception as error:  # noqa: BLE001  a bug in one phase must not hide the verdicts of the others
            for verdict in failed(plan, phase, told, error):
                self.decide(verdict)
        finally:
            seconds = time.monotonic() - begun
            requests = workspace.sent - before
            record = PhaseRecord(phase.name, state, "", budget, seconds, requests)
            self.records[phase.name] = record.after(self.records.get(phase.name))

    def interrupt(self, plan: Plan) -> None:
        """Decide that nothing more is reached."""
        for phase in plan.phases:
            for verdict in undecided(plan, phase, self._verdicts, INTERRUPTED):
                self.decide(verdict)
