"""The store that each behaviour is tested on: once for every backend."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.api import Store
from tests.store.backends import BACKENDS, opened_store


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty, migrated store."""
    with opened_store(request.param, tmp_path) as opened:
        yield opened
