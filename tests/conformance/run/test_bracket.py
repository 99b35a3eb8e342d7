"""What is judged of a target at which others write."""

from collections.abc import Iterable
from itertools import count, repeat

import pytest

from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.bracket import bracketed
from conformance.run.verdict import Violation


def judged(seen: Iterable[int], wrong: Iterable[bool]) -> tuple[int, int]:
    """Judge what shows one of these numbers at each look; return the number of looks and of judgements."""
    looks, judgements = 0, 0
    numbers, verdicts = iter(seen), iter(wrong)

    def look() -> int:
        nonlocal looks
        looks += 1
        return next(numbers)

    def judge(number: int) -> None:
        nonlocal judgements
        judgements += 1
        expect.holds(not next(verdicts), "what is right", number)

    bracketed(look, judge)
    return looks, judgements


def test_what_is_right_at_once_is_looked_at_once() -> None:
    assert judged([1], [False]) == (1, 1)


def test_what_is_wrong_while_others_write_is_judged_again() -> None:
    assert judged([1, 2, 2, 3, 3], [True, True, False]) == (5, 3)


def test_what_is_wrong_a_few_times_though_it_looks_the_same_may_have_changed_and_changed_back() -> None:
    assert judged(repeat(1), [True, True, True, False]) == (7, 4)


def test_what_is_wrong_in_between_counts_from_the_beginning() -> None:
    others_write = [1, 1] * 4 + [1, 2] + [2, 2] * 4 + [2]

    assert judged(others_write, [True] * 9 + [False]) == (19, 10)


def test_what_is_wrong_while_nobody_writes_breaks_the_clause() -> None:
    with pytest.raises(Violation):
        judged(repeat(1), repeat(True))


def test_a_target_that_never_stands_still_is_not_judged() -> None:
    with pytest.raises(Unreached, match="others write all the time"):
        judged(count(), repeat(True))
