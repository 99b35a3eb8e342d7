"""Whether concurrent calls can be explained as if they had been made one after the other.

That is linearizability: each call takes effect at one instant between its beginning and its end (Herlihy and
Wing). The search is that of Wing and Gong, with the memory that Lowe added to it: a set of calls that are
done, together with the state that they left, is never looked at twice.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_State = TypeVar("_State", bound=Hashable)
_Call = TypeVar("_Call")


@dataclass(frozen=True, slots=True)
class Timed(Generic[_Call]):
    """A call with its answer, and when it began and ended, in seconds on one clock."""

    call: _Call
    begun: float
    ended: float


def an_order(
    calls: Sequence[Timed[_Call]], initial: _State, apply: Callable[[_State, _Call], _State | None]
) -> list[int] | None:
    """Return the indexes of the calls in an order that explains their answers; None when there is none.

    `apply` gives the state that a call leaves when it is made in a state; None when its answer would be wrong
    there. A call that ended before another began comes before it. Time and memory are exponential in the
    number of calls at once at the worst, and linear in the number that follow each other.
    """
    everything = (1 << len(calls)) - 1
    seen: set[tuple[int, _State]] = set()
    order: list[int] = []

    def search(done: int, state: _State) -> bool:
        if done == everything:
            return True
        if (done, state) in seen:
            return False
        seen.add((done, state))
        open_calls = [index for index in range(len(calls)) if not done >> index & 1]
        first_end = min(calls[index].ended for index in open_calls)
        for index in open_calls:
            # Whoever began after another call had ended must wait for it.
            if calls[index].begun > first_end:
                continue
            left = apply(state, calls[index].call)
            if left is not None:
                order.append(index)
                if search(done | 1 << index, left):
                    return True
                order.pop()
        return False

    return order if search(0, initial) else None
