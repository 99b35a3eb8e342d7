"""The search for an order of concurrent calls."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from conformance.race.linearizability import Timed, an_order

Call = tuple[str, int]
"""`write` or `read`, and the value: of a register that holds 0 at first."""


def apply(state: int, call: Call) -> int | None:
    kind, value = call
    if kind == "write":
        return value
    return state if value == state else None


def explains(calls: list[Timed[Call]], order: tuple[int, ...]) -> bool:
    """Return whether an order is legal and keeps what ended before something else began: the definition."""
    for place, index in enumerate(order):
        if any(calls[later].ended < calls[index].begun for later in order[place:]):
            return False
    state: int | None = 0
    for index in order:
        state = apply(state, calls[index].call) if state is not None else None
    return state is not None


CALLS = st.builds(
    lambda kind, value, begun, length: Timed((kind, value), float(begun), float(begun + length)),
    st.sampled_from(["write", "read"]),
    st.integers(0, 2),
    st.integers(0, 8),
    st.integers(0, 5),
)


@given(st.lists(CALLS, max_size=6))
def test_an_order_is_found_exactly_when_one_of_all_orders_explains_the_answers(
    calls: list[Timed[Call]],
) -> None:
    found = an_order(calls, 0, apply)

    possible = any(explains(calls, order) for order in permutations(range(len(calls))))
    assert (found is not None) == possible
    assert found is None or explains(calls, tuple(found))


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 5), st.integers(0, 4), st.integers(0, 4)), max_size=40)
)
def test_what_took_effect_one_after_the_other_is_always_explained(
    drawn: list[tuple[bool, int, int, int]],
) -> None:
    calls: list[Timed[Call]] = []
    state = 0
    for instant, (is_write, value, before, after) in enumerate(drawn):
        state = value if is_write else state
        kind = "write" if is_write else "read"
        calls.append(Timed((kind, state), instant - before / 2, instant + after / 2))

    assert an_order(calls, 0, apply) is not None


def test_a_read_of_what_was_overwritten_before_it_began_has_no_order() -> None:
    calls = [Timed(("write", 1), 0, 1), Timed(("write", 2), 2, 3), Timed(("read", 1), 4, 5)]

    assert an_order(calls, 0, apply) is None


def test_many_calls_at_once_are_searched_without_looking_at_every_order() -> None:
    writes = [Timed(("write", n % 3), 0, 1) for n in range(10)]

    assert an_order([*writes, Timed(("read", 9), 0, 1)], 0, apply) is None
