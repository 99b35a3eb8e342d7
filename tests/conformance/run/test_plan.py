"""How much time a run gives to what, and what it leaves out."""

from dataclasses import replace

import pytest

from conformance.contract import document
from conformance.http.target import Target
from conformance.run import skips
from conformance.run.plan import Mode
from conformance.runner import planned

STATED = document.load()
TARGET = Target("http://127.0.0.1:1", {"admin": "key"})
PLAN = planned(STATED, TARGET, 1)
PHASES = {phase.name: phase for phase in PLAN.phases}
FUZZ = PHASES["fuzz"]


def test_a_standard_run_has_every_phase() -> None:
    assert [skips.phase(PLAN, phase) for phase in PLAN.phases] == [None] * len(PLAN.phases)


def test_time_is_limited_by_a_budget_alone() -> None:
    assert [PLAN.budget_of(phase) for phase in PLAN.phases] == [None] * len(PLAN.phases)

    tight = replace(PLAN, budget=20)

    assert sum(tight.budget_of(phase) or 0 for phase in PLAN.phases) == pytest.approx(20)


def test_what_a_phase_that_is_left_out_would_have_taken_goes_to_the_others() -> None:
    tight = replace(PLAN, budget=20, omitted={"fuzz": "--without fuzz"})

    taken = sum(tight.budget_of(phase) or 0 for phase in PLAN.phases if phase is not FUZZ)

    assert taken == pytest.approx(20)
    assert skips.phase(tight, FUZZ) == "--without fuzz"


def test_a_quick_run_takes_the_first_clause_of_each_operation_and_those_of_all() -> None:
    quick = replace(PLAN, mode=Mode.QUICK)

    firsts = "--mode quick takes the first clause of each operation, and those of all operations"
    taken = [clause for clause in STATED.clauses if skips.clause(quick, clause) != firsts]

    assert {clause.operation_id for clause in taken} == {None, *(each.id for each in STATED.operations)}
    assert len([clause for clause in taken if clause.operation_id is not None]) == len(STATED.operations)
    left_out = [skips.phase(quick, phase) for name, phase in PHASES.items() if name != "probe"]
    assert set(left_out) == {"--mode quick leaves it out"}


def test_what_is_asked_for_by_name_is_checked_in_a_quick_run_as_well() -> None:
    asked = replace(PLAN, mode=Mode.QUICK, only=frozenset({"AP-GET-005"}))

    assert [clause.id for clause in asked.clauses() if skips.clause(asked, clause) is None] == ["AP-GET-005"]


def test_a_clause_is_claimed_with_its_profile_and_with_that_of_its_operation() -> None:
    claimed = replace(PLAN, profiles=frozenset({"strict"}), skips={"users": "no roles here"})
    strict = {each.id: skips.clause(claimed, each) for each in STATED.clauses if each.profile == "strict"}

    assert strict["HTTP-006"] is None
    assert strict["AP-CRE-015"] is None, "every server can create profiles"
    assert strict["AP-ATT-005"] == "no roles here"
    assert strict["AP-UPD-005"] == "the profile lifecycle is not claimed"


def test_a_certifying_run_has_two_seeds() -> None:
    assert len(set(replace(PLAN, mode=Mode.CERTIFY).seeds)) == 2
    assert PLAN.seeds == (1,)
