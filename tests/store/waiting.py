"""Waiting for what comes about in other threads and processes."""

import time
from collections.abc import Callable

LONG_SECONDS = 300
"""A wait that is over long before, on a slow machine as well; it ends one that would last for ever."""


def wait_until(is_so: Callable[[], bool]) -> None:
    """Return when something has come about; fail when it never does."""
    deadline = time.monotonic() + LONG_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)
