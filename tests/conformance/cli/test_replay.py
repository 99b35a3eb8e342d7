"""A failure of an earlier run, once more."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.run.verdict import ExitCode
from conformance.selftest.faults import fault_of
from tests.conformance.command import Command, Said
from tests.conformance.conftest import Breakable

NO_CHALLENGE = fault_of("AUTH-008/no_challenge")


@pytest.fixture
def failed(breakable: Breakable, folder: Path, command: Command, keyed: None) -> Path:
    """Give the report of a run against a server without a challenge."""
    with breakable.broken(NO_CHALLENGE):
        asked = ("check", breakable.target.root, "--only", "AUTH-008", "--output", folder)
        command(*asked, code=ExitCode.DOES_NOT_CONFORM)
    return folder


@pytest.fixture
def replay(failed: Path, command: Command) -> Callable[..., Said]:
    """Give the command that repeats a clause of that run."""
    return lambda clause="AUTH-008", *more, code=ExitCode.CONFORMS: command(
        "replay", clause, *more, "--results", failed, code=code
    )


def _as_sent(folder: Path, **changes: Any) -> None:
    """Let the report of a run have sent another request."""
    file = folder / "results.json"
    document = json.loads(file.read_text())
    document["clauses"][0]["findings"][0]["exchanges"][0]["request"] |= changes
    file.write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["auth-008"], ["then  FAIL", "now   FAIL", "It still fails."]),
        (["AUTH-008", "--as-sent"], ["then  401"]),
    ],
)
def test_a_failure_that_is_still_there_is_1(
    replay: Callable[..., Said], breakable: Breakable, asked: list[str], says: list[str]
) -> None:
    with breakable.broken(NO_CHALLENGE):
        text = replay(*asked, code=ExitCode.DOES_NOT_CONFORM).out

    assert [part for part in says if part not in text] == []


def test_a_failure_that_was_mended_is_0(replay: Callable[..., Said]) -> None:
    assert "It no longer fails." in replay().out


def test_the_keys_of_this_run_take_the_place_of_those_that_were_masked(
    failed: Path, replay: Callable[..., Said], breakable: Breakable
) -> None:
    _as_sent(failed, headers=[["Authorization", "Bearer $KEY"]])

    text = replay("AUTH-008", "--as-sent", code=ExitCode.INCOMPLETE).out
    assert "now   200" in text
    assert "only the check can tell" in text
    assert breakable.target.key not in text


def test_a_request_that_was_masked_or_cut_is_not_sent_by_halves(
    failed: Path, replay: Callable[..., Said]
) -> None:
    for headers, octets, says in (
        (
            [["Authorization", "Bearer bfst-abcd[hidden by the suite]"]],
            0,
            "held a secret that is not there any more",
        ),
        ([], 9000, "the beginning of 9,000 octets alone"),
    ):
        _as_sent(failed, headers=headers, octets=octets, body="x" * min(octets, 4096))
        assert says in replay("AUTH-008", "--as-sent", code=ExitCode.USAGE).err


def test_a_finding_that_has_a_line_and_no_request_is_not_said_to_have_none(
    failed: Path, replay: Callable[..., Said]
) -> None:
    file = failed / "results.json"
    document = json.loads(file.read_text())
    document["clauses"][0]["findings"][0] |= {"exchanges": [], "curl": "curl -X GET http://127.0.0.1/"}
    file.write_text(json.dumps(document))

    told = replay("AUTH-008", "--as-sent", code=ExitCode.USAGE).err
    assert "as a line for the shell alone, and what it names may be gone" in " ".join(told.split())
    assert "shows no request" not in told


def test_what_was_made_by_what_was_sent_again_is_said_with_the_line_that_removes_it(
    failed: Path, replay: Callable[..., Said], breakable: Breakable, command: Command
) -> None:
    root = breakable.target.root
    line = f"conformance clean {root} --all"
    # What tests before this one have left is not what is told here.
    command("clean", root, "--all", "--yes")
    body = json.dumps({"name": "cf-01234567-replayed"})
    headers = [["Authorization", "Bearer $KEY"], ["Content-Type", "application/json"]]
    _as_sent(failed, headers=headers)
    assert line not in replay("AUTH-008", "--as-sent", code=ExitCode.INCOMPLETE).out

    url = f"{root}/api/access-profiles"
    _as_sent(failed, method="POST", url=url, headers=headers, body=body, octets=len(body))
    told = replay("AUTH-008", "--as-sent", code=ExitCode.INCOMPLETE).out
    removed = command("clean", root, "--all", "--yes", code=ExitCode.CONFORMS).out

    assert "now   201" in told
    assert line in told
    assert "Removed 1 profile" in removed


def test_what_did_not_fail_is_2_and_names_what_did(replay: Callable[..., Said]) -> None:
    told = replay("AP-GET-001", code=ExitCode.USAGE).err

    assert "did not fail in that run. These did: AUTH-008." in told


def test_a_server_that_is_gone_is_3(replay: Callable[..., Said], no_listener: str) -> None:
    replay("AUTH-008", no_listener, code=ExitCode.INCOMPLETE)
