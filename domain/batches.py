"""Batches: what is too much for memory, taken in parts."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

_Item = TypeVar("_Item")


def batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Yield all items in their order, `size` at a time; the last batch may be smaller, and none is empty."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
