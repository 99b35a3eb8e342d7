"""The suite, run as QA would run it, against a server process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import ROOT, Server


@pytest.mark.timeout(180)
def test_our_server_keeps_every_clause(server: Server, tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "conformance", "check", server.url),
        *("--key", server.keys.admin, "--viewer-key", server.keys.viewer),
        *("--seed", "1", "--output", str(tmp_path)),
    ]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    statuses = {clause["id"]: clause["status"] for clause in results["clauses"]}
    assert len(statuses) >= 68
    assert set(statuses.values()) == {"PASS"}
    for written in (*tmp_path.iterdir(),):
        text = written.read_text(encoding="utf-8")
        assert server.keys.admin not in text
        assert server.keys.viewer not in text
