"""The list of faults, filled by a decorator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.selftest.middleware import Fault


@dataclass(frozen=True)
class Planted:
    """A fault, and the clause that it breaks."""

    clause_id: str
    name: str
    fault: Fault

    @property
    def id(self) -> str:
        """What the fault is called from outside: no two share it."""
        return f"{self.clause_id}/{self.name}"


FAULTS: list[Planted] = []


def breaks(clause_id: str) -> Callable[[Fault], Fault]:
    """Put the decorated fault on the list, as one that breaks the clause.

    Raises:
        ValueError: the clause has a fault of that name already.
    """

    def plant(fault: Fault) -> Fault:
        planted = Planted(clause_id, getattr(fault, "__name__", "fault"), fault)
        if any(other.id == planted.id for other in FAULTS):
            raise ValueError(f"The fault {planted.id} stands twice.")
        FAULTS.append(planted)
        return fault

    return plant
