"""Races: what a sound server passes, and what a careless one is seen by."""

from dataclasses import replace

import pytest

from conformance.contract import document
from conformance.http.deadline import Deadline
from conformance.race.phase import Races
from conformance.run.coverage import Ledger
from conformance.run.plan import Plan, Run
from conformance.run.session import Workspace
from conformance.run.verdict import Status, Verdict
from conformance.runner import planned
from conformance.selftest.middleware import Fault
from tests.conformance.conftest import Breakable
from tests.conformance.race import seeded_faults as faults


@pytest.fixture(scope="module")
def plan(breakable: Breakable) -> Plan:
    return planned(document.load(), breakable.target, 1)


def decided(plan: Plan, deadline: Deadline | None = None) -> dict[str, Verdict]:
    verdicts: list[Verdict] = []
    with Workspace(plan.contract, plan.target, plan.seed) as workspace:
        Races(plan.checks).run(
            Run(plan, workspace, Ledger(plan.contract), verdicts.append, deadline or Deadline.within(None))
        )
    return {verdict.id: verdict for verdict in verdicts}


def test_a_sound_server_wins_every_race(plan: Plan) -> None:
    verdicts = decided(plan)

    assert list(verdicts) == Races(plan.checks).ids(plan.contract)
    assert [v for v in verdicts.values() if v.status is not Status.PASS] == []
    assert verdicts["RACE.create"].reason == "3 rounds of 6 clients"
    assert all(v.phase == "race" and v.requests and v.line for v in verdicts.values())
    assert [v.id for v in verdicts.values() if v.derived] == [i for i in verdicts if i.startswith("RACE.")]


@pytest.mark.parametrize(
    ("fault", "race", "clause_id", "shown"),
    [
        (faults.an_update_writes_back_what_it_read_before, "order", "AP-UPD-006", "no order"),
        (faults.a_name_is_looked_up_before_it_is_taken, "create", "AP-CRE-006", "2 × 201"),
        (faults.two_fields_are_written_one_after_the_other, "reads", "AP-UPD-006", "never written together"),
        (faults.one_round_in_two_has_two_winners, "delete", "AP-DEL-002", "of 3 rounds answers of 2 × 200"),
    ],
    ids=["lost update", "two of a name", "torn", "two deletes"],
)
def test_a_careless_server_is_seen(
    fault: Fault, race: str, clause_id: str, shown: str, breakable: Breakable, plan: Plan
) -> None:
    with breakable.broken(fault):
        verdicts = decided(replace(plan, only=frozenset({f"RACE.{race}"})))

    [verdict] = verdicts.values()
    assert verdict.status is Status.FAIL, verdict
    [found] = verdict.findings
    assert clause_id in found.expected
    assert shown in found.actual
    assert found.exchanges


def test_a_race_that_goes_wrong_now_and_then_says_in_how_many_rounds(
    breakable: Breakable, plan: Plan
) -> None:
    with breakable.broken(faults.one_round_in_two_has_two_winners):
        verdicts = decided(replace(plan, only=frozenset({"RACE.delete"})))

    assert verdicts["RACE.delete"].findings[0].actual.startswith(("in 1 of 3 rounds", "in 2 of 3 rounds"))


def test_what_is_not_claimed_is_skipped(plan: Plan) -> None:
    verdicts = decided(
        replace(plan, profiles=frozenset({"core"}), skips={"lifecycle": "it is not there"}),
        Deadline.within(0),
    )

    assert verdicts["RACE.create"].status is Status.NOT_REACHED
    assert verdicts["RACE.order"].status is Status.SKIP
    assert verdicts["RACE.order"].reason == "it is not there"


def test_a_server_that_is_gone_is_no_verdict(plan: Plan, no_listener: str) -> None:
    target = replace(plan.target, root=no_listener)
    verdicts = decided(replace(plan, target=target, only=frozenset({"RACE.create"})))

    assert verdicts["RACE.create"].status is Status.NOT_REACHED
    assert verdicts["RACE.create"].reason.startswith("the server did not answer all clients")
