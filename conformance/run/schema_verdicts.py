"""Verdicts that come from the schemas of the contract, and not from a clause."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.run.coverage import unreached
from conformance.run.plan import Mode
from conformance.run.verdict import Finding, Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.document import Operation
    from conformance.run.coverage import Ledger
    from conformance.run.plan import Plan

PROFILE = "schema"
"""The profile of all of them. Whether they are asked for is up to the profile of their operation."""


def answers_id(operation_id: str) -> str:
    """The id of the verdict on the shape of an operation's answers."""
    return f"S.{operation_id}.answers"


def why_skipped(plan: Plan, operation_id: str) -> str | None:
    """Why an operation is not judged; None when it is."""
    profile = plan.contract.profile_of(operation_id)
    return why_not_claimed(plan, profile) if profile is not None else None


def why_not_claimed(plan: Plan, profile: str) -> str | None:
    """Why a profile is not claimed; None when it is, or when the contract has none of that name."""
    if profile in plan.profiles or profile not in plan.contract.profiles:
        return None
    return plan.skips.get(profile, f"the profile {profile} is not claimed")


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
    """A verdict on an operation. What a server put into its answer may be a key, and is taken out."""
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
    for gap in unreached(ledger, plan.profiles):
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
