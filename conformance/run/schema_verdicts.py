"""Verdicts that come from the schemas of the contract, and not from a clause."""

from collections.abc import Iterator
from dataclasses import replace

from conformance.contract.document import Operation
from conformance.run.coverage import Ledger, unreached
from conformance.run.plan import Mode, Plan
from conformance.run.verdict import Finding, Status, Verdict

PROFILE = "schema"
"""The profile of all of them. Whether they are asked for is up to the profile of their operation."""


def answers_id(operation_id: str) -> str:
    """Return the id of the verdict on the shape of an operation's answers."""
    return f"S.{operation_id}.answers"


def decided(
    plan: Plan,
    verdict_id: str,
    operation: Operation,
    status: Status,
    *,
    text: str,
    pointer: str,
    reason: str = "",
    findings: tuple[Finding, ...] = (),
    requests: int = 0,
    seconds: float = 0.0,
    phase: str = "boundary",
) -> Verdict:
    """Return a verdict on an operation. What a server put into its answer may be a key, and is taken out."""
    clean = plan.target.redactor.text
    return Verdict(
        id=verdict_id,
        status=status,
        level="MUST",
        profile=PROFILE,
        text=text,
        operation_id=operation.id,
        line=plan.contract.line(pointer),
        reason=clean(reason),
        findings=tuple(replace(f, expected=clean(f.expected), actual=clean(f.actual)) for f in findings),
        requests=requests,
        seconds=seconds,
        pointer=pointer,
        phase=phase,
        derived=True,
    )


def unreached_verdicts(plan: Plan, ledger: Ledger) -> Iterator[Verdict]:
    """For a run that certifies: whatever of the contract it has not reached."""
    if plan.mode is not Mode.CERTIFY or plan.only is not None:
        return
    for gap in unreached(ledger, plan.content, plan.profiles):
        operation = plan.contract.operation(gap.operation_id)
        if operation is not None:
            yield decided(
                plan,
                gap.id,
                operation,
                Status.NOT_REACHED,
                text=f"A run that certifies reaches all that {operation.id} states.",
                pointer=gap.pointer,
                reason=gap.reason,
            )
