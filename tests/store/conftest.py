"""The store that each behaviour is tested on: once for every backend."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.api import Store
from tests.postgres import OwnCluster, shared_own_cluster
from tests.store.backends import BACKENDS, opened_store
from tests.store.recycled import recycled_database


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give an empty, migrated store."""
    with opened_store(request.param, tmp_path) as opened:
        yield opened


@pytest.fixture
def postgres() -> Iterator[OwnCluster]:
    """Give a PostgreSQL server that the test may stop."""
    cluster = shared_own_cluster()
    yield cluster
    if not cluster.is_running():
        cluster.start()


@pytest.fixture
def postgres_url(postgres: OwnCluster) -> str:
    """Give the URL of an empty, migrated database of that server."""
    return recycled_database(postgres).renewed_url()
