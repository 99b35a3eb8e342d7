"""The suite at a target that is alive: others write there all the while."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.traffic import Traffic
from tests.http.test_conformance import NOTHING, check
from tests.serving import Server

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "0"))
"""So many whole runs, and pairs of them; in every test run, one of what others can disturb."""
DISTURBED = (
    () if ROUNDS else ("--only", "USR-LST-*,USR-CRE-001,USR-DEL-001,AP-LST-*,AP-AUA-*,S.*.name.minLength")
)
OTHERS_WRITE = ("others write all the time", "were all taken")


@pytest.fixture(params=range(1, max(1, ROUNDS) + 1))
def seed(request: pytest.FixtureRequest) -> str:
    """Give the seed of a round."""
    return str(request.param)


def wrong(folder: Path) -> list[Any]:
    """Return the verdicts of a run that are no passes, but for what others made impossible to tell."""
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert results["left_behind"] | {"name_prefix": ""} == NOTHING
    return [
        (each["id"], each["status"], each["reason"], each["findings"])
        for each in (*results["clauses"], *results["derived"])
        if each["status"] not in ("PASS", "SKIP")
        and not (each["status"] == "NOT_REACHED" and any(why in each["reason"] for why in OTHERS_WRITE))
    ]


@pytest.mark.timeout(3600)
def test_nothing_fails_beside_a_client_that_makes_and_removes(
    server: Server, tmp_path: Path, seed: str
) -> None:
    with Traffic(server.url, server.keys.admin) as traffic:
        run = check(server, tmp_path, "--seed", seed, *DISTURBED)

    assert wrong(tmp_path) == [], run.stdout
    assert {answer.split()[1][0] for answer in traffic.answers} == {"2"}
    assert traffic.answers["DELETE 200"] > 100


@pytest.mark.timeout(3600)
def test_nothing_fails_when_two_runs_of_one_seed_meet(server: Server, tmp_path: Path, seed: str) -> None:
    folders = [tmp_path / "one", tmp_path / "other"]
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda folder: check(server, folder, "--seed", seed, *DISTURBED), folders))

    assert [wrong(folder) for folder in folders] == [[], []], runs
