"""Batches."""

from itertools import count, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.batches import batches


@given(items=st.lists(st.integers()), size=st.integers(1, 5))
def test_batches_hold_all_items_in_their_order(items: list[int], size: int) -> None:
    found = list(batches(iter(items), size))

    assert [item for batch in found for item in batch] == items
    assert all(len(batch) == size for batch in found[:-1])
    assert all(found)


@pytest.mark.parametrize(("size", "first"), [(1, [0]), (3, [0, 1, 2])])
def test_a_batch_is_given_before_the_next_is_asked_for(size: int, first: list[int]) -> None:
    numbers = count()

    assert list(islice(batches(numbers, size), 1)) == [first]
    assert next(numbers) == size
