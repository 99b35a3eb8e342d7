"""Schemathesis as it comes, with nothing of the suite but the statuses that the clauses explain."""

import os
import subprocess
import sys
from pathlib import Path

from conformance.contract import document
from conformance.selftest.baseline import SETTINGS as PLAIN_SETTINGS
from tests.serving import ROOT, Server

OPERATIONS = document.load().operations
ASKED = [each for each in OPERATIONS if "SOAK_ROUNDS" in os.environ or each.path.startswith("/roles")]
"""Those on roles, which make what they need; `make soak` asks for all, as a run of the suite does."""


def test_plain_schemathesis_finds_nothing(server: Server, tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "schemathesis.cli"),
        *("--config-file", str(PLAIN_SETTINGS)),
        *("run", str(ROOT / "openapi.yaml"), "--url", f"{server.url}/api", "--no-color"),
        *("-H", f"Authorization: Bearer {server.keys.admin}"),
        *(argument for asked in ASKED for argument in ("--include-operation-id", asked.id)),
    ]

    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout[-5000:] + run.stderr
    assert f"{len(ASKED)} selected / {len(OPERATIONS)} total" in run.stdout
