"""Verdicts of the model and race phases: each stands for many calls, and for several clauses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conformance.run.verdict import Finding, Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.http.answer import Answer
    from conformance.run.plan import Plan
    from conformance.run.session import Workspace


@dataclass(frozen=True, slots=True)
class Subject:
    """What a verdict is about.

    Attributes:
        id: `MODEL.<name>` or `RACE.<name>`.
        phase: the part of the run that decides it.
        profile: the profile of the contract that it is counted with.
        needs: every profile whose clauses it leans on.
        operation_id: the operation that it is shown with.
        text: what is demanded, in one sentence.
    """

    id: str
    phase: str
    profile: str
    needs: frozenset[str]
    operation_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a subject."""

    status: Status
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    requests: int = 0
    seconds: float = 0.0


def is_asked_for(plan: Plan, subject: Subject) -> bool:
    """Whether the run owes a verdict on a subject."""
    return plan.only is None or subject.id in plan.only


def why_skipped(plan: Plan, workspace: Workspace, subject: Subject) -> str | None:
    """Why a subject is not tried at all; None when it is."""
    if workspace.target.read_only:
        return "the target is read-only"
    for profile in sorted(subject.needs - plan.profiles):
        return plan.skips.get(profile, f"the profile {profile} is not claimed")
    missing = plan.contract.operation(subject.operation_id) is None
    return f"the contract has no operation {subject.operation_id}" if missing else None


def is_claimed(plan: Plan, clause_id: str) -> bool:
    """Whether the target is held to a clause."""
    clause = plan.contract.clause(clause_id)
    return clause is not None and clause.profile in plan.profiles


def finding(
    plan: Plan,
    clause_id: str,
    expected: str,
    actual: str,
    answers: Sequence[Answer] = (),
    steps: Sequence[str] = (),
) -> Finding:
    """What is wrong, with the clause that is broken by it."""
    clause = plan.contract.clause(clause_id)
    stated = clause_id if clause is None else f"{clause_id}: {clause.text}"
    return Finding(
        expected=f"{expected} ({stated})",
        actual=actual,
        exchanges=tuple(answer.exchange for answer in answers),
        pointer=None if clause is None else clause.pointer,
        steps=tuple(steps),
    )


def verdict(plan: Plan, subject: Subject, outcome: Outcome) -> Verdict:
    """The verdict on a subject. A failure stands at the clause that it breaks, all else at the operation."""
    clean = plan.target.redactor.text
    operation = plan.contract.operation(subject.operation_id)
    pointer = outcome.findings[0].pointer if outcome.findings else None
    broken = next((clause for clause in plan.contract.clauses if clause.pointer == pointer), None)
    place = broken or operation
    return Verdict(
        id=subject.id,
        status=outcome.status,
        level="MUST",
        profile=subject.profile,
        text=subject.text,
        operation_id=subject.operation_id,
        line=place.line if place else 0,
        reason=clean(outcome.reason),
        findings=tuple(
            replace(
                found,
                expected=clean(found.expected),
                actual=clean(found.actual),
                steps=tuple(map(clean, found.steps)),
            )
            for found in outcome.findings
        ),
        requests=outcome.requests,
        seconds=outcome.seconds,
        pointer=pointer or "",
        phase=subject.phase,
        derived=True,
    )
