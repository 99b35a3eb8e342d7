"""Runs on a server in production: nothing is sent that could change something."""

import json

import pytest

from conformance import cli
from conformance.run.verdict import ExitCode
from conformance.selftest.middleware import Inner, Request, Response, State
from tests.conformance.conftest import Breakable

ASKED = "AP-CRE-001,AP-LST-*,AUTH-*,HTTP-*,S.listAccessProfiles.fuzz,S.createAccessProfile.fuzz"


def test_what_writes_is_skipped_and_never_sent(
    breakable: Breakable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    methods: set[str] = set()

    async def watched(request: Request, inner: Inner, state: State) -> Response:
        methods.add(request.method)
        return await inner(request)

    monkeypatch.setenv("CONFORMANCE_KEY", breakable.target.key)
    monkeypatch.delenv("CONFORMANCE_VIEWER_KEY", raising=False)
    with breakable.broken_by(watched):
        command = ["check", breakable.target.root, "--read-only", "--only", ASKED, "--format", "json"]
        code = cli.run([*command, "--max-examples", "8", "--budget", "200"])
    results = json.loads(capsys.readouterr().out)
    statuses = {v["id"]: (v["status"], v["reason"]) for v in [*results["clauses"], *results["derived"]]}

    assert methods <= {"GET", "HEAD", "OPTIONS"}
    assert code == ExitCode.CONFORMS, [
        each for each in statuses.items() if each[1][0] not in ("PASS", "SKIP")
    ]
    assert statuses["AP-CRE-001"] == (
        "SKIP",
        "it writes: POST /api/access-profiles is not sent with --read-only",
    )
    assert statuses["S.createAccessProfile.fuzz"][0] == "SKIP"
    assert statuses["S.listAccessProfiles.fuzz"][0] == "PASS"
    assert statuses["AUTH-002"][0] == "PASS"
    assert "--viewer-key" in statuses["AUTH-009"][1]
    left = {kind: count for kind, count in results["left_behind"].items() if kind != "name_prefix"}
    assert set(left.values()) == {0}
