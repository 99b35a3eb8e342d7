"""The boundary phase on our own server: everything is reached, everything passes, within its bounds."""

from collections import Counter
from dataclasses import dataclass, replace
from itertools import count

import pytest

from conformance.access_profiles import calls
from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.access_profiles.exclusions import EXCLUSIONS
from conformance.contract import derivation
from conformance.http.answer import Answer
from conformance.http.deadline import Deadline
from conformance.run.clean_up import clean_up
from conformance.run.coverage import Ledger, unreached
from conformance.run.exclusions import INVALID, VALID, Exclusions
from conformance.run.plan import Plan
from conformance.run.residue import Residue
from conformance.run.response_audit import ResponseAudit
from conformance.run.session import Workspace
from conformance.run.verdict import Status, Verdict
from conformance.selftest.combinators import on
from tests.conformance.boundary.running import PHASE, below, tried
from tests.conformance.conftest import Breakable

_MOST_REQUESTS = 2000


@dataclass(frozen=True)
class Ran:
    """What the whole phase came to."""

    verdicts: list[Verdict]
    answers: ResponseAudit
    ledger: Ledger
    requests: int
    left: Residue


@pytest.fixture(scope="module")
def ran(plan: Plan) -> Ran:
    answers, ledger, seen = ResponseAudit(plan.contract), Ledger(plan.contract), list[Answer]()
    verdicts, left = tried(plan, answers.observe, ledger.observe, seen.append, ledger=ledger)
    return Ran(verdicts, answers, ledger, len(seen), left)


def test_our_server_keeps_every_constraint_and_every_status(ran: Ran, plan: Plan) -> None:
    verdicts = [*ran.verdicts, *ran.answers.verdicts(plan)]

    assert [(v.id, v.reason, v.findings) for v in verdicts if v.status is not Status.PASS] == []
    assert {verdict.id for verdict in verdicts} == set(PHASE.ids(plan.contract))
    assert ran.requests < _MOST_REQUESTS


def test_nothing_of_the_contract_that_a_client_can_reach_is_left_out(ran: Ran) -> None:
    # What stands in answers is up to the checks of clauses.
    gaps = [gap for gap in unreached(ran.ledger, ACCESS_PROFILES) if not gap.id.endswith(".answers")]
    assert gaps == []


def test_nothing_is_left_behind(ran: Ran) -> None:
    assert ran.left == Residue(dict.fromkeys(("users", "roles", "profiles", "api_keys"), 0))


def test_verdicts_come_in_the_order_of_their_ids(ran: Ran, plan: Plan) -> None:
    ids = [each for each in PHASE.ids(plan.contract) if not each.endswith(".answers")]

    assert [verdict.id for verdict in ran.verdicts] == ids
    assert len(set(ids)) == len(ids)
    assert all(v.phase == "boundary" and v.derived and v.line > 0 for v in ran.verdicts)


def test_what_cannot_be_tried_alone_is_little_and_real(ran: Ran) -> None:
    assert len(EXCLUSIONS) == 1
    for ids in EXCLUSIONS:
        held = [c.id for c in ran.ledger.constraints if ids.fullmatch(c.id)]
        assert held, f"{ids.pattern} stands for no constraint"
    contract = ran.ledger.contract
    exclusions = Exclusions(contract, derivation.resources(contract), ACCESS_PROFILES)
    excluded = {s: {c.id for c in ran.ledger.constraints if exclusions.why(c, s)} for s in (VALID, INVALID)}
    assert len(excluded[VALID]) < 40
    assert {
        "S.attachRolesToAccessProfile.body.role_ids[].minimum",
        "S.assignUserAccessProfile.body.profile_id.maximum",
        "S.updateUserRole.body.role_id.minimum",
        "S.deleteUser.path.user_id.minLength",
        "S.updateRole.path.role_id.minimum",
    } < excluded[VALID]
    # What clauses say of a body that names something that is not there is tried, and so are reads.
    assert not excluded[VALID] & {
        "S.addUserVirtualKey.body.profile_id.minimum",
        "S.getUser.path.user_id.minLength",
        "S.listAccessProfileAuditLogs.query.user_id.maxLength",
    }
    # Of these, no request that breaks them exists.
    in_paths = {c.id for c in ran.ledger.constraints if c.location == "path" and c.keyword == "minLength"}
    permitting = {c.id for c in ran.ledger.constraints if c.keyword == "nullable"}
    assert excluded[INVALID] == in_paths | permitting


def _decided(plan: Plan, deadline: Deadline | None = None) -> tuple[list[Verdict], list[Answer]]:
    answers: list[Answer] = []
    verdicts, _ = tried(plan, answers.append, deadline=deadline)
    return verdicts, answers


def test_only_what_is_asked_for_is_tried(plan: Plan) -> None:
    asked = "S.createRole.body.name.maxLength"

    verdicts, answers = _decided(replace(plan, only=frozenset({asked})))

    assert [(v.id, v.status, v.requests) for v in verdicts] == [(asked, Status.PASS, 2)]
    assert [answer.status for answer in answers] == [201, 400]


