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
from conformance.run import expect, response_schemas
from conformance.run.events import Decided, PhaseBegun
from conformance.run.plan import Plan
from conformance.run.registry import Registry
from conformance.run.session import Session, Workspace
from conformance.run.verdict import ExitCode, Status, Verdict
from conformance.runner import run
from conformance.selftest.combinators import on
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
        "the check itself failed: KeyError",
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


def test_phases_and_verdicts_are_told_as_they_come(plan: Plan) -> None:
    events: list[Any] = []
    run(replace(plan, only=frozenset({CLAUSE, "AP-GET-002"})), events.append)

    phases = [event.name for event in events if isinstance(event, PhaseBegun)]
    assert phases == ["preflight", "probe", "raw", "race", "clean-up"]
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
