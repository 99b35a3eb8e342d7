"""A failure of an earlier run, once more."""

import json
from pathlib import Path

import pytest

from conformance import cli
from conformance.run.verdict import ExitCode
from conformance.selftest.faults import fault_of
from conformance.selftest.middleware import Fault
from tests.conformance.conftest import Breakable

NO_CHALLENGE = fault_of("AUTH-008/no_challenge")


@pytest.fixture
def failed(breakable: Breakable, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the report of a run against a server without a challenge."""
    monkeypatch.setenv("CONFORMANCE_KEY", breakable.target.key)
    code = _run(breakable, NO_CHALLENGE, "check", breakable.target.root, "--only", "AUTH-008", folder=folder)
    assert code == ExitCode.DOES_NOT_CONFORM
    return folder


def _run(breakable: Breakable, fault: Fault | None, *arguments: str, folder: Path | None = None) -> int:
    with breakable.broken_by(fault):
        return cli.run([*arguments, *(("--output", str(folder)) if folder else ())])


def test_a_failure_that_is_still_there_is_1(
    failed: Path, breakable: Breakable, capsys: pytest.CaptureFixture[str]
) -> None:
    code = _run(breakable, NO_CHALLENGE, "replay", "auth-008", "--results", str(failed))

    text = capsys.readouterr().out
    assert code == ExitCode.DOES_NOT_CONFORM
    assert "then  FAIL" in text
    assert "now   FAIL" in text
    assert "It still fails." in text


def test_a_failure_that_was_mended_is_0(
    failed: Path, breakable: Breakable, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(breakable, None, "replay", "AUTH-008", "--results", str(failed)) == ExitCode.CONFORMS
    assert "It no longer fails." in capsys.readouterr().out


def test_recorded_requests_are_sent_as_they_are(
    failed: Path, breakable: Breakable, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("replay", "AUTH-008", "--results", str(failed), "--as-sent")

    assert _run(breakable, NO_CHALLENGE, *command) == ExitCode.DOES_NOT_CONFORM
    assert "then  401" in capsys.readouterr().out


def test_the_keys_of_this_run_take_the_place_of_those_that_were_masked(
    failed: Path, breakable: Breakable, capsys: pytest.CaptureFixture[str]
) -> None:
    file = failed / "results.json"
    document = json.loads(file.read_text())
    (verdict,) = document["clauses"]
    request = verdict["findings"][0]["exchanges"][0]["request"]
    request["headers"] = [["Authorization", "Bearer $KEY"]]
    file.write_text(json.dumps(document))

    code = _run(breakable, None, "replay", "AUTH-008", "--results", str(failed), "--as-sent")

    text = capsys.readouterr().out
    assert code == ExitCode.INCOMPLETE
    assert "now   200" in text
    assert "only the check can tell" in text
    assert breakable.target.key not in text


def test_a_request_that_was_masked_or_cut_is_not_sent_by_halves(
    failed: Path, breakable: Breakable, capsys: pytest.CaptureFixture[str]
) -> None:
    file = failed / "results.json"
    document = json.loads(file.read_text())
    request = document["clauses"][0]["findings"][0]["exchanges"][0]["request"]
    for headers, octets, says in (
        (
            [["Authorization", "Bearer bfst-abcd[hidden by the suite]"]],
            0,
            "held a secret that is not there any more",
        ),
        ([], 9000, "the beginning of 9,000 octets alone"),
    ):
        request["headers"], request["octets"], request["body"] = headers, octets, "x" * min(octets, 4096)
        file.write_text(json.dumps(document))
        code = _run(breakable, None, "replay", "AUTH-008", "--results", str(failed), "--as-sent")

        assert code == ExitCode.USAGE
        assert says in capsys.readouterr().err


def test_what_did_not_fail_is_2_and_names_what_did(
    failed: Path, breakable: Breakable, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(breakable, None, "replay", "AP-GET-001", "--results", str(failed)) == ExitCode.USAGE
    assert "did not fail in that run. These did: AUTH-008." in capsys.readouterr().err


def test_a_server_that_is_gone_is_3(failed: Path, breakable: Breakable, no_listener: str) -> None:
    command = ("replay", "AUTH-008", no_listener, "--results", str(failed))

    assert _run(breakable, None, *command) == ExitCode.INCOMPLETE
