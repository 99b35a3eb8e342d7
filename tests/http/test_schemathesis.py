"""Schemathesis as it comes, with nothing of the suite but the statuses that the clauses explain."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import contract
from conformance.selftest.plain import SETTINGS as PLAIN_SETTINGS
from tests.serving import ROOT, Server

pytestmark = pytest.mark.timeout(240)

OPERATIONS = [operation.id for operation in contract.load().operations]
ASKED = OPERATIONS if "SOAK_ROUNDS" in os.environ else OPERATIONS[2::4]
"""Every fourth operation; `make soak` asks for all. A run of the suite fuzzes all of them in its own way."""


def test_plain_schemathesis_finds_nothing(server: Server, tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "schemathesis.cli"),
        *("--config-file", str(PLAIN_SETTINGS)),
        *("run", str(ROOT / "openapi.yaml"), "--url", f"{server.url}/api", "--no-color"),
        *("-H", f"Authorization: Bearer {server.keys.admin}"),
        *(argument for asked in ASKED for argument in ("--include-operation-id", asked)),
    ]

    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout[-5000:] + run.stderr
    assert f"{len(ASKED)} selected / {len(OPERATIONS)} total" in run.stdout
