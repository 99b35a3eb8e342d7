"""The phase fuzz: Schemathesis draws requests, and what it finds becomes a verdict for each operation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.access_profiles.preflight import is_alive
from conformance.fuzz import engine
from conformance.fuzz.outcomes import Outcome
from conformance.http.transport import SAFE_METHODS
from conformance.run.plan import Mode
from conformance.run.schema_verdicts import decided, why_skipped
from conformance.run.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.http.deadline import Deadline
    from conformance.run.plan import Plan
    from conformance.run.session import Workspace
    from conformance.run.verdict import Verdict


def derived_id(operation_id: str) -> str:
    """The id of the verdict that fuzzing an operation gives."""
    return f"S.{operation_id}.fuzz"


def fuzz_all(plan: Plan, workspace: Workspace, decide: Callable[[Verdict], None], deadline: Deadline) -> None:
    """Decides for each operation that is asked for whether its answers keep the contract."""
    operations = [each for each in plan.contract.operations if plan.asks_for(derived_id(each.id))]
    outcomes: dict[str, Outcome] = {}
    for operation in operations:
        why = why_skipped(plan, operation.id)
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
            decided(
                plan,
                derived_id(operation.id),
                operation,
                outcome.status,
                text=f"{operation.id} keeps the schemas of the contract, whatever it is asked.",
                pointer=operation.pointer,
                reason=outcome.reason,
                findings=outcome.findings,
                requests=outcome.requests,
                seconds=outcome.seconds,
                phase="fuzz",
            )
        )
