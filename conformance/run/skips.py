"""What a run leaves out, and why. Each function says the reason, or None for what is done."""

from conformance.contract.document import Clause, Operation
from conformance.http.transport import SAFE_METHODS
from conformance.run.plan import Mode, Phase, Plan
from conformance.run.scenarios import Scenario


def phase(plan: Plan, part: Phase) -> str | None:
    """Return why to skip a phase: it was not asked for, or the mode has it not."""
    if part.name in plan.omitted:
        return plan.omitted[part.name]
    return None if plan.mode in part.budgets else f"--mode {plan.mode} leaves it out"


def profile(plan: Plan, name: str | None) -> str | None:
    """Return why to skip what belongs to a profile: it is not claimed. None is what every server has."""
    if name is None or name in plan.profiles or name not in plan.contract.profiles:
        return None
    return plan.skips.get(name, f"the profile {name} is not claimed")


def clause(plan: Plan, stated: Clause) -> str | None:
    """Return why to skip a clause: it is not claimed, not in this mode, or its check's phase is left out."""
    if plan.mode is Mode.QUICK and plan.only is None and stated.id not in plan.contract.first_clauses:
        return f"--mode {plan.mode} takes the first clause of each operation, and those of all operations"
    # A clause of `strict` about roles asks nothing of a server that does not claim to have roles.
    home = plan.contract.claim_for(stated.operation_id) if stated.operation_id else None
    kept_out = stated.operation_id in plan.excluded and operation(plan, stated.operation_id)
    return kept_out or profile(plan, stated.profile) or profile(plan, home) or _its_phase(plan, stated)


def _its_phase(plan: Plan, stated: Clause) -> str | None:
    if stated.id not in plan.checks:
        return None
    name = plan.checks[stated.id].phase
    return next((phase(plan, part) for part in plan.phases if part.name == name), None)


def operation(plan: Plan, operation_id: str) -> str | None:
    """Return why to skip an operation: it is never to be called, or its profile is not claimed."""
    if operation_id in plan.excluded:
        return f"--exclude names {operation_id}"
    return profile(plan, plan.contract.profile_of(operation_id))


def writing(plan: Plan, stated: Operation, *, changes: bool = False) -> str | None:
    """Return why to send no more than reads of an operation: the run only reads.

    `changes` says whether something is changed on the way, whatever the operation does.
    """
    if not plan.target.read_only or not (changes or stated.method not in SAFE_METHODS):
        return None
    if stated.method in SAFE_METHODS:
        return "it takes something that would have to be made, and nothing is with --read-only"
    return f"it writes: {stated.method} {stated.path} is not sent with --read-only"


def scenario(plan: Plan, told: Scenario) -> str | None:
    """Return why to skip a scenario of many calls: the run only reads, or a profile is not claimed."""
    if plan.target.read_only:
        return "the target is read-only"
    for name in sorted(told.needs - plan.profiles):
        return plan.skips.get(name, f"the profile {name} is not claimed")
    missing = plan.contract.operation(told.operation_id) is None
    return f"the contract has no operation {told.operation_id}" if missing else None
