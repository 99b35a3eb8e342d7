"""How fast requests may leave: a rate that was asked for, and the pauses that a server demands."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TOO_MANY_REQUESTS, UNAVAILABLE = 429, 503
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
    _is_503_an_answer: bool = field(default=False, init=False)
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

    def is_put_off(self, status: int, retry_after: str | None) -> bool:
        """Return whether an answer asks to come again later: 429, and 503 if it says when."""
        waits_for_503 = not self._is_503_an_answer and retry_after is not None
        is_put_off = status == TOO_MANY_REQUESTS or (status == UNAVAILABLE and waits_for_503)
        if not is_put_off:
            self._hopeless = False
        return is_put_off

    def give_up_on_503(self) -> None:
        """Wait for no more of them: a server that is unavailable for so long is to be judged by it."""
        self._is_503_an_answer = True

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
