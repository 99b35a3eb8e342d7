"""Runs on a server in production: nothing is sent that could change something."""

import json

import pytest

from conformance.selftest.middleware import Inner, Request, Response, State
from tests.conformance.command import Command
from tests.conformance.conftest import Breakable

ASKED = "AP-CRE-001,AP-LST-*,AUTH-*,HTTP-*,S.listAccessProfiles.fuzz,S.createAccessProfile.fuzz"


def test_what_writes_is_skipped_and_never_sent(
    breakable: Breakable, keyed: None, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    methods: set[str] = set()

    async def watched(request: Request, inner: Inner, state: State) -> Response:
        methods.add(request.method)
        return await inner(request)

    monkeypatch.delenv("CONFORMANCE_VIEWER_KEY")
    with breakable.broken(watched):
        asked = ("check", breakable.target.root, "--read-only", "--only", ASKED, "--format", "json")
        told = command(*asked, "--max-examples", "8", "--budget", "200").out
    results = json.loads(told)
    statuses = {v["id"]: (v["status"], v["reason"]) for v in [*results["clauses"], *results["derived"]]}

    assert methods <= {"GET", "HEAD", "OPTIONS"}
    reason = "it writes: POST /api/access-profiles is not sent with --read-only"
    assert statuses["AP-CRE-001"] == ("SKIP", reason)
    assert statuses["S.createAccessProfile.fuzz"][0] == "SKIP"
    assert statuses["S.listAccessProfiles.fuzz"][0] == "PASS"
    assert statuses["AUTH-002"][0] == "PASS"
    assert "--viewer-key" in statuses["AUTH-009"][1]
    left = {kind: count for kind, count in results["left_behind"].items() if kind != "name_prefix"}
    assert set(left.values()) == {0}
