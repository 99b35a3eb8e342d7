"""The boundary phase fails a faulty server at the one constraint that it breaks, and nowhere else."""

import os
from dataclasses import replace

import pytest

from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.boundary.phase import Boundary
from conformance.http.deadline import Deadline
from conformance.run.clean_up import clean_up
from conformance.run.coverage import Ledger
from conformance.run.plan import Plan, Run
from conformance.run.response_audit import ResponseAudit
from conformance.run.session import Workspace
from conformance.run.verdict import Status, Verdict
from conformance.selftest.combinators import On, on
from conformance.selftest.middleware import Fault
from conformance.selftest.request_changes import at, with_header
from conformance.selftest.variants import VARIANTS
from tests.conformance.boundary import seeded_faults as faults
from tests.conformance.boundary.seeded_faults import lenient
from tests.conformance.conftest import Breakable

_LARGEST = 2**63 - 1

BROKEN: dict[str, tuple[str, Fault]] = {
    "accepts one character too many": (
        "S.createRole.body.name.maxLength",
        lenient("createRole", lambda body: faults.with_name(body, lambda name: name[:255])),
    ),
    "refuses the longest name": (
        "S.createRole.body.name.maxLength",
        on("createRole", when=lambda request: len(str(request.sent.get("name"))) == 255).refuse(400),
    ),
    "accepts an empty name": (
        "S.createRole.body.name.minLength",
        lenient("createRole", lambda body: faults.with_name(body, lambda name: name or "made up")),
    ),
    "takes control characters out of a name": (
        "S.createRole.body.name.pattern",
        lenient("createRole", lambda body: faults.with_name(body, lambda name: name.replace("\x01", ""))),
    ),
    "makes up a name that is missing": (
        "S.createRole.body.name.required",
        lenient("createRole", lambda body: {"name": "made up", **body}),
    ),
    "ignores unknown fields": (
        "S.createRole.body.additionalProperties",
        lenient("createRole", lambda body: {k: v for k, v in body.items() if k != "conformance_unknown"}),
    ),
    "refuses null": (
        "S.createRole.body.description.nullable",
        on("createRole", when=lambda request: request.sent.get("description", "") is None).refuse(400),
    ),
    "reads a number as a text": (
        "S.createRole.body.description.type",
        lenient("createRole", lambda body: {**body, **_text(body, "description")}),
    ),
    "does not say where the fault is": (
        "S.createRole.body.description.pattern",
        faults.without_pointer("createRole", "/description", "pattern"),
    ),
    "takes any media type for JSON": (
        "S.createRole.body.content",
        on("createRole").send(with_header("content-type", "application/json")),
    ),
    "takes a missing body for an empty one": (
        "S.createRole.body.required",
        on("createRole", when=lambda request: not request.body).send(
            lambda request, _: request.with_json({"name": "made up"})
        ),
    ),
    "reads a text as a number": (
        "S.updateUserRole.body.role_id.type",
        lenient("updateUserRole", lambda body: {**body, **_number(body, "role_id")}),
    ),
    "refuses one of the values": (
        "S.updateUserAccessProfileBudgetOverride.body.mode.enum",
        on(
            "updateUserAccessProfileBudgetOverride",
            when=lambda request: request.sent.get("mode") == "forever" and "cycles" not in request.sent,
        ).refuse(400),
    ),
    "accepts a value in other letters": (
        "S.updateUserAccessProfileBudgetOverride.body.mode.enum",
        lenient(
            "updateUserAccessProfileBudgetOverride",
            lambda body: {**body, "mode": "forever"} if body.get("mode") == "CYCLES" else body,
        ),
    ),
    "accepts less than the minimum": (
        "S.updateUserAccessProfileBudgetOverride.body.amount.minimum",
        lenient(
            "updateUserAccessProfileBudgetOverride",
            lambda body: {**body, "amount": 1} if body.get("amount") == 9e-07 else body,
        ),
    ),
    "refuses the maximum": (
        "S.updateUserAccessProfileBudgetOverride.body.cycles.maximum",
        on(
            "updateUserAccessProfileBudgetOverride", when=lambda request: request.sent.get("cycles") == 10000
        ).refuse(400),
    ),
    "accepts one item too many": (
        "S.updateUserGroups.body.group_ids.maxItems",
        lenient("updateUserGroups", lambda body: {**body, **_cut(body, "group_ids", 1000)}),
    ),
    "drops what is no date": (
        "S.createApiKey.body.expires_at.format",
        lenient(
            "createApiKey",
            lambda body: {**body, "expires_at": None} if "02-30" in str(body.get("expires_at")) else body,
        ),
    ),
    "takes a number that is too large for an id": (
        "S.getRole.path.role_id.maximum",
        on("getRole").send(at(lambda request: _capped(request.path))),
    ),
    "refuses the largest number of a query": (
        "S.listUsers.query.limit.maximum",
        on("listUsers", when=lambda request: request.argument("limit") == "2147483647").refuse(400),
    ),
    "cuts a long header": (
        "S.activateAccessProfile.header.If-Match.maxLength",
        on("activateAccessProfile", when=lambda request: len(request.header("if-match")) == 4097).send(
            with_header("if-match", "*")
        ),
    ),
    "asks for no key": ("S.getRole.security", faults.open_to_strangers),
    "asks for no permission": ("S.createRole.status.403", faults.viewer_may_create_roles),
    "ignores a stale entity tag": (
        "S.activateAccessProfile.status.412",
        on(
            "activateAccessProfile", when=lambda request: request.header("if-match") == '"conformance-stale"'
        ).send(with_header("if-match", None)),
    ),
    "answers 400 for what is not there": (
        "S.getRole.status.404",
        on("getRole").send(at(lambda request: _off_the_end(request.path))),
    ),
    "answers 400 to a name that is taken": (
        "S.createRole.status.409",
        faults.restated("createRole", 409, 400),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_constraint_fails_alone(name: str, breakable: Breakable, plan: Plan) -> None:
    verdict_id, fault = BROKEN[name]

    verdicts = _tried(breakable, plan, verdict_id.split(".")[1], fault)

    failed = {v.id: v for v in verdicts if v.status is not Status.PASS}
    assert set(failed) == {verdict_id}, failed
    verdict = failed[verdict_id]
    assert verdict.status is Status.FAIL
    assert (verdict.phase, verdict.derived) == ("boundary", True)
    assert verdict.findings[0].exchanges
    assert verdict.findings[0].pointer == verdict.pointer


def test_the_evidence_quotes_the_constraint(breakable: Breakable, plan: Plan) -> None:
    verdict_id, fault = BROKEN["accepts one character too many"]

    verdicts = _tried(breakable, plan, "createRole", fault)

    (finding,) = next(v for v in verdicts if v.id == verdict_id).findings
    assert finding.expected == "400, as `maxLength: 255` is broken at name"
    assert finding.actual.startswith("201 ")


BAD_ANSWERS: dict[str, tuple[str, On]] = {
    "drops a required field": (
        "/components/schemas/Role/required",
        on("getRole").drop("/role/created_at"),
    ),
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
    "creates with 200": ("/paths/~1roles/post/responses", faults.restated("createRole", 201, 200)),
    "answers with a status that is not stated": (
        "/paths/~1roles~1{role_id}/get/responses",
        faults.restated("getRole", 404, 410),
    ),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_a_bad_answer_fails_its_operation_at_what_it_breaks(
    name: str, breakable: Breakable, plan: Plan
) -> None:
    pointer, fault = BAD_ANSWERS[name]
    (operation_id,) = fault.operations
    answers = ResponseAudit(plan.contract)

    _tried(breakable, plan, operation_id, fault, answers)

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
    verdicts = [
        verdict
        for operation_id in VARIED[list(VARIANTS).index(name) % STRIDE :: STRIDE]
        for verdict in _tried(breakable, plan, operation_id, VARIANTS[name], answers)
    ]

    alarms = [v for v in (*verdicts, *answers.verdicts(plan)) if v.status in (Status.FAIL, Status.ERROR)]
    assert alarms == []
    assert sum(verdict.status is Status.PASS for verdict in verdicts) > 0.75 * len(verdicts) > 7


def _tried(
    breakable: Breakable, plan: Plan, operation_id: str, fault: Fault, answers: ResponseAudit | None = None
) -> list[Verdict]:
    """Run the boundary phase for one operation, on a server with a fault."""
    only = {i for i in Boundary(ACCESS_PROFILES).ids(plan.contract) if i.startswith(f"S.{operation_id}.")}
    verdicts: list[Verdict] = []
    with Workspace(plan.contract, plan.target, plan.seed) as workspace:
        if answers is not None:
            workspace.observers.append(answers.observe)
        with breakable.broken(fault):
            Boundary(ACCESS_PROFILES).run(
                Run(
                    replace(plan, only=frozenset(only)),
                    workspace,
                    Ledger(plan.contract),
                    verdicts.append,
                    Deadline.within(None),
                )
            )
            workspace.observers.clear()
            clean_up(workspace, ACCESS_PROFILES)
    return verdicts


def _text(body: dict[str, object], name: str) -> dict[str, object]:
    return {name: str(body[name])} if isinstance(body.get(name), int) else {}


def _number(body: dict[str, object], name: str) -> dict[str, object]:
    value = body.get(name)
    return {name: int(value)} if isinstance(value, str) else {}


def _cut(body: dict[str, object], name: str, most: int) -> dict[str, object]:
    value = body.get(name)
    return {name: value[:most]} if isinstance(value, list) else {}


def _capped(path: str) -> str:
    return path.replace(str(_LARGEST + 1), str(_LARGEST))


def _off_the_end(path: str) -> str:
    return path.replace(str(_LARGEST - 1), str(_LARGEST + 1))
