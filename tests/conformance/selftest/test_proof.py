"""The self-test finds a check that proves nothing, and one that is never content."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from conformance import runner
from conformance.access_profiles import calls
from conformance.contract import document
from conformance.run.registry import Registry
from conformance.run.session import Session
from conformance.run.verdict import Violation
from conformance.selftest.faults import FAULTS
from conformance.selftest.matrix import matrix
from conformance.selftest.mutants import mutants
from conformance.selftest.proof import FAULT, MUTANT, VARIANT, Proof, Scope, prove, sampled, tasks_of
from conformance.selftest.trials import Outcome, Trial, TrialServer


def _with_checks(**replaced: Callable[[Session], None]) -> Registry:
    """Return the catalogue with other checks of some clauses; `AP_GET_006` stands for AP-GET-006."""
    checks, other = runner.checks(), Registry()
    for each in checks:
        other.check(each)(replaced.get(each.replace("-", "_"), checks[each].run))
    return other


def _vacuous(session: Session) -> None:
    """Ask, and take whatever comes."""
    calls.browse(session)


def _crashes(session: Session) -> None:
    """Fail by itself."""
    calls.browse(session)
    raise RuntimeError("a bug")


def _never_content(session: Session) -> None:
    """Find fault with every server."""
    raise Violation("something else", "this", [calls.browse(session)])


def _takes_its_own_key_away(session: Session) -> None:
    """Revoke whatever key there is, the one that it has last."""
    rows = session.call("listApiKeys").json["api_keys"]
    for row in sorted(rows, key=lambda row: row["name"] == "admin"):
        session.call("revokeApiKey", parameters={"key_id": row["id"]})
    raise Violation("the key to be good", "401", [calls.browse(session)])


@contextmanager
def _planned(trials: TrialServer, **changes: Any) -> Iterator[None]:
    """Give the trials another plan: `checks` are those that they know, `omitted` the phases left out."""
    before, trials.plan = trials.plan, replace(trials.plan, **changes)
    try:
        yield
    finally:
        trials.plan = before


def _mutant_trial(trials: TrialServer, mutant_id: str, checks: Registry | None = None) -> Trial:
    """Try a mutant when no clause has a check, or those alone that are given."""
    (mutant,) = (each for each in mutants(document.load().document) if each.id == mutant_id)
    with _planned(trials, checks=checks or Registry()):
        return trials.mutant(mutant)


def test_a_check_that_never_fails_is_exposed_and_one_that_fails_by_itself_is_no_kill() -> None:
    checks = _with_checks(AP_GET_006=_vacuous, AP_GET_007=_crashes)
    scope = Scope(kinds=(FAULT,), only=("AP-GET-006", "AP-GET-007", "AP-VGT-002"))

    proof = prove(document.load(), checks, scope)

    assert not proof.holds
    found = matrix(proof)
    assert found["holds"] is False
    assert {(each["group"], each["reason"]) for each in found["survivors"]} == {
        ("AP-GET-006", "its check passed")
    }
    assert {(each["group"], each["reason"]) for each in found["errors"]} == {
        ("AP-GET-007", "your check itself failed at test_proof.py:40: RuntimeError: a bug")
    }
    rates = {clause["id"]: clause["rate"] for clause in found["faults"]["clauses"]}
    assert rates == {"AP-GET-006": 0.0, "AP-GET-007": None, "AP-VGT-002": 1.0}


def test_a_check_that_fails_on_the_right_server_too_kills_no_fault() -> None:
    checks = _with_checks(AP_GET_006=_never_content)
    proof = prove(document.load(), checks, Scope(kinds=(FAULT,), only=("AP-GET-006", "AP-VGT-002")))

    assert not proof.holds
    found = matrix(proof)
    assert [(each["name"], each["outcome"], each["by"], each["reason"]) for each in found["unsound"]] == [
        (
            "AP-GET-006/version_counts_reads",
            "unsound",
            [],
            "the check of AP-GET-006 fails on the right server too: expected something else, got this",
        )
    ]
    rates = {clause["id"]: clause["rate"] for clause in found["faults"]["clauses"]}
    assert rates == {"AP-GET-006": None, "AP-VGT-002": 1.0}


@pytest.mark.parametrize(
    ("looks", "outcome"), [(_vacuous, Outcome.SURVIVED), (_never_content, Outcome.UNSOUND)]
)
def test_a_check_that_fails_on_the_right_server_too_kills_no_mutant(
    looks: Callable[[Session], None], outcome: Outcome, trials: TrialServer
) -> None:
    """Nothing but the check is asked, and that knows no name."""
    alone = Registry()
    alone.check("ROL-CRE-001")(looks)
    with _planned(trials, omitted={"boundary": "nobody looks"}):
        trial = _mutant_trial(trials, "createRole.body.name.pattern/constraint-dropped", alone)

    assert (trial.outcome, trial.by) == (outcome, ()), trial


def test_other_clauses_whose_checks_always_fail_are_not_broken_by_a_fault(trials: TrialServer) -> None:
    (seeded,) = (each for each in FAULTS if each.id == "AP-VGT-002/version_to_come_is_400")
    with _planned(trials, checks=_with_checks(AP_VGT_001=_never_content)):
        assert trials.fault(seeded, precise=True).by == ("AP-VGT-002",)


def test_a_check_that_always_fails_is_a_false_alarm_with_its_evidence(trials: TrialServer) -> None:
    with _planned(trials, checks=_with_checks(AP_GET_006=_never_content)):
        trial = trials.variant("more_headers", seed=1, only=frozenset({"AP-GET-006", "AP-GET-007"}))

    assert trial.outcome is Outcome.ALARM
    (alarm,) = matrix(_proof(trial))["variants"]["alarms"]
    (verdict,) = alarm["verdicts"]
    assert (verdict["id"], verdict["status"]) == ("AP-GET-006", "FAIL")
    assert "/access-profiles" in verdict["findings"][0]["exchanges"][0]["request"]


def test_a_trial_that_takes_the_key_of_the_suite_away_does_the_next_one_no_harm(trials: TrialServer) -> None:
    (seeded,) = (each for each in FAULTS if each.id == "AP-GET-006/version_counts_reads")
    with _planned(trials, checks=_with_checks(AP_GET_006=_takes_its_own_key_away)):
        ruinous = trials.fault(seeded)
    (actual,) = ruinous.verdicts[0].findings
    assert actual.exchanges[0].status == 401

    assert trials.fault(seeded).outcome is Outcome.KILLED
    assert trials.variant("more_headers", seed=1, only=frozenset({"AP-GET-006"})).outcome is Outcome.QUIET


def test_a_mutant_that_no_client_can_tell_is_not_counted(trials: TrialServer) -> None:
    """A name that is empty breaks its pattern as well."""
    trial = _mutant_trial(trials, "createRole.body.name.minLength/constraint-dropped")

    assert trial.outcome is Outcome.EQUIVALENT
    assert trial.reason == "without it, another rule gives the same answer: 400 validation_failed /name"
    assert _proof(trial).rate(MUTANT) is None
    assert _proof(trial).holds


def test_a_stricter_mutant_at_whose_edge_another_rule_refuses_is_not_counted(trials: TrialServer) -> None:
    """No role has the greatest id there is."""
    trial = _mutant_trial(trials, "createUser.body.role_id.maximum/constraint-tightened")

    assert trial.outcome is Outcome.EQUIVALENT
    assert trial.reason == "at the edge, another rule gives the same answer: 400 validation_failed /role_id"


def test_a_stricter_mutant_is_counted_where_something_could_be_at_its_edge(trials: TrialServer) -> None:
    """Another server may have a profile with the least id."""
    trial = _mutant_trial(trials, "assignUserAccessProfile.body.profile_id.minimum/constraint-tightened")

    assert trial.outcome is Outcome.SURVIVED


def test_the_least_id_is_tried_with_what_writes_where_nothing_has_it(trials: TrialServer) -> None:
    trial = _mutant_trial(trials, "deleteAccessProfile.path.profile_id.minimum/constraint-tightened")

    assert (trial.outcome, trial.by) == (Outcome.KILLED, ("S.deleteAccessProfile.path.profile_id.minimum",))


@pytest.mark.parametrize(
    "mutant_id",
    [
        "createRole.body.name.pattern/constraint-dropped",
        "createRole.body.name.minLength/constraint-tightened",
        "createRole.201/status-changed",
    ],
)
def test_a_mutant_that_nobody_looks_for_survives(mutant_id: str, trials: TrialServer) -> None:
    with _planned(trials, omitted={"boundary": "nobody looks"}):
        trial = _mutant_trial(trials, mutant_id)

    assert trial.outcome is Outcome.SURVIVED, trial
    assert not _proof(trial).holds


def test_a_server_that_is_not_even_ready_is_reported_before_any_verdict(trials: TrialServer) -> None:
    """Without the type, the server cannot read what it is sent."""
    trial = _mutant_trial(trials, "listAccessProfiles.query.limit.type/constraint-dropped")

    assert (trial.outcome, trial.by) == (Outcome.KILLED, ("preflight",))


def test_the_other_clauses_that_a_fault_breaks_are_named(trials: TrialServer) -> None:
    (seeded,) = (each for each in FAULTS if each.id == "AP-VGT-002/version_to_come_is_400")
    trial = trials.fault(seeded, precise=True)

    assert trial.by[0] == seeded.clause_id
    assert matrix(replace(_proof(trial), scope=Scope(precise=True)))["faults"]["others_broken"]["alone"] == 1


def test_a_sample_is_spread_and_the_same_for_one_seed() -> None:
    every = list(range(100))
    drawn = sampled(every, Scope(seed=7, sample=10))

    assert drawn == sampled(every, Scope(seed=7, sample=10)) != sampled(every, Scope(seed=8, sample=10))
    assert [number // 10 for number in drawn] == list(range(10))
    assert sampled(every, Scope(sample=None)) == sampled(every, Scope(sample=100)) == every


def test_patterns_name_faults_by_their_clause_and_mutants_by_their_kind_and_operation() -> None:
    stated = document.load()

    def kinds(*only: str) -> set[str]:
        return {name.partition(" ")[0] for name, _ in tasks_of(stated, Scope(only=only))}

    assert kinds("AP-CRE-0*") == {FAULT}
    assert kinds("header dropped") == kinds("CREATEROLE") == kinds("createRole.201.*") == {MUTANT}
    assert kinds("more_headers") == {VARIANT}
    assert kinds("nothing at all") == set()


@pytest.mark.parametrize(
    ("kind", "killed", "survived", "holds"),
    [(FAULT, 98, 2, True), (FAULT, 97, 3, False), (MUTANT, 95, 5, True), (MUTANT, 94, 6, False)],
)
def test_the_promise_is_kept_from_a_share_on(kind: str, killed: int, survived: int, holds: bool) -> None:
    dead = [Trial(kind, str(number), "group", Outcome.KILLED) for number in range(killed)]
    alive = [Trial(kind, f"-{number}", "group", Outcome.SURVIVED) for number in range(survived)]

    assert _proof(*dead, *alive).holds is holds


def test_one_false_alarm_breaks_the_promise() -> None:
    killed = Trial(FAULT, "a", "group", Outcome.KILLED)

    assert _proof(killed).holds
    assert not _proof(killed, Trial(VARIANT, "b", "group", Outcome.ALARM)).holds


def _proof(*trials: Trial) -> Proof:
    seeded = dict.fromkeys((FAULT, MUTANT, VARIANT), len(trials))
    return Proof(document.load(), Scope(), trials, datetime.now(UTC), 1.0, seeded)
