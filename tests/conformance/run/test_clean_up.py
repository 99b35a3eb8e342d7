"""What a run made is gone at its end, and what others made is not."""

from dataclasses import replace
from typing import Any

import pytest

from conformance.access_profiles import fixtures
from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.contract import document
from conformance.run.clean_up import clean_up
from conformance.run.plan import Plan
from conformance.run.registry import Registry
from conformance.run.session import Session, Workspace
from conformance.run.verdict import ExitCode, Status
from conformance.runner import run
from conformance.selftest.combinators import on
from conformance.selftest.middleware import Inner, Request, Response, State
from tests.conformance.conftest import Breakable, lacking

CLAUSE = "AP-GET-001"


def _fill(session: Session) -> dict[str, Any]:
    """Return an object of each kind: a user holds a copy by a role, another one directly."""
    profile_id = fixtures.active_profile(session)["id"]
    role_id = fixtures.role(session)["id"]
    fixtures.attached(session, profile_id, role_id, is_default=True)
    fixtures.user(session, role_id=role_id)
    key_id = fixtures.api_key(session, "Roles:View")["api_key"]["id"]
    user_id = fixtures.holder(session, profile_id)
    return {"profile_id": profile_id, "role_id": role_id, "user_id": user_id, "key_id": key_id}


def _statuses(session: Session, ids: dict[str, Any]) -> list[int]:
    readers = ("getAccessProfile", "getRole", "getUser")
    return [session.call(reader, parameters=ids).status for reader in readers]


def _is_revoked(session: Session, key_id: int) -> bool:
    keys = {key["id"]: key for key in session.call("listApiKeys").json["api_keys"]}
    return keys[key_id]["revoked_at"] is not None


def test_everything_of_the_run_is_removed_and_nothing_of_others(
    workspace: Workspace, breakable: Breakable
) -> None:
    with Workspace(document.load(), breakable.target, 1) as others:
        session, foreign = workspace.session(CLAUSE), others.session(CLAUSE)
        own_ids, foreign_ids = _fill(session), _fill(foreign)

        residue = clean_up(workspace, ACCESS_PROFILES)

        assert residue.total == 0
        assert _statuses(session, own_ids) == [404, 404, 404]
        assert _is_revoked(session, own_ids["key_id"])
        assert _statuses(foreign, foreign_ids) == [200, 200, 200]
        assert not _is_revoked(foreign, foreign_ids["key_id"])
        assert clean_up(others, ACCESS_PROFILES).total == 0


def test_what_may_not_be_removed_is_counted_and_stays(workspace: Workspace) -> None:
    session = workspace.session(CLAUSE)
    profile_id = fixtures.active_profile(session)["id"]
    workspace.excluded = frozenset({"deleteAccessProfile"})

    assert clean_up(workspace, ACCESS_PROFILES).total == 1
    workspace.excluded = frozenset()
    assert session.call("getAccessProfile", parameters={"profile_id": profile_id}).status == 200
    assert clean_up(workspace, ACCESS_PROFILES).total == 0


def test_what_cannot_be_removed_is_counted(workspace: Workspace, breakable: Breakable) -> None:
    no_deletion = on(when=lambda request: request.method == "DELETE").refuse(403)

    _fill(workspace.session(CLAUSE))
    with breakable.broken(no_deletion):
        residue = clean_up(workspace, ACCESS_PROFILES)

    assert residue.counts == {"users": 2, "roles": 1, "profiles": 1, "api_keys": 1}
    assert clean_up(workspace, ACCESS_PROFILES).total == 0


def test_what_a_server_takes_for_new_and_has_another_name_is_not_removed(
    workspace: Workspace, breakable: Breakable
) -> None:
    others = workspace.session(CLAUSE)
    users, roles = fixtures.user(others), fixtures.role(others)

    async def made_before(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        made = {"createUser": {"user": users}, "createRole": {"role": roles}}.get(request.operation_id or "")
        return response if made is None else response.with_json(made)

    with Workspace(others.contract, others.target, 1) as workspace_of_the_run:
        with breakable.broken(made_before):
            session = workspace_of_the_run.session(CLAUSE)
            assert fixtures.user(session) == users
            assert fixtures.role(session) == roles
        assert clean_up(workspace_of_the_run, ACCESS_PROFILES).total == 0

    assert others.call("getUser", parameters={"user_id": users["id"]}).status == 200
    assert others.call("getRole", parameters={"role_id": roles["id"]}).status == 200
    assert clean_up(workspace, ACCESS_PROFILES).total == 0


def test_a_run_that_is_interrupted_removes_what_it_made(plan: Plan) -> None:
    sessions: list[tuple[Session, dict[str, Any]]] = []
    checks = Registry()

    @checks.check(CLAUSE)
    def interrupted(session: Session) -> None:
        """Be broken off by the user."""
        sessions.append((session, _fill(session)))
        raise KeyboardInterrupt

    results = run(replace(plan, checks=checks, only=frozenset({CLAUSE})))

    assert (results.is_interrupted, results.exit_code) == (True, ExitCode.INTERRUPTED)
    ((session, ids),) = sessions
    with Workspace(session.contract, session.target, 1) as later:
        assert _statuses(later.session(CLAUSE), ids) == [404, 404, 404]


@pytest.mark.parametrize("status", [404, 405])
def test_a_server_without_the_extensions_is_checked_without_them(
    status: int, plan: Plan, breakable: Breakable
) -> None:
    asked = replace(plan, only=frozenset({"ROL-LST-001", "AP-UAP-001", CLAUSE, "S.listRoles.fuzz"}))
    with breakable.broken(lacking("/roles", "/users", "/api-keys", status=status)):
        by_default = run(replace(asked, optional=frozenset({"extensions", "users"}), omitted={}))
        claimed = run(asked)

    assert {v.id: v.status for v in by_default.verdicts} == {
        CLAUSE: Status.PASS,
        "AP-UAP-001": Status.SKIP,
        "ROL-LST-001": Status.SKIP,
        "S.listRoles.fuzz": Status.SKIP,
    }
    assert f"GET /api/roles is answered {status}" in by_default.verdicts[-1].reason
    assert by_default.left_behind.total == 0
    assert not by_default.whole
    assert Status.SKIP not in {v.status for v in claimed.verdicts if not v.derived}


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_that_changes_no_templates_is_checked_without_that(
    status: int, plan: Plan, breakable: Breakable
) -> None:
    asked = replace(plan, only=frozenset({CLAUSE, "AP-VER-001"}), optional=plan.profiles)
    with breakable.broken(lacking("/versions", "/audit-logs", "/clone", status=status)):
        absent = {v.id: v for v in run(asked).verdicts}
    with breakable.broken(lacking("/versions", status=status)):
        wrong = {v.id: v for v in run(asked).verdicts}

    assert absent[CLAUSE].status is Status.PASS
    assert absent["AP-VER-001"].status is Status.SKIP
    assert f"is answered {status}" in absent["AP-VER-001"].reason
    assert wrong["AP-VER-001"].status not in (Status.PASS, Status.SKIP)
