"""Schemathesis, driven by the suite: not green on a server that breaks a schema.

That it is green on one that conforms, and touches nothing of others, shows tests/http/test_conformance.py.
"""

import json
import zlib
from dataclasses import replace

import pytest

from conformance.fuzz.phase import derived_id
from conformance.run.plan import Plan
from conformance.run.results import Results
from conformance.run.verdict import ExitCode, Status
from conformance.runner import run
from conformance.selftest.combinators import on
from conformance.selftest.faults.profiles import READS
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal
from conformance.selftest.request_changes import with_header
from tests.conformance.conftest import Breakable

# For an operation of each kind, a member of its good answer.
_WRONG_MEMBERS = {
    "updateAccessProfile": "access_profile",
    "updateUserAccessProfileBudgetOverride": "budget",
    "addUserVirtualKey": "virtual_key",
    "revokeApiKey": "message",
}


_count_as_text = on("listAccessProfiles", status=200).edit("/count", str)


async def _wrong_members(request: Request, inner: Inner, state: State) -> Response:
    response = await _count_as_text(request, inner, state)
    member = _WRONG_MEMBERS.get(request.operation_id or "")
    if member is None or not 200 <= response.status < 300:
        return response
    return response.with_json({**response.json, member: {"not": "this"}})


_nothing_is_accepted = on(*READS).send(with_header("authorization", None))
"""No profile can be read, and nothing that the contract states is broken by it."""


def _fuzzed(plan: Plan, breakable: Breakable, fault: Fault, examples: int, *operations: str) -> Results:
    """Return what fuzzing comes to, a few requests for each of these operations."""
    only = frozenset(map(derived_id, operations))
    with breakable.broken(fault):
        return run(replace(plan, only=only, omitted={}, max_examples=examples))


def test_an_answer_that_breaks_its_schema_is_found_for_an_operation_of_each_kind(
    plan: Plan, breakable: Breakable
) -> None:
    broken = {*_WRONG_MEMBERS, "listAccessProfiles"}
    results = _fuzzed(plan, breakable, _wrong_members, 8, *broken)

    found = {v.operation_id: {f.code for f in v.findings} for v in results.verdicts}
    assert {operation_id for operation_id, codes in found.items() if "ST108" in codes} == broken
    assert results.exit_code is ExitCode.DOES_NOT_CONFORM
    [verdict] = [v for v in results.verdicts if v.operation_id == "listAccessProfiles"]
    assert verdict.status is Status.FAIL
    assert verdict.findings[0].code == "ST108"
    assert "count" in verdict.findings[0].actual
    assert (verdict.findings[0].pointer or "").startswith("/paths/~1access-profiles/get/responses/200/")
    assert '"$KEY"' in (verdict.findings[0].curl or "")


def test_a_server_that_accepts_nothing_proves_nothing(plan: Plan, breakable: Breakable) -> None:
    results = _fuzzed(plan, breakable, _nothing_is_accepted, 5, "getAccessProfile")

    assert [verdict.status for verdict in results.verdicts] == [Status.NOT_REACHED]
    assert results.exit_code is ExitCode.INCOMPLETE


@pytest.mark.parametrize(("operation_id", "seed"), [("deleteUser", 8), ("deactivateAccessProfile", 42)])
def test_the_only_good_request_that_is_drawn_names_what_is_there(
    plan: Plan, operation_id: str, seed: int
) -> None:
    only = frozenset({derived_id(operation_id)})
    results = run(replace(plan, seed=seed, only=only, omitted={}, budget=200.0))

    assert [(v.status, v.reason) for v in results.verdicts] == [(Status.PASS, "")]


def test_the_line_of_a_finding_sends_the_authorization_that_was_sent(
    plan: Plan, breakable: Breakable
) -> None:
    without = on("listAccessProfiles", when=lambda request: not request.header("authorization"))
    results = _fuzzed(plan, breakable, without.refuse(418), 5, "listAccessProfiles")

    [finding] = [finding for verdict in results.verdicts for finding in verdict.findings]
    assert finding.code == "ST401"
    assert finding.actual.startswith("418: ")
    assert "curl -X GET" in (finding.curl or "")
    assert "Authorization" not in (finding.curl or "")


def test_a_phase_that_is_left_out_is_told_with_its_reason(plan: Plan) -> None:
    omitted = {"fuzz": "--without fuzz"}
    results = run(replace(plan, only=frozenset({"S.getAccessProfile.fuzz", "AP-GET-001"}), omitted=omitted))

    assert [verdict.status for verdict in results.verdicts] == [Status.PASS]
    assert ("fuzz", "skipped", "--without fuzz") in [(p.name, p.status, p.reason) for p in results.phases]


def test_what_was_found_beside_other_operations_is_found_alone_with_the_same_seed(
    plan: Plan, breakable: Breakable
) -> None:
    async def fails_for_some(request: Request, inner: Inner, state: State) -> Response:
        if request.operation_id != "createAccessProfile" or not isinstance(request.json, dict):
            return await inner(request)
        # All but the name, which is the run's own each time.
        told = json.dumps({**request.json, "name": None}, sort_keys=True).encode()
        return refusal(500) if zlib.crc32(told) % 3 == 0 else await inner(request)

    others = ("listAccessProfiles", "createRole", "updateRole", "deleteAccessProfile")
    found = []
    for beside in (others, ()):
        results = _fuzzed(plan, breakable, fails_for_some, 12, "createAccessProfile", *beside)
        [verdict] = [v for v in results.verdicts if v.operation_id == "createAccessProfile"]
        assert verdict.status is Status.FAIL
        found.append([(f.code, f.actual) for f in verdict.findings])

    assert found[0] == found[1]
