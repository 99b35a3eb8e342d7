"""The list of faults: each has a clause, which it breaks, and a name."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.selftest.middleware import Fault


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


FAULTS: list[SeededFault] = []


def seed_faults(clause_id: str, **faults: Fault) -> None:
    """Puts faults on the list, by their names, as faults that break the clause.

    Raises:
        ValueError: the clause has a fault of that name already.
    """
    for name, fault in faults.items():
        seeded = SeededFault(clause_id, name, fault)
        if any(other.id == seeded.id for other in FAULTS):
            raise ValueError(f"The fault {seeded.id} stands twice.")
        FAULTS.append(seeded)


def fault_of(fault_id: str) -> Fault:
    """Returns the fault of that id.

    Raises:
        KeyError: there is none.
    """
    return {seeded.id: seeded.fault for seeded in FAULTS}[fault_id]


def seeded_fault(clause_id: str) -> Callable[[Fault], Fault]:
    """Puts the decorated function on the list, as a fault that breaks the clause.

    Raises:
        ValueError: the clause has a fault of that name already.
    """

    def seed(fault: Fault) -> Fault:
        seed_faults(clause_id, **{getattr(fault, "__name__", "fault"): fault})
        return fault

    return seed
