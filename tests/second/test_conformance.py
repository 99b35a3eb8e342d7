"""The suite says of a server that it has never seen where it conforms, and where it does not."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from conformance.cli import cli
from conformance.contract import document as contract
from tests.processes import run
from tests.second.gateway import Gateway
from tests.second.keys import ROLES, KeyRing, generate
from tests.second.mistakes import MISTAKES
from tests.second.operations import Reply
from tests.second.running import Second, running
from tests.second.wire import Request, Server

CLAIMED = ("core", "http", "strict", "lifecycle", "scopes")
PATIENCE = ("--budget", "900", "--timeout", "300")
"""The machine may be busy with other tests."""
CLAUSES = contract.load().clauses


@pytest.fixture(scope="module")
def second() -> Iterator[Second]:
    with running() as server:
        yield server


def check(server: Second, *arguments: str) -> Result:
    """Run `conformance check` and return how it ended."""
    command = ["check", server.url, "--key", server.keys["admin"], "--viewer-key", server.keys["viewer"]]
    return CliRunner().invoke(cli, [*command, "--format", "json", *PATIENCE, *arguments])


def statuses(result: Result) -> dict[str, str]:
    """Return the status of each clause."""
    return {verdict["id"]: verdict["status"] for verdict in json.loads(result.stdout)["clauses"]}


def unclaimed(found: dict[str, str]) -> set[str]:
    return {clause_id for clause_id, status in found.items() if status == "SKIP"}


def test_every_clause_of_the_claimed_profiles_passes_and_all_others_are_skipped(second: Second) -> None:
    result = check(second, "--profile", ",".join(CLAIMED), "--without", "fuzz,model")

    found = statuses(result)
    assert set(found.values()) == {"PASS", "SKIP"}, not_passed(result)
    foreign = {clause.id for clause in CLAUSES if clause.profile not in CLAIMED}
    assert foreign < unclaimed(found)
    # A clause of `strict` about an operation that the server does not claim is not claimed either.
    assert {i.rpartition("-")[0] for i in unclaimed(found) - foreign} == {
        "AP-PRO", "AP-ATT", "AP-DET", "AP-UAP", "AP-ASG", "VK-LST"
    }  # fmt: skip
    assert result.exit_code == 0


def test_no_history_contradicts_the_clauses_of_the_claimed_profiles(second: Second) -> None:
    result = check(second, "--profile", ",".join(CLAIMED), "--only", "MODEL.*", "--budget", "110")

    derived = {each["id"]: each["status"] for each in json.loads(result.stdout)["derived"]}
    assert derived == {"MODEL.templates": "PASS", "MODEL.people": "SKIP"}
    assert result.exit_code == 0


def test_without_a_claim_the_suite_finds_out_that_there_are_no_roles_and_users(second: Second) -> None:
    asked = check(
        second, "--without", "fuzz", "--only", "AUTH-*,AP-GET-*,AP-PRO-*,ROL-*,USR-*,KEY-*,AP-VER-*"
    )

    document = json.loads(asked.stdout)
    assert asked.exit_code == 0, not_passed(asked)
    reasons = {verdict["id"]: verdict["reason"] for verdict in document["clauses"]}
    assert all("no roles and users" in reasons[clause_id] for clause_id in unclaimed(statuses(asked)))
    assert {"AP-PRO-001", "AP-PRO-013", "ROL-LST-001"} <= unclaimed(statuses(asked))
    assert statuses(asked)["AP-VER-005"] == "PASS"


def test_fuzzing_finds_nothing_in_the_operations_that_it_has(second: Second, tmp_path: Path) -> None:
    command = ["check", second.url, "--key", second.keys["admin"]]
    claim = ["--profile", "core,lifecycle", "--only", "S.*.fuzz", "--max-examples", "2", "--seed", "1"]
    claim += ["--without", "raw,boundary,model,race"]  # all of the time is for this phase
    ran = run("conformance", *command, *PATIENCE, *claim, "--output", str(tmp_path))

    assert ran.returncode == 0, ran.stdout
    derived = json.loads((tmp_path / "results.json").read_text("utf-8"))["derived"]
    fuzzed = {verdict["id"]: verdict["status"] for verdict in derived}
    mine = {name for name, status in fuzzed.items() if status == "PASS"}
    assert len(mine) == 12
    assert {status for name, status in fuzzed.items() if name not in mine} == {"SKIP"}


def test_what_is_not_claimed_is_not_written_to() -> None:
    sent = set()
    gateway = Gateway(KeyRing(ring := {role: generate() for role in ROLES}))

    def answer(request: Request) -> Reply:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            sent.add(request.path.removeprefix("/api").removeprefix("/governance").split("/")[1])
        return gateway.answer(request)

    with Server(("127.0.0.1", 0), answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            second = Second(f"http://127.0.0.1:{server.server_address[1]}", ring)
            with_people_elsewhere = "AP-GET-*,AP-VER-*,AP-AUD-*,AP-AUA-*"
            check(second, "--profile", ",".join(CLAIMED), "--only", with_people_elsewhere)
        finally:
            server.shutdown()
            thread.join()

    assert sent == {"access-profiles"}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_fails_the_clauses_that_it_breaks(name: str) -> None:
    broken = MISTAKES[name].clauses
    with running(name) as server:
        result = check(server, "--only", ",".join(broken), "--without", "fuzz")

    assert statuses(result) == dict.fromkeys(sorted(broken, key=position), "FAIL"), result.stdout
    assert result.exit_code == 1


def position(clause_id: str) -> int:
    return [clause.id for clause in CLAUSES].index(clause_id)


def not_passed(result: Result) -> list[Any]:
    verdicts = json.loads(result.stdout)["clauses"]
    return [verdict for verdict in verdicts if verdict["status"] not in ("PASS", "SKIP")]
