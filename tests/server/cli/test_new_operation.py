"""`access-profiles new-operation`: `tests/house/test_new_operation.py` pastes what it prints."""

import pytest

from tests.processes import run


@pytest.mark.parametrize(
    ("operation_id", "code", "told"),
    [
        ("getRole", 0, "Each clause of getRole has a check and a fault.\n"),
        ("getRoles", 2, "Error: openapi.yaml states no operation getRoles. Do you mean getRole?\n"),
        ("x", 2, "Error: openapi.yaml states no operation x.\n"),
    ],
)
def test_what_lacks_nothing_and_what_there_is_not_is_told(operation_id: str, code: int, told: str) -> None:
    ended = run("server.cli", "new-operation", operation_id)

    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr.endswith(told)
