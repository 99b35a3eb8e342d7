"""A run, when the server is hard to check: it dies, hangs up, answers nonsense; or when a check has a bug."""

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from conformance.access_profiles import calls, fixtures
from conformance.contract import document
from conformance.http.target import Target
from conformance.http.unreached import Unreached
from conformance.report import summary
from conformance.run import expect, response_schemas
from conformance.run.events import Decided, PhaseBegun
from conformance.run.plan import Plan
from conformance.run.registry import Registry
from conformance.run.session import Session, Workspace
from conformance.run.verdict import ExitCode, Status, Verdict
from conformance.runner import run
from conformance.selftest.combinators import on
from conformance.selftest.middleware import Fault
from tests.conformance.conftest import Breakable
from tests.conformance.hostile import servers

CLAUSE = "AP-GET-001"


def _run_one(plan: Plan, check: Callable[[Session], Any]) -> tuple[Verdict, ExitCode]:
    """Run a single check of our own."""

    def checked(session: Session) -> None:
        """Do what the test wants."""
        check(session)

    checks = Registry()
    checks.check(CLAUSE)(checked)
    results = run(replace(plan, checks=checks, only=frozenset({CLAUSE})))
    [verdict] = results.verdicts
    return verdict, results.exit_code


INCOMPLETE, FAILS = (
    (Status.NOT_REACHED, ExitCode.INCOMPLETE),
    (Status.FAIL, ExitCode.DOES_NOT_CONFORM),
)
RAISED: dict[str, tuple[Exception, tuple[Status, ExitCode], str]] = {
    "a bug in the check": (
        KeyError("oh"),
        (Status.ERROR, ExitCode.SUITE_FAILED),
        "your check itself failed at test_runner.py:",
    ),
    "an antecedent that never came about": (Unreached("nobody was there"), INCOMPLETE, "nobody was there"),
    "no answer in time": (httpx.ReadTimeout("slow"), INCOMPLETE, ""),
    "a server that hangs up": (httpx.RemoteProtocolError("closed"), FAILS, "none, twice"),
}


@pytest.mark.parametrize("name", RAISED)
def test_what_a_check_raises_after_it_has_asked_is_its_verdict(plan: Plan, name: str) -> None:
    raised, outcome, told = RAISED[name]

    def raising(session: Session) -> None:
        calls.browse(session)
        raise raised

    verdict, code = _run_one(plan, raising)

    assert (verdict.status, code) == outcome
    assert told in verdict.reason + "".join(finding.actual for finding in verdict.findings)


def test_a_reason_names_the_answer_that_breaks_the_contract(breakable: Breakable, plan: Plan) -> None:
    with breakable.broken(on("createAccessProfile").drop("/access_profile/version")):
        verdict, code = _run_one(plan, lambda session: _needs_what_is_not_there(calls.create(session)))

    assert (verdict.status, code) == (Status.NOT_REACHED, ExitCode.INCOMPLETE)
    told = "nobody was there. An answer breaks the contract (S.createAccessProfile.answers): "
    assert verdict.reason.startswith(told)
    assert "version" in verdict.reason.removeprefix(told)


def _needs_what_is_not_there(_: object) -> None:
    raise Unreached("nobody was there")


_same_tag = on(status=200, where=lambda body: "access_profile" in body).header("etag", '"same"')


@pytest.mark.parametrize(
    ("fault", "asked", "proved"),
    [
        (_same_tag, "HTTP-009", "AP-GET-007"),
        (on(status=401).refuse(403), "AUTH-008", "AUTH-001"),
    ],
)
def test_what_a_check_proves_of_another_clause_is_a_failure_of_that_clause(
    breakable: Breakable, plan: Plan, fault: Fault, asked: str, proved: str
) -> None:
    with breakable.broken(fault):
        results = run(replace(plan, only=frozenset({asked})))

    statuses = {verdict.id: verdict.status for verdict in results.verdicts}
    assert statuses == {asked: Status.NOT_REACHED, proved: Status.FAIL}
    assert results.exit_code is ExitCode.DOES_NOT_CONFORM
    (finding,) = next(verdict for verdict in results.verdicts if verdict.id == proved).findings
    assert finding.exchanges
    assert all(verdict.findings == () for verdict in results.verdicts if verdict.id == asked)


