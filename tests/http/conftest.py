"""Stores that outlive a process, for tests that end one."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.postgres import shared_cluster


def _postgresql(_folder: Path) -> str:
    cluster = shared_cluster()
    return cluster.database_url(cluster.new_database())


DURABLE: Mapping[str, Callable[[Path], str]] = {
    "sqlite": lambda folder: f"sqlite:///{folder / 'profiles.db'}",
    "postgresql": _postgresql,
}


@pytest.fixture(params=DURABLE)
def durable_store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a new store that is kept outside the server's process."""
    return DURABLE[request.param](tmp_path)
