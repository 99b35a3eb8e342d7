"""What a phase did not come to decide: because the run was broken off, or because the phase itself failed."""

import traceback
from collections.abc import Container, Iterator
from dataclasses import replace

from conformance.run import skips
from conformance.run.plan import Phase, Plan
from conformance.run.schema_verdicts import PROFILE
from conformance.run.verdict import Status, Verdict


def undecided(plan: Plan, phase: Phase, done: Container[str], reason: str) -> Iterator[Verdict]:
    """Yield a verdict NOT_REACHED for all that was asked of a phase and is not done."""
    contract = plan.contract
    if skips.phase(plan, phase):
        return
    for verdict_id in phase.ids(contract):
        if verdict_id in done or not plan.asks_for(verdict_id):
            continue
        statement = phase.explain(contract, verdict_id)
        if statement is None:
            continue
        clause = contract.clause(verdict_id)
        operation = contract.operation(clause.operation_id or "" if clause else _operation_of(verdict_id))
        if operation and skips.operation(plan, operation.id):
            continue
        yield Verdict(
            id=verdict_id,
            status=Status.NOT_REACHED,
            level=clause.level if clause else "MUST",
            profile=clause.profile if clause else PROFILE,
            text=statement.text,
            operation_id=operation.id if operation else None,
            line=clause.line if clause else contract.line(statement.pointer),
            reason=plan.target.redactor.text(reason),
            pointer=statement.pointer,
            phase=phase.name,
            derived=clause is None,
        )


def failed(plan: Plan, phase: Phase, done: Container[str], error: Exception) -> Iterator[Verdict]:
    """Yield what an error of the suite in a phase means: the first that it was to decide is an ERROR."""
    [*_, last] = traceback.extract_tb(error.__traceback__) or [None]
    place = f" ({last.filename.rpartition('conformance/')[2]}:{last.lineno})" if last else ""
    cause = f"{type(error).__name__}: {error}{place}"
    status, reason = Status.ERROR, f"the phase {phase.name} itself failed: {cause}"
    for verdict in undecided(plan, phase, done, reason):
        yield replace(verdict, status=status)
        status = Status.NOT_REACHED


def _operation_of(verdict_id: str) -> str:
    """Return the operation of a derived verdict: they are called `S.<operation>.<what>`."""
    return verdict_id.split(".")[1]