def test_a_pass_tells_what_of_it_never_came_about(plan: Plan) -> None:
    results = run(replace(plan, only=frozenset({"AP-PRO-006", "AP-PRO-007", "AP-PRO-009"})))

    told = {verdict.id: (verdict.status, verdict.reason) for verdict in results.verdicts}
    never = "all usage was 0 all along, and no operation of the contract makes any"
    assert told == {
        "AP-PRO-006": (Status.PASS, never),
        "AP-PRO-007": (Status.PASS, ""),
        "AP-PRO-009": (Status.PASS, never),
    }
    assert results.exit_code is ExitCode.CONFORMS
    assert f"never came about: AP-PRO-006, AP-PRO-009 ({never})." in summary.render(results.as_dict())


def test_a_run_in_which_all_was_skipped_says_that_nothing_was_checked(plan: Plan) -> None:
    only, excluded = frozenset({"AP-GET-001"}), frozenset({"getAccessProfile"})
    results = run(replace(plan, only=only, excluded=excluded))

    assert [verdict.status for verdict in results.verdicts] == [Status.SKIP]
    assert results.exit_code is ExitCode.INCOMPLETE
    assert results.sentence == "Not proved: everything was skipped, and nothing was checked."


def test_a_clause_that_is_not_claimed_is_not_blamed(breakable: Breakable, plan: Plan) -> None:
    with breakable.broken(on(status=401).refuse(403)):
        results = run(replace(plan, only=frozenset({"AUTH-008"}), profiles=frozenset({"http"})))

    assert [(verdict.id, verdict.status) for verdict in results.verdicts] == [
        ("AUTH-008", Status.NOT_REACHED)
    ]


def test_a_connection_that_was_closed_once_is_tried_again(plan: Plan) -> None:
    attempts: list[int] = []

    def idle(session: Session) -> None:
        calls.browse(session)
        attempts.append(1)
        if len(attempts) == 1:
            raise httpx.RemoteProtocolError("closed")

    verdict, _ = _run_one(plan, idle)

    assert verdict.status is Status.PASS


def test_a_check_that_stumbles_over_a_misshapen_answer_fails_the_server(
    plan: Plan, breakable: Breakable
) -> None:
    with breakable.broken(on("listAccessProfiles").drop("/total_count")):
        verdict, code = _run_one(plan, lambda session: calls.browse(session).json["total_count"])

    assert (verdict.status, code) == FAILS
    assert "total_count" in verdict.findings[0].actual


def test_a_key_that_a_server_gives_back_is_in_no_verdict(plan: Plan) -> None:
    def echoed(session: Session) -> None:
        answer = calls.browse(session)
        expect.equal({"name": session.target.key}, {}, "the name", answer)

    verdict, _ = _run_one(plan, echoed)

    assert verdict.findings[0].actual == '{"name": "$KEY"}'


def test_a_check_that_asks_nothing_proves_nothing(plan: Plan) -> None:
    verdict, code = _run_one(plan, lambda _: None)

    assert (verdict.status, code) == INCOMPLETE


def test_a_clause_without_a_check_is_not_reached(plan: Plan) -> None:
    results = run(replace(plan, checks=Registry(), only=frozenset({CLAUSE})))

    assert results.exit_code is ExitCode.INCOMPLETE
    assert results.verdicts[0].reason == "this suite has no check for it"


