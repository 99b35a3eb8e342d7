"""What runs leave behind: how much of it, and which objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.contract.resources import Parameters


@dataclass(frozen=True, slots=True)
class Residue:
    """How many objects of a run are left, by kind; None for a kind of which it cannot be told."""

    counts: Mapping[str, int | None] = field(default_factory=dict)

    def __add__(self, other: "Residue") -> "Residue":
        """Return what two runs left together."""
        both = dict(self.counts)
        for kind, count in other.counts.items():
            before = both.get(kind, 0)
            both[kind] = None if before is None or count is None else before + count
        return Residue(both)

    @property
    def total(self) -> int | None:
        """How many are left in all; None when that cannot be told."""
        counts = [count for count in self.counts.values() if count is not None]
        return sum(counts) if len(counts) == len(self.counts) else None


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Objects that earlier runs left on a server: their path parameters by the path of their kind.

    Attributes:
        kinds: what each kind is called.
    """

    objects: Mapping[str, tuple[Parameters, ...]]
    kinds: Mapping[str, str]

    def __str__(self) -> str:
        counts = [(self.kinds[path].replace("_", " "), len(found)) for path, found in self.objects.items()]
        return ", ".join(f"{count} {kind if count > 1 else kind[:-1]}" for kind, count in counts if count)

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(map(len, self.objects.values()))
