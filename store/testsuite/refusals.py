"""What a store must refuse, down to the words that a caller gets to read."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from domain.errors import Conflict, NotFound, StaleVersion


@contextmanager
def not_found(kind: str, key: object) -> Iterator[None]:
    """Expect that the block is refused because a row is missing."""
    with pytest.raises(NotFound) as refused:
        yield
    assert (refused.value.kind, refused.value.key) == (kind, key)
    assert str(refused.value) == f"There is no {kind} {key}."


@contextmanager
def conflict(kind: str, field: str, value: str) -> Iterator[None]:
    """Expect that the block is refused because a unique value is taken."""
    with pytest.raises(Conflict) as refused:
        yield
    assert (refused.value.kind, refused.value.field, refused.value.value) == (kind, field, value)
    assert str(refused.value).endswith(f' {kind} with the {field} "{value}" exists already.')


@contextmanager
def stale(kind: str, key: object, *, read: int, kept: int) -> Iterator[None]:
    """Expect that the block is refused because what was read has changed since."""
    with pytest.raises(StaleVersion) as refused:
        yield
    error = refused.value
    assert (error.kind, error.key, error.read, error.kept) == (kind, key, read, kept)
    assert str(error) == f"The {kind} {key} is at version {kept}, no longer at {read}. Read it again."
