"""Fails on purpose, for tests of what stands above a store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from domain.errors import Unavailable
from store.api import ReadTransaction, Store, WriteTransaction
from tests.store.wrappers.delegating import DelegatingStore


class Moment(StrEnum):
    """When a unit of work can fail."""

    READ_BEGINS = "read begins"
    WRITE_BEGINS = "write begins"
    WRITE_COMMITS = "write commits"
    COMMIT_ANSWERED = "commit answered"
    """The work is kept, but the answer is lost: the caller cannot know."""


class FaultyStore(DelegatingStore):
    """Raises `Unavailable` at the moments that are chosen."""

    def __init__(self, store: Store, fails: Callable[[Moment], bool]) -> None:
        """Wrap a store.

        Args:
            store: the store that does the work.
            fails: is asked at every moment of every unit of work, and says whether it fails there.
        """
        super().__init__(store)
        self._fails = fails

    @contextmanager
    def read(self) -> Iterator[ReadTransaction]:
        """Read, or fail."""
        self._pass(Moment.READ_BEGINS)
        with self._store.read() as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[WriteTransaction]:
        """Write, or fail: before it begins, before it commits (nothing is kept), or after."""
        self._pass(Moment.WRITE_BEGINS)
        with self._store.write() as tx:
            yield tx
            self._pass(Moment.WRITE_COMMITS)
        self._pass(Moment.COMMIT_ANSWERED)

    def _pass(self, moment: Moment) -> None:
        if self._fails(moment):
            raise Unavailable(f"The store was told to fail: {moment}.")
