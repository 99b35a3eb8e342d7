"""The boundary phase fails a faulty server at the one constraint that it breaks, and nowhere else."""

import os
from dataclasses import replace

import pytest

from conformance.run.plan import Plan
from conformance.run.response_audit import ResponseAudit
from conformance.run.verdict import Status
from conformance.selftest.combinators import On, on
from conformance.selftest.variants import VARIANTS
from tests.conformance.boundary.running import below, tried
from tests.conformance.boundary.seeded_faults import (
    Mistake,
    lets_in,
    mends,
    mends_member,
    mends_path,
    refuses,
    restated,
    takes_header,
    without_pointer,
)
from tests.conformance.conftest import Breakable

_LARGEST = 2**63 - 1
_OVERRIDE = "updateUserAccessProfileBudgetOverride"

BROKEN: dict[str, tuple[str, Mistake]] = {
    "accepts one character too many": (
        "createRole.body.name.maxLength",
        mends_member("name", str, lambda name: name[:255]),
    ),
    "refuses the longest name": (
        "createRole.body.name.maxLength",
        refuses(lambda body: len(str(body.get("name"))) == 255),
    ),
    "accepts an empty name": (
        "createRole.body.name.minLength",
        mends_member("name", str, lambda name: name or "made up"),
    ),
    "takes control characters out of a name": (
        "createRole.body.name.pattern",
        mends_member("name", str, lambda name: name.replace("\x01", "")),
    ),
    "makes up a name that is missing": (
        "createRole.body.name.required",
        mends(lambda body: {"name": "made up", **body}),
    ),
    "ignores unknown fields": (
        "createRole.body.additionalProperties",
        mends(lambda body: {k: v for k, v in body.items() if k != "conformance_unknown"}),
    ),
    "refuses null": (
        "createRole.body.description.nullable",
        refuses(lambda body: body.get("description", "") is None),
    ),
    "reads a number as a text": ("createRole.body.description.type", mends_member("description", int, str)),
    "does not say where the fault is": (
        "createRole.body.description.pattern",
        without_pointer("/description", "pattern"),
    ),
    "takes any media type for JSON": (
        "createRole.body.content",
        takes_header("content-type", "application/json"),
    ),
    "takes a missing body for an empty one": (
        "createRole.body.required",
        lambda operation: on(operation, when=lambda request: not request.body).send(
            lambda request, _: request.with_json({"name": "made up"})
        ),
    ),
    "reads a text as a number": ("updateUserRole.body.role_id.type", mends_member("role_id", str, int)),
    "refuses one of the values": (
        f"{_OVERRIDE}.body.mode.enum",
        refuses(lambda body: body.get("mode") == "forever" and "cycles" not in body),
    ),
    "accepts a value in other letters": (
        f"{_OVERRIDE}.body.mode.enum",
        mends_member("mode", str, lambda mode: "forever" if mode == "CYCLES" else mode),
    ),
    "accepts less than the minimum": (
        f"{_OVERRIDE}.body.amount.minimum",
        mends_member("amount", float, lambda amount: 1 if amount == 9e-07 else amount),
    ),
    "refuses the maximum": (
        f"{_OVERRIDE}.body.cycles.maximum",
        refuses(lambda body: body.get("cycles") == 10000),
    ),
    "accepts one item too many": (
        "updateUserGroups.body.group_ids.maxItems",
        mends_member("group_ids", list, lambda ids: ids[:1000]),
    ),
    "drops what is no date": (
        "createApiKey.body.expires_at.format",
        mends_member("expires_at", str, lambda text: None if "02-30" in text else text),
    ),
    "takes a number that is too large for an id": (
        "getRole.path.role_id.maximum",
        mends_path(_LARGEST + 1, _LARGEST),
    ),
    "refuses the largest number of a query": (
        "listUsers.query.limit.maximum",
        lambda operation: on(
            operation, when=lambda request: request.argument("limit") == "2147483647"
        ).refuse(400),
    ),
    "cuts a long header": (
        "activateAccessProfile.header.If-Match.maxLength",
        takes_header("if-match", "*", lambda request: len(request.header("if-match")) == 4097),
    ),
    "asks for no key": ("getRole.security", lets_in(viewers=False)),
    "asks for no permission": ("createRole.status.403", lets_in(viewers=True)),
    "ignores a stale entity tag": (
        "activateAccessProfile.status.412",
        takes_header("if-match", None, lambda request: request.header("if-match") == '"conformance-stale"'),
    ),
    "answers 400 for what is not there": ("getRole.status.404", mends_path(_LARGEST - 1, _LARGEST + 1)),
    "answers 400 to a name that is taken": (
        "createRole.status.409",
        lambda operation: restated(operation, 409, 400),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_constraint_fails_alone(name: str, breakable: Breakable, plan: Plan) -> None:
    place, mistake = BROKEN[name]
    operation_id = place.partition(".")[0]

    with breakable.broken(mistake(operation_id)):
        verdicts, _ = tried(below(plan, f"S.{operation_id}."))

    failed = {v.id: v for v in verdicts if v.status is not Status.PASS}
    assert set(failed) == {f"S.{place}"}, failed
    [verdict] = failed.values()
    assert (verdict.status, verdict.phase, verdict.derived) == (Status.FAIL, "boundary", True)
    assert verdict.findings[0].exchanges
    assert verdict.findings[0].pointer == verdict.pointer
    if name == "accepts one character too many":
        [finding] = verdict.findings
        assert finding.expected == "400, as `maxLength: 255` is broken at name"
        assert finding.actual.startswith("201 ")


BAD_ANSWERS: dict[str, tuple[str, On]] = {
    "drops a required field": ("/components/schemas/Role/required", on("getRole").drop("/role/created_at")),
    "writes a number as a text": (
        "/components/schemas/RoleDetailResponse/properties/user_count/type",
        on("getRole").edit("/user_count", str),
    ),
    "writes an instant in words": (
        "/components/schemas/Role/properties/created_at/format",
        on("getRole").set("/role/created_at", "yesterday"),
    ),
    "writes null where nothing allows it": (
        "/components/schemas/RoleDetailResponse/properties/access_profiles/type",
        on("getRole").edit("/access_profiles", lambda profiles: profiles or None),
    ),
    "leaves out a header": (
        "/components/headers/RequestId/required",
        on("getRole").header("x-request-id", None),
    ),
    "says that a secret may be kept": (
        "/components/headers/NoStore/schema",
        on("createApiKey").header("cache-control", "max-age=60"),
    ),
    "gives a weak entity tag": (
        "/components/headers/ETag/schema",
        on("getAccessProfile").header("etag", 'W/"1"'),
    ),
    "answers in another media type": (
        "/components/responses/NotFound/content",
        on("getRole", status=404).header("content-type", "text/html"),
    ),
    "answers with what is no JSON": (
        "/components/responses/NotFound/content",
        on("getRole", status=404).answer(lambda _, response: replace(response, body=b"<p>")),
    ),
    "makes up an error code": (
        "/components/schemas/ErrorCode/enum",
        on("getRole").edit("/error/code", lambda code: code.replace("role_not_found", "no_such_role")),
    ),
    "creates with 200": ("/paths/~1roles/post/responses", restated("createRole", 201, 200)),
    "answers with a status that is not stated": (
        "/paths/~1roles~1{role_id}/get/responses",
        restated("getRole", 404, 410),
    ),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_a_bad_answer_fails_its_operation_at_what_it_breaks(
    name: str, breakable: Breakable, plan: Plan
) -> None:
    pointer, fault = BAD_ANSWERS[name]
    (operation_id,) = fault.operations
    answers = ResponseAudit(plan.contract)

    with breakable.broken(fault):
        tried(below(plan, f"S.{operation_id}."), answers.observe)

    failed = [v for v in answers.verdicts(plan) if v.status is Status.FAIL]
    assert [verdict.id for verdict in failed] == [f"S.{operation_id}.answers"]
    assert {finding.pointer for finding in failed[0].findings} == {pointer}
    assert all(finding.exchanges for finding in failed[0].findings)


VARIED = ("getAccessProfile", "deleteAccessProfile", "cloneAccessProfile", "createUser")
STRIDE = 1 if "SOAK_ROUNDS" in os.environ else len(VARIED)
"""Each variant meets one operation in so many, in turn; `make soak` lets each meet all of them."""


@pytest.mark.parametrize("name", VARIANTS)
def test_no_alarm_is_raised_on_a_server_that_differs_where_it_may(
    name: str, breakable: Breakable, plan: Plan
) -> None:
    answers = ResponseAudit(plan.contract)
    operations = VARIED[list(VARIANTS).index(name) % STRIDE :: STRIDE]
    with breakable.broken(VARIANTS[name]):
        verdicts, _ = tried(below(plan, *(f"S.{each}." for each in operations)), answers.observe)

    alarms = [v for v in (*verdicts, *answers.verdicts(plan)) if v.status in (Status.FAIL, Status.ERROR)]
    assert alarms == []
    assert sum(verdict.status is Status.PASS for verdict in verdicts) > 0.75 * len(verdicts) > 7
