"""The race phase: clients at one instant, again and again, and what they may come to."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import httpx

from conformance.http.unreached import Unreached
from conformance.race import orders, winners
from conformance.race.winners import LIFECYCLE, RACES, Race, Round
from conformance.run.plan import Mode
from conformance.run.response_schemas import shape_fault
from conformance.run.scenarios import Outcome, Subject, finding, is_asked_for, verdict, why_skipped
from conformance.run.verdict import Finding, Status, Violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.http.deadline import Deadline
    from conformance.run.plan import Plan
    from conformance.run.session import Session, Workspace
    from conformance.run.verdict import Verdict

_RACES = (
    *RACES,
    Race(
        name="order",
        clause_id="AP-UPD-006",
        operation_id="updateAccessProfile",
        run=orders.order,
        expected="an end, versions and an audit log that some order of the updates explains",
        profiles=LIFECYCLE,
    ),
    Race(
        name="reads",
        clause_id="AP-UPD-006",
        operation_id="updateAccessProfile",
        run=orders.reads,
        expected="every read to show what one update left, and none an older version than the one before it",
        profiles=LIFECYCLE,
    ),
)
IDS = tuple(f"RACE.{race.name}" for race in _RACES)
"""The ids of the verdicts of this phase."""

_ROUNDS, _MORE_ROUNDS = 3, 6
"""How often each race is run, and how often in a run that certifies."""


def phase(plan: Plan, workspace: Workspace, decide: Callable[[Verdict], None], deadline: Deadline) -> None:
    """Decides `RACE.<name>` for every race that is asked for."""
    rounds = _MORE_ROUNDS if plan.mode is Mode.CERTIFY else _ROUNDS
    for race in _RACES:
        subject = Subject(
            id=f"RACE.{race.name}",
            phase="race",
            profile=max(race.profiles, key=list(plan.contract.profiles).index),
            needs=race.profiles,
            operation_id=race.operation_id,
            text=f"{(race.run.__doc__ or '').strip()} It takes {race.expected}.",
        )
        if is_asked_for(plan, subject):
            why = why_skipped(plan, workspace, subject)
            outcome = Outcome(Status.SKIP, why) if why else _run(race, plan, workspace, rounds, deadline)
            decide(verdict(plan, subject, outcome))


def _run(race: Race, plan: Plan, workspace: Workspace, rounds: int, deadline: Deadline) -> Outcome:
    session = workspace.session(f"RACE.{race.name}")
    begun = time.perf_counter()
    status, reason = Status.PASS, ""
    done: list[Round] = []
    try:
        while len(done) < rounds and not deadline.expired:
            done.append(_round(race, session))
    except (httpx.TransportError, threading.BrokenBarrierError) as error:
        status, reason = Status.NOT_REACHED, f"the server did not answer all clients ({type(error).__name__})"
    except Unreached as unreached:
        status, reason = Status.NOT_REACHED, str(unreached)
    except Exception as error:  # noqa: BLE001  a bug in a race must not hide the other verdicts
        status, reason = Status.ERROR, f"the race itself failed: {type(error).__name__}: {error}"
    wrong = [round_ for round_ in done if round_.fault is not None]
    findings: tuple[Finding, ...] = ()
    if wrong:
        status, reason = Status.FAIL, ""
        actual = f"in {len(wrong)} of {len(done)} rounds {wrong[0].fault}"
        findings = (finding(plan, race.clause_id, race.expected, actual, wrong[0].answers),)
    elif not done and status is Status.PASS:
        status, reason = Status.NOT_REACHED, "the time was over before it could be tried"
    elif status is Status.PASS:
        reason = f"{len(done)} rounds of {winners.CLIENTS} clients"
    return Outcome(status, reason, findings, len(session.answers), time.perf_counter() - begun)


def _round(race: Race, session: Session) -> Round:
    """One round. An answer without the shape that it is to have is a fault, too."""
    before = len(session.answers)
    try:
        return race.run(session)
    except Violation as violation:
        return Round(f"{violation.actual}, and not {violation.expected}", violation.answers)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        for answer in session.answers[before:]:
            fault = shape_fault(session.contract, answer)
            if fault is not None:
                return Round(f"an answer without the shape that the contract states: {fault}", (answer,))
        raise
