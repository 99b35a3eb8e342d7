"""What a run leaves behind."""

from dataclasses import asdict, astuple, dataclass


@dataclass(frozen=True, slots=True)
class Residue:
    """How many objects of a run are left, by kind; None for a kind of which it cannot be told."""

    users: int | None = 0
    roles: int | None = 0
    profiles: int | None = 0
    api_keys: int | None = 0

    def __add__(self, other: "Residue") -> "Residue":
        """What two runs left together."""
        mine, theirs = astuple(self), astuple(other)
        return Residue(*(None if None in pair else sum(pair) for pair in zip(mine, theirs, strict=True)))

    @property
    def total(self) -> int | None:
        """How many are left in all; None when that cannot be told."""
        counts = [count for count in asdict(self).values() if count is not None]
        return sum(counts) if len(counts) == len(asdict(self)) else None


UNKNOWN = Residue(None, None, None, None)
