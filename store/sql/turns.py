"""A fair queue for connections.

SQLAlchemy's pool is not fair: a thread that gives a connection back and asks again gets it before those who
wait, and under load they wait until they give up.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy.exc import TimeoutError  # noqa: A004


class Turns:
    """Lets so many threads in at once, in the order in which they came."""

    def __init__(self, places: int, patience_seconds: float) -> None:
        self._free = places
        self._patience_seconds = patience_seconds
        self._waiting: deque[Lock] = deque()
        self._mutex = Lock()

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for a place and hold it until the block ends.

        Raises:
            TimeoutError: no place became free in time.
        """
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        with self._mutex:
            if self._free:
                self._free -= 1
                return
            called = Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=self._patience_seconds):
            return
        with self._mutex:
            # Whoever is not in the queue any more was called at the last moment.
            if called in self._waiting:
                self._waiting.remove(called)
                raise TimeoutError(f"no place became free within {self._patience_seconds} seconds")

    def _leave(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
