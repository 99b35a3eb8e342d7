"""`access-profiles new-operation`: `tests/house/test_new_operation.py` pastes what it prints."""

import subprocess
import sys

import pytest

from tests.serving import ROOT


@pytest.mark.parametrize(
    ("operation_id", "code", "told"),
    [
        ("getRole", 0, "Each clause of getRole has a check and a fault.\n"),
        ("getRoles", 2, "Error: openapi.yaml states no operation getRoles. Do you mean getRole?\n"),
        ("x", 2, "Error: openapi.yaml states no operation x.\n"),
    ],
)
def test_what_lacks_nothing_and_what_there_is_not_is_told(operation_id: str, code: int, told: str) -> None:
    command = [sys.executable, "-m", "server.cli", "new-operation", operation_id]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr.endswith(told)
