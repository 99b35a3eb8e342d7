"""Tells how long each unit of work took, and how it ended: for metrics."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

from domain.errors import DomainError, Unavailable
from store.api import ReadTransaction, Store, WriteTransaction
from tests.store.wrappers.delegating import DelegatingStore


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """What is told of a unit of work.

    Attributes:
        kind: `read` or `write`.
        seconds: from its begin to its end, with waiting and commit.
        outcome: `done`; `refused` by a rule, a conflict or a missing row; `unavailable`; or `failed`.
    """

    kind: Literal["read", "write"]
    seconds: float
    outcome: Literal["done", "refused", "unavailable", "failed"]


class ObservedStore(DelegatingStore):
    """Tells an observer of every unit of work, after its end."""

    def __init__(self, store: Store, observe: Callable[[UnitOfWork], None]) -> None:
        super().__init__(store)
        self._observe = observe

    @contextmanager
    def read(self) -> Iterator[ReadTransaction]:
        """Read, and tell of it."""
        with self._observed("read"), self._store.read() as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[WriteTransaction]:
        """Write, and tell of it."""
        with self._observed("write"), self._store.write() as tx:
            yield tx

    @contextmanager
    def _observed(self, kind: Literal["read", "write"]) -> Iterator[None]:
        began = perf_counter()
        outcome: Literal["done", "refused", "unavailable", "failed"] = "failed"
        try:
            yield
            outcome = "done"
        except Unavailable:
            outcome = "unavailable"
            raise
        except DomainError:
            outcome = "refused"
            raise
        finally:
            self._observe(UnitOfWork(kind, perf_counter() - began, outcome))
