"""The phase fuzz: Schemathesis draws requests, and what it finds becomes a verdict for each operation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.fuzz import engine
from conformance.fuzz.outcomes import Outcome
from conformance.plan import Mode
from conformance.preflight import is_alive
from conformance.transport import SAFE_METHODS
from conformance.verdict import Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.deadline import Deadline
    from conformance.plan import Plan
    from conformance.session import Workspace


def derived_id(operation_id: str) -> str:
    """The id of the verdict that fuzzing an operation gives."""
    return f"S.{operation_id}.fuzz"


def derived_ids(plan: Plan) -> list[str]:
    """The ids of all verdicts of this phase that are asked for."""
    ids = (derived_id(operation.id) for operation in plan.contract.operations)
    return [each for each in ids if plan.asks_for(each)]


def fuzz_all(plan: Plan, workspace: Workspace, decide: Callable[[Verdict], None], deadline: Deadline) -> None:
    """Decides for each operation that is asked for whether its answers keep the contract."""
    operations = [each for each in plan.contract.operations if plan.asks_for(derived_id(each.id))]
    outcomes: dict[str, Outcome] = {}
    for operation in operations:
        why = plan.why_not(plan.contract.profile_of(operation.id))
        if why is None and plan.target.read_only and operation.method not in SAFE_METHODS:
            why = f"it writes: {operation.method} {operation.path} is not sent with --read-only"
        if why is not None:
            outcomes[operation.id] = Outcome(Status.SKIP, why)
    claimed = [operation.id for operation in operations if operation.id not in outcomes]
    if claimed and not is_alive(workspace.session("alive")):
        gone = Outcome(Status.NOT_REACHED, "the server no longer answers")
        outcomes |= dict.fromkeys(claimed, gone)
    elif claimed:
        effort = engine.THOROUGH if plan.mode is Mode.CERTIFY else engine.BRIEF
        if plan.max_examples is not None:
            effort = replace(effort, max_examples=plan.max_examples)
        request = engine.Request(claimed, workspace.seed, effort, workspace.prefix, deadline)
        outcomes |= engine.fuzz(plan.contract, plan.target, request, workspace.remember_user)
    for operation in operations:
        outcome = outcomes[operation.id]
        decide(
            Verdict(
                id=derived_id(operation.id),
                status=outcome.status,
                level="MUST",
                profile=plan.contract.profile_of(operation.id) or "core",
                text=f"{operation.id} keeps the schemas of the contract, whatever it is asked.",
                operation_id=operation.id,
                line=operation.line,
                reason=outcome.reason,
                findings=outcome.findings,
                requests=outcome.requests,
                seconds=outcome.seconds,
                pointer=operation.pointer,
                phase="fuzz",
                derived=True,
            )
        )
