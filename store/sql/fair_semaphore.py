"""A fair queue for connections.

SQLAlchemy's pool is not fair: a thread that gives a connection back and asks again gets it before those who
wait, and under load they wait until they give up.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy.exc import TimeoutError  # noqa: A004


class FairSemaphore:
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
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def enter(self) -> None:
        """Wait for a place.

        Raises:
            TimeoutError: no place became free in time.
        """
        with self._mutex:
            if self._took_free_place():
                return
            called = Lock()
            called.acquire()
            self._waiting.append(called)
        try:
            if called.acquire(timeout=self._patience_seconds):
                return
        except BaseException:
            if not self._withdrew(called):
                self.leave()
            raise
        # Whoever is not in the queue any more was called at the last moment.
        if self._withdrew(called):
            raise TimeoutError(f"no place became free within {self._patience_seconds} seconds")

    def enter_at_once(self) -> bool:
        """Take a place if one is free, and return whether it was."""
        with self._mutex:
            return self._took_free_place()

    def pass_on(self) -> bool:
        """Give a place to the first who waits and return True; if nobody waits, keep it and return False."""
        with self._mutex:
            return self._called_next()

    def is_waited_for(self) -> bool:
        """Return whether somebody waits for a place."""
        return bool(self._waiting)

    def leave(self) -> None:
        """Give a place to the first who waits, or free it."""
        with self._mutex:
            if not self._called_next():
                self._free += 1

    def _took_free_place(self) -> bool:
        if not self._free:
            return False
        self._free -= 1
        return True

    def _called_next(self) -> bool:
        if not self._waiting:
            return False
        self._waiting.popleft().release()
        return True

    def _withdrew(self, called: Lock) -> bool:
        with self._mutex:
            if called not in self._waiting:
                return False
            self._waiting.remove(called)
            return True
