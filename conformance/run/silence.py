"""Operations that give no answer: after a few requests they are given up, as each would cost a timeout."""

import threading
from collections import Counter

from conformance.contract.document import Operation

_ENOUGH = 2


class Silence:
    """Counts the requests of each operation, one after the other, to which no answer came in time.

    Several threads may tell it at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unanswered = Counter[str]()
        self._reasons: dict[str, str] = {}

    @property
    def reasons(self) -> dict[str, str]:
        """The operations that are given up, and why."""
        return self._reasons.copy()

    def note(self, operation: Operation) -> None:
        """Take note of a request to which no answer came in time."""
        with self._lock:
            self._unanswered[operation.id] += 1
            if self._unanswered[operation.id] >= _ENOUGH:
                self._reasons[operation.id] = (
                    f"{operation.method} {operation.path} gave no answer in time, {_ENOUGH} times in a row: "
                    f"leave it out with --exclude {operation.id}, or wait longer with --timeout SECONDS"
                )

    def break_off(self, operation: Operation) -> None:
        """Take note of an answer."""
        if self._unanswered[operation.id]:
            with self._lock:
                self._unanswered[operation.id] = 0
