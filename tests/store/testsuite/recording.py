"""A store that writes down which methods of the protocol were called, and how each call ended."""

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast, get_type_hints

from domain.errors import DomainError
from store.api import ReadTransaction, Store, WriteTransaction
from tests.store.wrappers.delegating import DelegatingStore


class Call(NamedTuple):
    """A method, as `write.profiles.get`, and how it ended: `returned`, or the name of the error."""

    method: str
    outcome: str


class RecordingStore(DelegatingStore):
    """Writes down each call, and passes it on."""

    def __init__(self, store: Store, calls: set[Call]) -> None:
        super().__init__(store)
        self._calls = calls

    @contextmanager
    def read(self) -> Iterator[ReadTransaction]:
        """Read, and write down with what."""
        with self._store.read() as tx:
            yield cast(ReadTransaction, RecordedTransaction(tx, "read", self._calls))

    @contextmanager
    def write(self) -> Iterator[WriteTransaction]:
        """Write, and write down with what."""
        with self._store.write() as tx:
            yield cast(WriteTransaction, RecordedTransaction(tx, "write", self._calls))


class RecordedTransaction:
    """Hands out recorded parts, and records its own methods."""

    def __init__(self, tx: object, unit: str, calls: set[Call]) -> None:
        self._tx, self._unit, self._calls = tx, unit, calls

    def __getattr__(self, name: str) -> Any:
        part = getattr(self._tx, name)
        recorded_as = f"{self._unit}.{name}"
        if inspect.ismethod(part):
            return recorded(part, recorded_as, self._calls)
        return RecordedPart(part, recorded_as, self._calls)


class RecordedPart:
    """Writes down each call of a reader or writer."""

    def __init__(self, part: object, name: str, calls: set[Call]) -> None:
        self._part, self._name, self._calls = part, name, calls

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return recorded(getattr(self._part, name), f"{self._name}.{name}", self._calls)


def recorded(method: Callable[..., Any], name: str, calls: set[Call]) -> Callable[..., Any]:
    """Return a method that writes down how each call of it ends."""

    def call(*arguments: Any, **named: Any) -> Any:
        outcome = "failed"
        try:
            result = method(*arguments, **named)
            outcome = "returned"
        except DomainError as error:
            outcome = type(error).__name__
            raise
        finally:
            calls.add(Call(name, outcome))
        return result

    return call


def promised_calls() -> set[Call]:
    """Return every way in which the methods of the protocol's units of work may end."""
    return {
        Call(method, outcome)
        for unit, transaction in (("read", ReadTransaction), ("write", WriteTransaction))
        for name, part in vars(transaction).items()
        if not name.startswith("_")
        for method, function in _methods(f"{unit}.{name}", part)
        for outcome in ("returned", *documented_errors(function))
    }


def _methods(name: str, part: Any) -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield the methods that a member of a unit of work offers: its own, or those of a reader or writer."""
    if inspect.isfunction(part):
        yield name, part
    elif isinstance(part, property):
        offered = get_type_hints(part.fget)["return"]
        for method, function in inspect.getmembers(offered, inspect.isfunction):
            if not method.startswith("_"):
                yield f"{name}.{method}", function


def documented_errors(function: Callable[..., object]) -> list[str]:
    """Return the names below `Raises:` in a function's docstring."""
    _, _, section = (inspect.getdoc(function) or "").partition("\nRaises:\n")
    return re.findall(r"^    (\w+): ", section, re.MULTILINE)
