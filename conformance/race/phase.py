"""The race phase: clients at one instant, again and again, and what they may come to."""

import threading
import time
from collections.abc import Mapping

import httpx

from conformance.contract.document import Contract
from conformance.http.unreached import Unreached
from conformance.race import orders, winners
from conformance.race.winners import LIFECYCLE, RACES, Race, Round
from conformance.run import skips
from conformance.run.plan import Mode, Run, Statement
from conformance.run.probing import Checks
from conformance.run.registry import RACE, Registry
from conformance.run.response_schemas import response_fault
from conformance.run.scenarios import Outcome, Scenario, finding, verdict
from conformance.run.session import Session
from conformance.run.verdict import Finding, Status, Violation

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
_ROUNDS, _MORE_ROUNDS = 3, 6
"""How often each race is run, and how often in a run that certifies."""


class Races(Checks):
    """Requests at one instant: the checks of clauses that take it, and races of several rounds."""

    budgets_of_checks: Mapping[Mode, float] = {Mode.STANDARD: 7, Mode.CERTIFY: 60}

    def __init__(self, checks: Registry) -> None:
        super().__init__(RACE, "requests at one instant", self.budgets_of_checks, checks)

    def ids(self, contract: Contract) -> list[str]:
        """Return the clauses whose check is a race, then the races."""
        return [*super().ids(contract), *(_id(race) for race in _RACES)]

    def explain(self, contract: Contract, verdict_id: str) -> Statement | None:
        """Return what a race may come to."""
        for race in _RACES:
            if _id(race) == verdict_id:
                clause = contract.clause(race.clause_id)
                how = f"By {winners.CLIENTS} clients at one instant, again and again."
                return Statement(_text(race), clause.pointer if clause else "", how)
        return super().explain(contract, verdict_id)

    def run(self, run: Run) -> None:
        """Decide the clauses, then `RACE.<name>` for every race that is asked for."""
        super().run(run)
        plan = run.plan
        rounds = _MORE_ROUNDS if plan.mode is Mode.CERTIFY else _ROUNDS
        for race in _RACES:
            scenario = Scenario(
                id=_id(race),
                phase=self.name,
                profile=max(race.profiles, key=list(plan.contract.profiles).index),
                needs=race.profiles,
                operation_id=race.operation_id,
                text=_text(race),
            )
            if plan.asks_for(scenario.id):
                why = skips.scenario(plan, scenario)
                outcome = Outcome(Status.SKIP, why) if why else _run(race, run, rounds)
                run.decide(verdict(plan, scenario, outcome))


def _id(race: Race) -> str:
    return f"RACE.{race.name}"


def _text(race: Race) -> str:
    return f"{(race.run.__doc__ or '').strip()} It takes {race.expected}."


def _run(race: Race, run: Run, rounds: int) -> Outcome:
    session = run.workspace.session(_id(race))
    begun = time.perf_counter()
    status, reason = Status.PASS, ""
    done: list[Round] = []
    try:
        while len(done) < rounds and not run.deadline.expired:
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
        findings = (finding(run.plan, race.clause_id, race.expected, actual, wrong[0].answers),)
    elif not done and status is Status.PASS:
        status, reason = Status.NOT_REACHED, "the time was over before it could be tried"
    elif status is Status.PASS:
        reason = f"{len(done)} rounds of {winners.CLIENTS} clients"
    return Outcome(status, reason, findings, len(session.answers), time.perf_counter() - begun)


def _round(race: Race, session: Session) -> Round:
    """Run one round. An answer without the shape that it is to have is a fault, too."""
    before = len(session.answers)
    try:
        return race.run(session)
    except Violation as violation:
        return Round(f"{violation.actual}, and not {violation.expected}", violation.answers)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        for answer in session.answers[before:]:
            fault = response_fault(session.contract, answer)
            if fault is not None:
                return Round(f"an answer without the shape that the contract states: {fault}", (answer,))
        raise
