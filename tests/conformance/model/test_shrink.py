"""Making failing histories short."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.model.history import Step
from conformance.model.shrink import shrink


class Sums:
    """A history that fails once a sum is reached."""

    def add(self, number: int, extra: dict[str, int] | None = None) -> None: ...


@dataclass(frozen=True)
class Sum:
    steps: tuple[Step, ...]


def adding(number: int, **arguments: Any) -> Step:
    return Step("add", {"number": number, **arguments})


def reaching(total: int) -> Any:
    def attempt(steps: Sequence[Step]) -> Sum | None:
        done = 0
        for count, step in enumerate(steps, start=1):
            done += step.arguments["number"]
            if done >= total:
                return Sum(tuple(steps[:count]))
        return None

    return attempt


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.data())
def test_what_is_left_fails_and_no_step_of_it_can_be_left_out(
    numbers: list[int], data: st.DataObject
) -> None:
    total = data.draw(st.integers(0, sum(numbers)))
    attempt = reaching(total)

    found = shrink(Sum(tuple(map(adding, numbers))), attempt, Sums, lambda: True)

    assert attempt(found.steps)
    for index in range(len(found.steps)):
        assert not attempt(found.steps[:index] + found.steps[index + 1 :])


def test_an_argument_that_does_not_matter_is_left_out() -> None:
    steps = (adding(1), adding(5, extra={"a": 1, "b": 2}))

    assert shrink(Sum(steps), reaching(5), Sums, lambda: True).steps == (adding(5),)


def test_it_ends_when_it_may_not_go_on() -> None:
    steps = tuple(adding(1) for _ in range(8))

    assert shrink(Sum(steps), reaching(1), Sums, lambda: False).steps == steps
