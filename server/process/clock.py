"""The time, handed to whatever needs it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Returns the time, UTC, with a time zone."""


def system_clock() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)
