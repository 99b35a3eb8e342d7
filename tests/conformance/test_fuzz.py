"""Schemathesis, driven by the suite: green on a server that conforms, and not on one that breaks a schema."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import cli
from conformance.runner import Plan, run
from conformance.verdict import ExitCode, Status
from tests.conformance.conftest import Breakable
from tests.conformance.faults.middleware import Inner, Request, Response, State


async def _count_as_text(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not request.is_list or response.status != 200:
        return response
    return response.with_json({**response.json, "count": str(response.json["count"])})


async def _nothing_is_accepted(request: Request, inner: Inner, state: State) -> Response:
    """No profile can be read, and nothing that the contract states is broken by it."""
    return (
        await inner(request.with_header("authorization", None)) if request.is_read else await inner(request)
    )


def test_the_whole_command_passes_on_a_server_that_conforms(
    breakable: Breakable, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONFORMANCE_KEY", breakable.target.key)
    monkeypatch.setenv("CONFORMANCE_VIEWER_KEY", breakable.target.viewer_key or "")
    code = cli.run(
        ["check", breakable.target.root, "--seed", "1", "--max-examples", "10", "--output", str(folder)]
    )
    results = json.loads((folder / "results.json").read_text())

    wrong = [v for v in results["clauses"] + results["operations"] if v["status"] != "PASS"]
    assert wrong == []
    assert code == ExitCode.CONFORMS
    assert [v["id"] for v in results["operations"]] == [
        "SCHEMA-listAccessProfiles",
        "SCHEMA-createAccessProfile",
        "SCHEMA-getAccessProfile",
    ]
    assert "The server conforms." in capsys.readouterr().out


def test_an_answer_that_breaks_its_schema_is_found(plan: Plan, breakable: Breakable) -> None:
    only = frozenset({"SCHEMA-listAccessProfiles"})
    breakable.app.break_with(_count_as_text)
    try:
        results = run(replace(plan, only=only, fuzz=True, max_examples=5))
    finally:
        breakable.app.break_with(None)

    (verdict,) = results.verdicts
    assert verdict.status is Status.FAIL
    assert verdict.findings[0].code == "ST108"
    assert "count" in verdict.findings[0].actual
    assert '"$KEY"' in (verdict.findings[0].curl or "")
    assert results.exit_code is ExitCode.DOES_NOT_CONFORM


def test_a_server_that_accepts_nothing_proves_nothing(plan: Plan, breakable: Breakable) -> None:
    only = frozenset({"SCHEMA-getAccessProfile"})
    breakable.app.break_with(_nothing_is_accepted)
    try:
        results = run(replace(plan, only=only, fuzz=True, max_examples=5))
    finally:
        breakable.app.break_with(None)

    (verdict,) = results.verdicts
    assert verdict.status is Status.NOT_REACHED
    assert results.exit_code is ExitCode.INCOMPLETE


def test_without_fuzzing_the_operations_are_skipped_with_the_reason(plan: Plan) -> None:
    results = run(replace(plan, only=frozenset({"SCHEMA-getAccessProfile", "AP-GET-001"})))

    assert [verdict.status for verdict in results.verdicts] == [Status.PASS, Status.SKIP]
    assert "--no-fuzz" in results.verdicts[1].reason
