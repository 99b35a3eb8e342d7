"""The boundary phase alone, on the breakable server."""

from collections.abc import Callable
from dataclasses import replace

from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.boundary.phase import Boundary
from conformance.http.answer import Answer
from conformance.http.deadline import Deadline
from conformance.run.clean_up import clean_up
from conformance.run.coverage import Ledger
from conformance.run.plan import Plan, Run
from conformance.run.residue import Residue
from conformance.run.session import Workspace
from conformance.run.verdict import Verdict

PHASE = Boundary(ACCESS_PROFILES)


def below(plan: Plan, *prefixes: str) -> Plan:
    """Return a plan for the ids that begin so."""
    return replace(plan, only=frozenset(i for i in PHASE.ids(plan.contract) if i.startswith(prefixes)))


def tried(
    plan: Plan,
    *observers: Callable[[Answer], None],
    ledger: Ledger | None = None,
    deadline: Deadline | None = None,
) -> tuple[list[Verdict], Residue]:
    """Return the verdicts, and what is left then. Observers see all answers but those of the clean-up."""
    verdicts: list[Verdict] = []
    with Workspace(plan.contract, plan.target, plan.seed) as workspace:
        workspace.observers += observers
        ledger = ledger or Ledger(plan.contract)
        PHASE.run(Run(plan, workspace, ledger, verdicts.append, deadline or Deadline.within(None)))
        workspace.observers.clear()
        return verdicts, clean_up(workspace, ACCESS_PROFILES)
