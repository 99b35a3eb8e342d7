"""The suite, on every backend of this program."""

import os
from functools import partial

import pytest

from store.testsuite import OpenEmpty, StoreSuite
from store.testsuite.histories import EXAMPLES
from tests.store.backends import BACKENDS, opened_store


class TestEveryBackend(StoreSuite):
    """What the protocol promises."""

    @pytest.fixture(autouse=True)
    def small_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have the end of a batch come often."""
        monkeypatch.setattr("store.sql.copies.BATCH", 7)

    @pytest.fixture(autouse=True)
    def few_histories(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Live a third of the random histories that the suite has by itself; `make soak` lives more."""
        monkeypatch.setenv(EXAMPLES, os.environ.get(EXAMPLES) or os.environ.get("SOAK_ROUNDS", "5"))

    @pytest.fixture(params=BACKENDS)
    def open_empty(self, request: pytest.FixtureRequest) -> OpenEmpty:
        """Give how a backend's stores are opened."""
        return partial(opened_store, request.param)
