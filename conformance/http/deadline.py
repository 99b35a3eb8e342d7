"""The time that a phase may take."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant on a monotonic clock, in seconds; none when `at` is None."""

    at: float | None
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def within(cls, seconds: float | None) -> "Deadline":
        """Return the deadline that lies so many seconds ahead; none when None is given."""
        return cls(None if seconds is None else time.monotonic() + seconds)

    @property
    def remaining(self) -> float:
        """Seconds that are left, never fewer than 0; infinity when there is no deadline."""
        return float("inf") if self.at is None else max(0.0, self.at - self.clock())

    @property
    def expired(self) -> bool:
        """Whether no time is left."""
        return self.remaining <= 0
