"""Keys by role: used where they were given, made where the server makes keys, or else asked for."""

from dataclasses import replace

import pytest

from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.access_profiles.fixtures import api_key
from conformance.contract import document
from conformance.http.evidence import record
from conformance.http.redaction import Redactor
from conformance.run.clean_up import clean_up
from conformance.run.plan import Plan
from conformance.run.session import Workspace
from conformance.run.verdict import Status, Verdict
from conformance.runner import run
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from tests.conformance.conftest import Breakable, lacking

SECRETS = {
    "admin": "bfst-" + "a" * 44,
    "viewer": "bfst-" + "v" * 44,
    "expired": "bfst-" + "e" * 44,
    "revoked": "bfst-" + "r" * 44,
    "scope:Roles:View": "bfst-" + "1" * 44,
    "scope:Users:View": "bfst-" + "2" * 44,
}


_no_api_keys = lacking("/api-keys")


async def _everybody_is_let_in(request: Request, inner: Inner, state: State) -> Response:
    """Refuse only the keys that the server never issued."""
    known = {f"Bearer {SECRETS['expired']}", f"Bearer {SECRETS['revoked']}"}
    if request.header("authorization") in known:
        request = request.with_header("authorization", f"Bearer {state.key}")
    return await inner(request)


def _verdict(plan: Plan, breakable: Breakable, fault: Fault, only: str, keys: dict[str, str]) -> Verdict:
    target = replace(breakable.target, keys={**breakable.target.keys, **keys})
    with breakable.broken(fault):
        [verdict] = run(replace(plan, target=target, only=frozenset({only}))).verdicts
    return verdict


@pytest.mark.parametrize(("clause", "role"), [("KEY-CRE-006", "expired"), ("KEY-REV-001", "revoked")])
def test_a_key_out_of_use_is_asked_for_where_none_can_be_made(
    clause: str, role: str, plan: Plan, breakable: Breakable
) -> None:
    without = _verdict(plan, breakable, _no_api_keys, clause, {})
    given = _verdict(plan, breakable, _no_api_keys, clause, {role: SECRETS[role]})

    assert (without.status, given.status) == (Status.NOT_REACHED, Status.PASS)
    assert f"--role-key {role}=KEY" in without.reason


@pytest.mark.parametrize(
    ("clause", "role"),
    [
        ("KEY-CRE-006", "expired"),
        ("KEY-REV-001", "revoked"),
        ("AUTH-002", "expired"),
        ("AUTH-002", "revoked"),
    ],
)
def test_a_key_out_of_use_that_is_let_in_fails_the_server(
    clause: str, role: str, plan: Plan, breakable: Breakable
) -> None:
    verdict = _verdict(plan, breakable, _everybody_is_let_in, clause, {role: SECRETS[role]})

    assert verdict.status is Status.FAIL
    assert f"the key was given as one that is {role}" in verdict.findings[0].expected


def test_keys_of_one_scope_each_prove_the_scopes_where_none_can_be_made(
    plan: Plan, breakable: Breakable
) -> None:
    stated = document.load()
    with Workspace(stated, breakable.target, 1) as workspace:
        session = workspace.session("keys")
        given = {f"scope:{each}": api_key(session, each)["key"] for each in stated.permissions}
        some = {role: key for role, key in given.items() if role != "scope:Roles:View"}
        swapped = {**given, "scope:Roles:View": given["scope:Users:View"]}
        without, whole, wrong = (
            _verdict(plan, breakable, _no_api_keys, "KEY-CRE-002", keys) for keys in (some, given, swapped)
        )
        clean_up(workspace, ACCESS_PROFILES)

    statuses = (without.status, whole.status, wrong.status)
    assert statuses == (Status.NOT_REACHED, Status.PASS, Status.FAIL)
    assert "--role-key scope:Roles:View=KEY" in without.reason


def test_each_key_has_a_placeholder_of_its_own_that_the_shell_puts_back() -> None:
    redactor = Redactor(SECRETS, ["Token of a gateway", "eu"])
    text = redactor.text(" ".join([*SECRETS.values(), "Token of a gateway", "eu"]))

    assert text == "$KEY $VIEWER_KEY $EXPIRED_KEY $REVOKED_KEY $SCOPE_KEY_1 $SCOPE_KEY_2 $HEADER_1 eu"
    sent = (("Authorization", f"Bearer {SECRETS['scope:Users:View']}"), ("X-T", "Token of a gateway"))
    exchange = record(redactor, "GET", "http://h/", (sent, None), (200, (), b""), 0.1)
    assert """-H 'Authorization: Bearer '"$SCOPE_KEY_2" -H 'X-T: '"$HEADER_1" """ in exchange.curl()


def test_one_key_in_two_roles_is_the_administrators() -> None:
    same = {"admin": "bfst-" + "a" * 44, "viewer": "bfst-" + "a" * 44}

    assert Redactor(same).text(same["viewer"]) == "$KEY"
