"""The suite on a store that records; `test_suite_is_complete.py` runs it in a process of its own.

Without random histories: a behaviour that only they reach has no test that says what it is.
"""

import json
import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import ClassVar

import pytest

from store.memory import MemoryStore
from store.testsuite import HistorySuite, OpenEmpty, StoreSuite
from tests.store.testsuite.recording import Call, RecordingStore

REPORT = "RECORDED_CALLS"
"""The environment variable that names the file for what was called."""


class TestRecordedStore(*(suite for suite in StoreSuite.__bases__ if suite is not HistorySuite)):  # type: ignore[misc]
    """Every behaviour."""

    calls: ClassVar[set[Call]] = set()

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def report(cls) -> Iterator[None]:
        """Write down at the end what was called."""
        yield
        Path(os.environ[REPORT]).write_text(json.dumps(sorted(cls.calls)))

    @pytest.fixture
    def open_empty(self) -> OpenEmpty:
        """Open a store that records."""
        return lambda _folder: nullcontext(RecordingStore(MemoryStore(), self.calls))
