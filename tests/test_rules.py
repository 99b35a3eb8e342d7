"""A rule for many things is as strong as a test for each."""

import pytest

from tests.rules import for_each


def test_each_thing_that_breaks_the_rule_is_named() -> None:
    @for_each({"one": 1, "two": 2, "three": 3})
    def test_a_number_is_even(number: int) -> None:
        assert number % 2 == 0

    with pytest.raises(pytest.fail.Exception) as failed:
        test_a_number_is_even()

    told = str(failed.value)
    assert told.startswith("2 of 3 break the rule\n\none: AssertionError: assert (1 % 2) == 0")
    assert "\n\nthree: AssertionError: " in told
    assert "two" not in told


def test_a_rule_that_cannot_be_tried_is_broken() -> None:
    @for_each([("empty", {})])
    def test_it_has_a_name(thing: dict[str, str]) -> None:
        assert thing["name"]

    with pytest.raises(pytest.fail.Exception, match="empty: KeyError: 'name'"):
        test_it_has_a_name()


def test_a_rule_for_nothing_proves_nothing() -> None:
    @for_each({})
    def test_nothing() -> None: ...

    with pytest.raises(AssertionError, match="nothing to try"):
        test_nothing()


def test_what_all_keep_passes_and_parts_are_handed_over() -> None:
    tried = []

    @for_each({"a": (1, 2), "b": (3, 4)})
    def test_parts(first: int, second: int) -> None:
        tried.append((first, second))

    test_parts()

    assert tried == [(1, 2), (3, 4)]
