import subprocess
import sys
from pathlib import Path

import pytest

from conformance.selftest.plain import SETTINGS as PLAIN_SETTINGS
from tests.serving import ROOT, Server

pytestmark = pytest.mark.timeout(240)


def test_plain_schemathesis_finds_nothing(server: Server, tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "schemathesis.cli"),
        *("--config-file", str(PLAIN_SETTINGS)),
        *("run", str(ROOT / "openapi.yaml"), "--url", f"{server.url}/api", "--no-color"),
        *("-H", f"Authorization: Bearer {server.keys.admin}"),
    ]

    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout[-5000:] + run.stderr
    assert "38 selected / 38 total" in run.stdout