def test_a_server_that_dies_leaves_the_rest_not_reached(plan: Plan) -> None:
    body = b'{"access_profiles": [], "count": 0, "total_count": 0, "limit": 25, "offset": 0}'
    answer = servers.answering(f"HTTP/1.1 200 OK\nContent-Length: {len(body)}", body, once=True)
    left = threading.Semaphore(4)

    def behave(connection: socket.socket) -> None:
        if left.acquire(blocking=False):
            answer(connection)

    with servers.listening(behave) as url:
        results = run(replace(plan, target=Target(url, {"admin": "key"})))

    statuses = {verdict.status for verdict in results.verdicts if not verdict.derived}
    assert Status.NOT_REACHED in statuses
    assert Status.ERROR not in statuses
    assert results.verdicts[60].reason == "the server no longer answers"
    assert results.left_behind.total is None


def test_the_api_keys_of_a_run_are_revoked_at_its_end(plan: Plan, workspace: Workspace) -> None:
    made: list[dict[str, Any]] = []

    def keep(session: Session) -> None:
        made.extend(fixtures.api_key(session, "AccessProfiles:View") for _ in range(2))

    _run_one(plan, keep)

    session = workspace.session(CLAUSE)
    listed = {row["id"]: row for row in session.call("listApiKeys").json["api_keys"]}
    for each in made:
        assert listed[each["api_key"]["id"]]["revoked_at"] is not None
        assert calls.browse(session, client=session.client(f"Bearer {each['key']}")).status == 401
    assert {row["name"] for row in listed.values() if row["revoked_at"] is None} >= {"admin", "viewer"}


def test_the_api_keys_of_a_run_end_by_themselves_when_it_is_cut_short(workspace: Workspace) -> None:
    made = fixtures.api_key(workspace.session(CLAUSE), "AccessProfiles:View")["api_key"]

    life = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert timedelta(hours=23) < life < timedelta(hours=25)


def test_verdicts_and_the_phases_that_have_any_are_told_as_they_come(plan: Plan) -> None:
    events: list[Any] = []
    run(replace(plan, only=frozenset({CLAUSE, "AP-GET-002"})), events.append)

    phases = [event.name for event in events if isinstance(event, PhaseBegun)]
    assert phases == ["preflight", "probe", "clean-up"]
    assert [e.verdict.id for e in events if isinstance(e, Decided)] == [CLAUSE, "AP-GET-002"]


def test_profiles_that_are_not_claimed_are_skipped_with_a_reason(plan: Plan) -> None:
    results = run(replace(plan, profiles=frozenset({"http"}), skips={"core": "not today"}))

    skipped = [verdict for verdict in results.verdicts if verdict.profile == "core"]
    assert {(verdict.status, verdict.reason) for verdict in skipped} == {(Status.SKIP, "not today")}
    assert results.exit_code is ExitCode.CONFORMS
    assert not results.whole


def test_a_shape_is_compared_with_the_contract(plan: Plan) -> None:
    stated = document.load()
    sessions: list[Session] = []

    def keep(session: Session) -> None:
        calls.read(session, calls.create(session)["id"])
        calls.read(session, "x")
        sessions.append(session)

    verdict, _ = _run_one(plan, keep)

    assert verdict.status is Status.PASS
    assert [response_schemas.response_fault(stated, answer) for answer in sessions[0].answers] == [None] * 3
    spoilt = replace(sessions[0].answers[1], content=b'{"access_profile": {"id": "7"}}')
    assert response_schemas.response_fault(stated, spoilt)
    no_json = response_schemas.response_fault(stated, replace(spoilt, content=b"<p>"))
    assert no_json == "the body is no JSON: <p>"


def test_an_operation_that_the_contract_lacks_is_not_reached(plan: Plan) -> None:
    bare = replace(plan.contract, operations=plan.contract.operations[1:2])
    session = Workspace(bare, plan.target, 1).session(CLAUSE)
    with pytest.raises(Unreached, match="no operation"):
        calls.browse(session)
    with pytest.raises(Unreached, match="no operation"):
        calls.read(session, 1)
