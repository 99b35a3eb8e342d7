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


FAULTS: list[Planted] = []


def breaks(clause_id: str) -> Callable[[Fault], Fault]:
    """Put the decorated fault on the list, as one that breaks the clause."""

    def plant(fault: Fault) -> Fault:
        FAULTS.append(Planted(clause_id, getattr(fault, "__name__", "fault"), fault))
        return fault

    return plant
