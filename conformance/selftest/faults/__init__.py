"""Faults: for each clause at least one way in which a server breaks it.

Each module here may state some as `FAULTS`, by their ids: the clause, a slash, and what is wrong in words.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.selftest.middleware import Fault

__all__ = ["FAULTS", "SeededFault", "fault_of"]


@dataclass(frozen=True)
class SeededFault:
    """A fault, and the clause that it breaks."""

    clause_id: str
    name: str
    fault: Fault

    @property
    def id(self) -> str:
        """What the fault is called from outside: no two share it."""
        return f"{self.clause_id}/{self.name}"


def _seeded() -> Iterator[SeededFault]:
    seen: set[str] = set()
    for found in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
        stated: dict[str, Fault] = getattr(importlib.import_module(found.name), "FAULTS", {})
        if twice := seen & stated.keys():
            raise ValueError(f"The fault {min(twice)} stands twice.")
        seen |= stated.keys()
        for fault_id, fault in stated.items():
            clause_id, _, name = fault_id.partition("/")
            yield SeededFault(clause_id, name, fault)


FAULTS = list(_seeded())


def fault_of(fault_id: str) -> Fault:
    """Return the fault of that id.

    Raises:
        KeyError: there is none.
    """
    return {seeded.id: seeded.fault for seeded in FAULTS}[fault_id]
