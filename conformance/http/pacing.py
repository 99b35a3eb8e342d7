"""How fast requests may leave: a rate that was asked for, and the pauses that a server demands."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TOO_MANY_REQUESTS = 429
_FIRST_PAUSE = 0.5
"""Seconds to wait when a server limits the rate and does not say for how long."""


@dataclass
class Pacer:
    """One for all threads of a run: `rate` is in requests a second, `patience` in seconds for one request.

    A server that did not answer anything else for as long as the patience lasts is waited for no more, until
    it answers something else.
    """

    rate: float | None = None
    patience: float = 30.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    waited: float = field(default=0.0, init=False)
    """Seconds that a server made the run wait, over all requests."""
    _free_at: float = field(default=0.0, init=False)
    _hopeless: bool = field(default=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def take_turn(self) -> None:
        """Wait until a request may leave."""
        with self._lock:
            now = self.clock()
            turn = max(now, self._free_at)
            if self.rate:
                self._free_at = turn + 1 / self.rate
        if turn > now:
            self.sleep(turn - now)

    def answered(self, status: int) -> None:
        """Take note of an answer that was not refused for the rate."""
        if status != TOO_MANY_REQUESTS:
            self._hopeless = False

    def pause(self, retry_after: str | None, attempt: int, spent: float) -> float | None:
        """Return the seconds to hold everything back before a refused request is sent again; None to give up.

        `attempt` counts the refusals before this one, `spent` is what was waited for them.
        """
        stated = seconds_until(retry_after)
        seconds = _FIRST_PAUSE * 2.0**attempt if stated is None else stated
        if self._hopeless or spent + seconds > self.patience:
            self._hopeless = True
            return None
        # Whoever says 0 seconds over and over is not asked a thousand times a second.
        seconds = max(seconds, min(0.05 * 2.0**attempt, _FIRST_PAUSE))
        with self._lock:
            self.waited += seconds
            self._free_at = max(self._free_at, self.clock() + seconds)
        return seconds


def seconds_until(retry_after: str | None) -> float | None:
    """Return the seconds that a Retry-After header states, as a number or a date; None for none."""
    text = (retry_after or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds: float = (moment - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds)
