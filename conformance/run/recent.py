"""Which operations were called last: when a server ends, one of them may have ended it, a moment ago."""

import time
from collections import deque
from collections.abc import Callable

from conformance.contract.document import Operation
from conformance.contract.resources import Resources
from conformance.http.transport import SAFE_METHODS

WINDOW = 5.0
"""Seconds that a server may take to end after the answer of the operation that ended it."""
_MOST = 3
_KEPT = 500


class Recent:
    """The last calls of a run. Several threads may tell it at once."""

    def __init__(self, resources: Resources, clock: Callable[[], float] = time.monotonic) -> None:
        self._resources = resources
        self._clock = clock
        self._calls: deque[tuple[float, Operation]] = deque(maxlen=_KEPT)

    def note(self, operation: Operation) -> None:
        """Keep that an operation was called."""
        self._calls.append((self._clock(), operation))

    def suspects(self) -> list[str]:
        """Return a few operations of the last seconds, the likeliest first.

        What makes or changes no object that is known does something else; and reads end no server.
        """
        since = self._clock() - WINDOW
        called = {each.id: each for at, each in reversed(list(self._calls)) if at >= since}
        return [each.id for each in sorted(called.values(), key=self._likelihood)][:_MOST]

    def _likelihood(self, operation: Operation) -> int:
        if operation.method in SAFE_METHODS:
            return 2
        return 1 if self._resources.deals_with(operation) else 0

    def after(self, what: str, joint: str) -> str:
        """Return a sentence about what has become of the server, with what may have brought it about."""
        match self.suspects():
            case []:
                return what
            case [one]:
                return f"{what} {joint} {one} was called: leave it out, with --exclude {one}"
            case [*others, last]:
                names = f"{', '.join(others)} or {last}"
                return (
                    f"{what} {joint} one of {names} was called: leave out the one that does it, as with "
                    f"--exclude {others[0]}"
                )
        raise AssertionError("unreachable")
