"""What the suite needs of whoever brings a store: a way to open an empty one."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeAlias

import pytest

from store.api import Store

OpenEmpty: TypeAlias = Callable[[Path], AbstractContextManager[Store]]
"""Opens an empty, migrated store that nobody else uses, and closes it at the end of the block.

It gets an empty folder, to use or not. Its end is the place to check that nothing stayed open.
"""


class StoreFixtures:
    """The fixtures of all behaviours."""

    @pytest.fixture
    def open_empty(self) -> OpenEmpty:
        """Give how stores are opened; whoever runs the suite says it."""
        raise NotImplementedError("Override the fixture `open_empty` in the class that runs the suite.")

    @pytest.fixture
    def store(self, open_empty: OpenEmpty, tmp_path: Path) -> Iterator[Store]:
        """Give an empty store for each test."""
        with open_empty(tmp_path) as store:
            yield store
