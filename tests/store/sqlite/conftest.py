from pathlib import Path

import pytest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the file of a store, which is not there yet."""
    return tmp_path / "profiles.db"
