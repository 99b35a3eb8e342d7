"""Verdicts of the model and race phases: each stands for many calls, and for several clauses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from conformance.http.answer import Answer
from conformance.run.plan import Plan
from conformance.run.verdict import Finding, Status, Verdict


@dataclass(frozen=True, slots=True)
class Scenario:
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
    """What became of a scenario."""

    status: Status
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    requests: int = 0
    seconds: float = 0.0


def is_claimed(plan: Plan, clause_id: str) -> bool:
    """Return whether the target is held to a clause."""
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
    """Return what is wrong, with the clause that is broken by it."""
    clause = plan.contract.clause(clause_id)
    stated = clause_id if clause is None else f"{clause_id}: {clause.text}"
    return Finding(
        expected=f"{expected} ({stated})",
        actual=actual,
        exchanges=tuple(answer.exchange for answer in answers),
        pointer=None if clause is None else clause.pointer,
        steps=tuple(steps),
    )


def verdict(plan: Plan, scenario: Scenario, outcome: Outcome) -> Verdict:
    """Return the verdict on a scenario.

    A failure stands at the clause that it breaks, all else at the operation.
    """
    clean = plan.target.redactor.text
    operation = plan.contract.operation(scenario.operation_id)
    pointer = outcome.findings[0].pointer if outcome.findings else None
    broken = next((clause for clause in plan.contract.clauses if clause.pointer == pointer), None)
    place = broken or operation
    return Verdict(
        id=scenario.id,
        status=outcome.status,
        level="MUST",
        profile=scenario.profile,
        text=scenario.text,
        operation_id=scenario.operation_id,
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
        phase=scenario.phase,
        derived=True,
    )
