"""ResponseAudit as they come: which are judged, and which operation they belong to."""

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance.contract import document
from conformance.contract.routes import Routes
from conformance.http.answer import Answer
from conformance.run.plan import Plan
from conformance.run.response_audit import ResponseAudit
from conformance.run.verdict import Status, Verdict
from tests.conformance.answers import seen

STATED = document.load()
JSON = {"content-type": "application/json", "x-request-id": "r-1"}
DELETED = {"message": "The role 5 was deleted."}


def _answer(asked: str, status: int, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    return seen(
        asked,
        status,
        b"" if body is None else json.dumps(body).encode(),
        JSON if headers is None else headers,
    )


def _judged(plan: Plan, *given: Answer) -> dict[str, Verdict]:
    """Return what some answers come to, by their operations."""
    answers = ResponseAudit(plan.contract)
    for answer in given:
        answers.observe(answer)
    return {v.operation_id or "": v for v in answers.verdicts(plan) if v.status is not Status.NOT_REACHED}


def test_a_request_asks_for_one_operation_or_none() -> None:
    asked = {
        "GET /api/access-profiles": "listAccessProfiles",
        "HEAD /api/governance/access-profiles/7": "getAccessProfile",
        "GET /api/access-profiles/audit-logs": "listAccessProfileAuditLogs",
        "DELETE /api/access-profiles/audit-logs": None,
        "DELETE /api/users/a%2Fb/access-profiles/7": "detachUserAccessProfile",
        "PATCH /api/access-profiles/7": None,
        "GET /api/access-profiles/": None,
        "GET /access-profiles": None,
    }
    routes = Routes(STATED)
    found = {each: routes.find(*each.split()) for each in asked}

    assert {each: operation and operation.id for each, operation in found.items()} == asked


def test_a_good_answer_passes_and_a_bad_one_is_shown_once(plan: Plan) -> None:
    good = _answer("DELETE /api/roles/5", 200, DELETED)
    bad = _answer("DELETE /api/roles/5", 200, {"message": 5})

    assert _judged(plan, good)["deleteRole"].status is Status.PASS
    verdict = _judged(plan, good, bad, bad)["deleteRole"]
    assert verdict.status is Status.FAIL
    (finding,) = verdict.findings
    assert finding.pointer == "/components/schemas/MessageResponse/properties/message/type"
    assert finding.expected == "a value at /message that keeps `type`"
    assert '5 is not of type "string"' in finding.actual
    assert finding.exchanges == (bad.exchange,)
    assert verdict.pointer == "/paths/~1roles~1{role_id}/delete/responses"


def test_a_pass_tells_that_there_was_no_good_answer(plan: Plan) -> None:
    good = _answer("DELETE /api/roles/5", 200, DELETED)
    gone = _answer("DELETE /api/roles/5", 405, headers={})
    audited = [_judged(plan, gone, *more)["deleteRole"] for more in ((), (good,))]

    assert [each.status for each in audited] == [Status.PASS, Status.PASS]
    told = "it never gave a good answer, so that its refusals alone were looked at (405)"
    assert [each.reason for each in audited] == [told, ""]


def test_a_media_type_may_have_parameters(plan: Plan) -> None:
    headers = {**JSON, "content-type": "Application/JSON; charset=utf-8"}
    judged = _judged(plan, _answer("DELETE /api/roles/5", 200, DELETED, headers))

    assert judged["deleteRole"].findings == ()


def test_head_has_the_headers_of_get_and_no_body(plan: Plan) -> None:
    good = _answer("HEAD /api/access-profiles/7", 200, None, {**JSON, "etag": '"1"'})
    bad = _answer("HEAD /api/access-profiles/7", 200)

    assert _judged(plan, good)["getAccessProfile"].findings == ()
    (finding,) = _judged(plan, bad)["getAccessProfile"].findings
    assert finding.pointer == "/components/headers/ETag/required"


def test_an_answer_that_states_no_body_has_none(plan: Plan) -> None:
    headers = {"x-request-id": "r-1", "etag": '"1"'}
    good = _answer("GET /api/access-profiles/7", 304, None, headers)
    bad = _answer("GET /api/access-profiles/7", 304, {}, headers)

    assert _judged(plan, good)["getAccessProfile"].findings == ()
    (finding,) = _judged(plan, bad)["getAccessProfile"].findings
    assert (finding.expected, finding.actual) == ("no body", "{}")


@pytest.mark.parametrize("status", [405, 408, 413, 429, 431])
def test_what_any_request_may_be_answered_need_not_be_stated(plan: Plan, status: int) -> None:
    assert _judged(plan, _answer("DELETE /api/roles/5", status))["deleteRole"].findings == ()


def test_a_request_that_no_operation_states_is_not_judged(plan: Plan) -> None:
    assert _judged(plan, _answer("GET /health", 200, {}), _answer("PATCH /api/roles/5", 200)) == {}


def test_an_answer_that_holds_a_key_is_shown_without_it(plan: Plan) -> None:
    answer = _answer("DELETE /api/roles/5", 200, {"message": [plan.target.key]})
    shown = _judged(plan, answer)["deleteRole"].findings[0].actual

    assert plan.target.key not in shown
    assert "$KEY" in shown


def test_only_operations_that_are_asked_for_and_claimed_are_judged(plan: Plan) -> None:
    core = replace(plan, profiles=frozenset({"core"}), only=frozenset({"S.deleteRole.answers"}))

    verdicts = list(ResponseAudit(plan.contract).verdicts(core))

    assert [(v.id, v.status) for v in verdicts] == [("S.deleteRole.answers", Status.SKIP)]
