"""Judging what the run does not own: others may write at the target all the while."""

from collections.abc import Callable
from typing import TypeVar

from conformance.http.unreached import Unreached
from conformance.run.verdict import Violation

T = TypeVar("T")

_TRIES = 60
_PROOFS = 5
"""How often on end it has to be wrong: what others make and remove between two looks is not to be seen."""


def bracketed(look: Callable[[], T], judge: Callable[[T], None]) -> None:
    """Judge by what `look` sees until it is right, or until it is always wrong while the look stays the same.

    Raises:
        Violation: it was wrong while nobody wrote.
        Unreached: others write all the time.
    """
    wrong = 0
    for _ in range(_TRIES):
        before = look()
        try:
            return judge(before)
        except Violation:
            wrong = wrong + 1 if look() == before else 0
            if wrong == _PROOFS:
                raise
    raise Unreached(f"others write all the time: nothing stood still in {_TRIES} tries")