def test_a_name_of_one_character_is_given_only_where_it_can_be_taken_away(plan: Plan) -> None:
    asked = replace(plan, only=frozenset({"S.createAccessProfile.body.name.minLength"}))

    _, lifecycle = _decided(asked)
    _, core = _decided(replace(asked, profiles=frozenset({"core"})))

    created = [
        [a.json["access_profile"]["name"] for a in answers if a.status == 201]
        for answers in (lifecycle, core)
    ]
    assert [len(name) for name in created[0]] == [1]
    assert [a.sent.method for a in lifecycle] == ["POST", "DELETE", "POST"]
    assert [name[:3] for name in created[1]] == ["cf-"]


def test_a_name_of_one_character_that_somebody_has_is_passed_over(plan: Plan, breakable: Breakable) -> None:
    only = "S.createRole.body.name.minLength"
    asked = replace(plan, only=frozenset({only}))
    _, answers = _decided(asked)
    taken = answers[0].json["role"]["name"]
    with Workspace(plan.contract, plan.target, plan.seed) as others:
        role = calls.create_role.done(others.session("others"), {"name": taken}, wanted=201).json["role"]
        verdicts, answers = _decided(asked)
        calls.delete_role.done(others.session("others"), role["id"])
    with breakable.broken(on("createRole").refuse(409)):
        [none_is_free], _ = _decided(asked)

    assert [(v.id, v.status) for v in verdicts] == [(only, Status.PASS)]
    assert [answer.status for answer in answers] == [409, 201, 200, 400]
    assert none_is_free.status is Status.NOT_REACHED
    assert none_is_free.reason.endswith("were all taken")


def test_what_there_is_no_time_for_is_not_reached(plan: Plan) -> None:
    verdicts, answers = _decided(plan, Deadline.within(0))

    assert {(v.status, v.reason) for v in verdicts} == {
        (Status.NOT_REACHED, "the time for this phase was over")
    }
    assert answers == []


def test_operations_of_profiles_that_are_not_claimed_are_skipped(plan: Plan) -> None:
    core = replace(plan, profiles=frozenset({"core"}))

    verdicts, _ = _decided(below(core, "S.listRoles.", "S.listAccessProfiles."))

    statuses = {v.id: v.status for v in verdicts}
    assert {statuses[i] for i in statuses if i.startswith("S.listRoles.")} == {Status.SKIP}
    # 403 is demanded by a clause of the profile `scopes`.
    skipped = {i for i in statuses if i.startswith("S.listAccess") and statuses[i] is Status.SKIP}
    assert skipped == {"S.listAccessProfiles.status.403"}


def test_a_read_only_run_sends_nothing_but_get(plan: Plan, breakable: Breakable) -> None:
    with Workspace(plan.contract, plan.target, plan.seed) as workspace:
        session = workspace.session("setting")
        calls.create(session)
        role = session.call("createRole", body={"name": session.name()}).json["role"]
        user = {"id": session.name(), "name": "Ada", "email": "ada@example.com"}
        assert session.call("createUser", body=user).status == 201
        target = replace(plan.target, read_only=True)

        verdicts, answers = _decided(replace(plan, target=target))

        assert session.call("getRole", parameters={"role_id": role["id"]}).status == 200
        clean_up(workspace, ACCESS_PROFILES)
    assert {answer.sent.method for answer in answers} == {"GET"}
    assert [(v.id, v.findings) for v in verdicts if v.status not in (Status.PASS, Status.SKIP)] == []
    assert all(v.reason.endswith("with --read-only") for v in verdicts if v.status is Status.SKIP)
    assert sum(v.status is Status.PASS for v in verdicts) > 80


def test_a_read_only_run_passes_over_what_others_remove(plan: Plan, breakable: Breakable) -> None:
    asked = replace(
        plan, target=replace(plan.target, read_only=True), only=frozenset({"S.getRole.status.200"})
    )
    turns = count()
    with Workspace(plan.contract, plan.target, plan.seed) as workspace:
        session = workspace.session("setting")
        calls.create_role.done(session, {"name": session.name()}, wanted=201)
        with breakable.broken(on("getRole", when=lambda _: next(turns) == 0).refuse(404)):
            gone, answers = _decided(asked)
        with breakable.broken(on("getRole").refuse(404)):
            never_there, _ = _decided(asked)
        clean_up(workspace, ACCESS_PROFILES)

    assert [v.status for v in gone] == [Status.PASS]
    assert [answer.status for answer in answers] == [200, 404, 200, 200]
    assert [v.status for v in never_there] == [Status.FAIL]


def test_a_field_that_is_demanded_though_it_may_be_left_out_is_found(
    plan: Plan, breakable: Breakable
) -> None:
    with breakable.broken(on("updateRole", when=lambda request: "name" not in request.sent).refuse(400)):
        verdicts, _ = _decided(below(plan, "S.updateRole.body"))

    failed = {v.id for v in verdicts if v.status is Status.FAIL}
    assert "S.updateRole.body.type" in failed
    assert not any(".body.name." in verdict_id for verdict_id in failed)


def test_a_server_that_is_gone_is_said_so_once(plan: Plan, no_listener: str) -> None:
    verdicts, _ = _decided(replace(plan, target=replace(plan.target, root=no_listener)))

    assert {v.status for v in verdicts} == {Status.NOT_REACHED}
    reasons = Counter(v.reason for v in verdicts)
    assert reasons.most_common(1)[0][0] == "the server no longer answers"
