"""Schemathesis, driven by the suite: green on a server that conforms, and not on one that breaks a schema."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance import cli, contract, fixtures
from conformance.fuzz.phase import derived_id
from conformance.plan import Phase
from conformance.runner import Plan, run
from conformance.selftest.middleware import Inner, Request, Response, State
from conformance.session import Session, Workspace
from conformance.verdict import ExitCode, Status
from tests.conformance.conftest import Breakable

# For an operation of each kind, a member of its good answer.
_WRONG_MEMBERS = {
    "updateAccessProfile": "access_profile",
    "updateUserAccessProfileBudgetOverride": "budget",
    "addUserVirtualKey": "virtual_key",
    "revokeApiKey": "message",
}


async def _count_as_text(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not request.is_list or response.status != 200:
        return response
    return response.with_json({**response.json, "count": str(response.json["count"])})


async def _wrong_member(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    member = _WRONG_MEMBERS.get(request.operation_id or "")
    if member is None or not 200 <= response.status < 300:
        return response
    return response.with_json({**response.json, member: {"not": "this"}})


async def _nothing_is_accepted(request: Request, inner: Inner, state: State) -> Response:
    """No profile can be read, and nothing that the contract states is broken by it."""
    return (
        await inner(request.with_header("authorization", None)) if request.is_read else await inner(request)
    )


@pytest.mark.timeout(300)
def test_fuzzing_is_green_on_a_server_that_conforms_and_touches_nothing_of_others(
    breakable: Breakable, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONFORMANCE_KEY", breakable.target.key)
    with Workspace(contract.load(), breakable.target, 1, prefix="other-") as others:
        session = others.session("others")
        ids = _objects(session)
        before = _read(session, ids)
        command = ["check", breakable.target.root, "--only", "S.*.fuzz", "--seed", "1", "--budget", "250"]
        code = cli.run([*command, "--output", str(folder)])
        after = _read(session, ids)
        others.clean_up()
    results = json.loads((folder / "results.json").read_text())

    assert [v for v in results["derived"] if v["status"] != "PASS"] == []
    assert code == ExitCode.CONFORMS
    assert len(results["derived"]) == len(contract.load().operations)
    assert after == before
    left = {kind: count for kind, count in results["left_behind"].items() if kind != "name_prefix"}
    assert left == {"users": 0, "roles": 0, "profiles": 0, "api_keys": 0}
    assert "Nothing of the run was left behind." in capsys.readouterr().out


def test_a_body_that_breaks_its_schema_is_found_for_an_operation_of_each_kind(
    plan: Plan, breakable: Breakable
) -> None:
    only = frozenset(derived_id(operation_id) for operation_id in _WRONG_MEMBERS)
    breakable.app.break_with(_wrong_member)
    try:
        results = run(replace(plan, only=only, left_out={}, max_examples=8, budget=200.0))
    finally:
        breakable.app.break_with(None)

    found = {v.operation_id: {f.code for f in v.findings} for v in results.verdicts}
    assert {operation_id for operation_id, codes in found.items() if "ST108" in codes} == set(_WRONG_MEMBERS)


def test_an_answer_that_breaks_its_schema_is_found(plan: Plan, breakable: Breakable) -> None:
    only = frozenset({"S.listAccessProfiles.fuzz"})
    breakable.app.break_with(_count_as_text)
    try:
        results = run(replace(plan, only=only, left_out={}, max_examples=5, budget=200.0))
    finally:
        breakable.app.break_with(None)

    (verdict,) = results.verdicts
    assert verdict.status is Status.FAIL
    assert verdict.findings[0].code == "ST108"
    assert "count" in verdict.findings[0].actual
    assert (verdict.findings[0].pointer or "").startswith("/paths/~1access-profiles/get/responses/200/")
    assert '"$KEY"' in (verdict.findings[0].curl or "")
    assert results.exit_code is ExitCode.DOES_NOT_CONFORM


def test_a_server_that_accepts_nothing_proves_nothing(plan: Plan, breakable: Breakable) -> None:
    only = frozenset({"S.getAccessProfile.fuzz"})
    breakable.app.break_with(_nothing_is_accepted)
    try:
        results = run(replace(plan, only=only, left_out={}, max_examples=5, budget=200.0))
    finally:
        breakable.app.break_with(None)

    (verdict,) = results.verdicts
    assert verdict.status is Status.NOT_REACHED
    assert results.exit_code is ExitCode.INCOMPLETE


def test_a_phase_that_is_left_out_is_told_with_its_reason(plan: Plan) -> None:
    left_out = {Phase.FUZZ: "--without fuzz"}
    results = run(replace(plan, only=frozenset({"S.getAccessProfile.fuzz", "AP-GET-001"}), left_out=left_out))

    assert [verdict.status for verdict in results.verdicts] == [Status.PASS]
    assert ("fuzz", "skipped", "--without fuzz") in [(p.name, p.status, p.reason) for p in results.phases]


def _objects(session: Session) -> dict[str, Any]:
    """What others have on the server, an object of each kind."""
    profile_id = fixtures.active_profile(session)["id"]
    role_id = fixtures.role(session)["id"]
    fixtures.attached(session, profile_id, role_id, is_default=True)
    return {
        "profile_id": profile_id,
        "role_id": role_id,
        "user_id": fixtures.user(session, role_id=role_id, group_ids=["finance"])["id"],
        "key_id": fixtures.api_key(session, "AccessProfiles:View")["api_key"]["id"],
    }


def _read(session: Session, ids: dict[str, Any]) -> list[Any]:
    """All that can be read of these objects."""
    readers = ("getAccessProfile", "getRole", "getUser", "listUserAccessProfiles", "listUserVirtualKeys")
    keys = session.call("listApiKeys").json["api_keys"]
    return [
        *(session.call(reader, parameters=ids).json for reader in readers),
        [key for key in keys if key["id"] == ids["key_id"]],
    ]
