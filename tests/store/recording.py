"""A store that writes down which methods of the protocol were called, and how each call ended."""

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast, get_type_hints

from domain.errors import DomainError
from store.api import ReadTransaction, Store, WriteTransaction
from store.wrappers.delegating import DelegatingStore


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
    """Hands out recorded parts."""

    def __init__(self, tx: object, unit: str, calls: set[Call]) -> None:
        self._tx, self._unit, self._calls = tx, unit, calls

    def __getattr__(self, name: str) -> "RecordedPart":
        return RecordedPart(getattr(self._tx, name), f"{self._unit}.{name}", self._calls)


class RecordedPart:
    """Writes down each call of a reader or writer."""

    def __init__(self, part: object, name: str, calls: set[Call]) -> None:
        self._part, self._name, self._calls = part, name, calls

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._part, name)

        def recorded(*arguments: Any, **named: Any) -> Any:
            outcome = "failed"
            try:
                result = method(*arguments, **named)
                outcome = "returned"
            except DomainError as error:
                outcome = type(error).__name__
                raise
            finally:
                self._calls.add(Call(f"{self._name}.{name}", outcome))
            return result

        return recorded


def promised_calls() -> set[Call]:
    """Return every way in which the methods of the protocol's readers and writers may end."""
    return {
        Call(f"{unit}.{name}.{method}", outcome)
        for unit, transaction in (("read", ReadTransaction), ("write", WriteTransaction))
        for name, part in vars(transaction).items()
        if isinstance(part, property)
        for method, function in inspect.getmembers(get_type_hints(part.fget)["return"], inspect.isfunction)
        if not method.startswith("_")
        for outcome in ("returned", *documented_errors(function))
    }


def documented_errors(function: Callable[..., object]) -> list[str]:
    """Return the names below `Raises:` in a function's docstring."""
    _, _, section = (inspect.getdoc(function) or "").partition("\nRaises:\n")
    return re.findall(r"^    (\w+): ", section, re.MULTILINE)
