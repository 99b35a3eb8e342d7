"""Which answer of one version stands for which of the other: a status, a range of them, or the default."""

import re
from collections.abc import Iterable
from typing import NamedTuple

_RANGE = re.compile(r"[1-5]XX")
_DEFAULT = "DEFAULT"


class Statuses(NamedTuple):
    """Two statuses that stand for each other; one is None where there is none for it."""

    old: str | None
    new: str | None

    @property
    def narrower(self) -> str:
        """The one that says more exactly when it comes."""
        stated = [each for each in self if each is not None]
        return min(stated, key=_width)

    @property
    def is_success(self) -> bool:
        """Whether it is what a caller hopes for."""
        return self.narrower[:1] in ("2", "3")

    @property
    def became(self) -> str:
        """What became of it: nothing when it stands for itself."""
        if self.old is None or self.new is None:
            return "added" if self.old is None else "removed"
        if self.old == self.new:
            return ""
        return "generalized" if _width(self.new) > _width(self.old) else "specialized"


def matched(old: Iterable[str], new: Iterable[str]) -> list[Statuses]:
    """Return what stands for each status, in the order of the old version and then of the new one.

    Statuses are in capitals, as `2XX` and `DEFAULT` are.
    """
    before, after = list(old), list(new)
    found: dict[Statuses, None] = {}
    for status in dict.fromkeys((*before, *after)):
        pair = Statuses(_standing_for(status, before), _standing_for(status, after))
        other = after if pair.new is None else before
        # A range of which single statuses have become is none that came or went.
        if None in pair and any(_covers(status, each) for each in other):
            continue
        found[pair] = None
    return list(found)


def _standing_for(status: str, stated: list[str]) -> str | None:
    covering = [each for each in stated if each == status or _covers(each, status)]
    return min(covering, key=_width, default=None)


def _covers(wide: str, narrow: str) -> bool:
    if wide == _DEFAULT:
        return narrow != _DEFAULT
    return bool(_RANGE.fullmatch(wide)) and wide != narrow and narrow[:1] == wide[0]


def _width(status: str) -> int:
    if status == _DEFAULT:
        return 2
    return 1 if _RANGE.fullmatch(status) else 0
