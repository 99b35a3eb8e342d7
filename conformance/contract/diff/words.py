"""What became of each word of a text."""

from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Edit:
    """Words that follow each other: the `old` ones and what stands for them, the `new` ones.

    Words that stayed are in both. Where words were only removed or only added, the other is empty.
    """

    old: str
    new: str

    @property
    def stayed(self) -> bool:
        """Whether nothing became of them."""
        return self.old == self.new


def edits(old: str, new: str) -> tuple[Edit, ...]:
    """Return the way from one text to the other, word by word."""
    before, after = old.split(), new.split()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return tuple(Edit(" ".join(before[i:j]), " ".join(after[k:m])) for _, i, j, k, m in matcher.get_opcodes())


def likeness(old: str, new: str) -> float:
    """Return how much of two texts is the same words in the same order: 0 for nothing, 1 for all."""
    return SequenceMatcher(None, old.lower().split(), new.lower().split(), autojunk=False).ratio()
