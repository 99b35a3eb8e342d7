"""What runs leave behind: how much of it, and which objects."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.contract.resources import Parameters

_SINGULARS = (
    (r"ies$", "y"),
    (r"(l|ea|oa)ves$", r"\1f"),
    (r"(ss|x|ch|sh|zz)es$", r"\1"),
    (r"([^su])s$", r"\1"),
)


def counted(kind: str, count: int) -> str:
    """Return a number of objects of a kind, for people: `1 api key`."""
    named = kind.replace("_", " ")
    endings = ((re.sub(ending, singular, named), named) for ending, singular in _SINGULARS)
    one = next((changed for changed, before in endings if changed != before), named)
    return f"{count} {one if count == 1 else named}"


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
        reasons: why those could not be removed that were to be, as far as it is known.
    """

    objects: Mapping[str, tuple[Parameters, ...]]
    kinds: Mapping[str, str]
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ", ".join(
            counted(self.kinds[path], len(found)) for path, found in self.objects.items() if found
        )

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(map(len, self.objects.values()))
