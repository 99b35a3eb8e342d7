"""Policies to keep in stores: every value of every field that the records allow."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from domain.records import Policy

_VALUES: Mapping[type, st.SearchStrategy[Any]] = {
    NoneType: st.none(),
    bool: st.booleans(),
    int: st.integers(0, 2**53 - 1),
    str: st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8),
    datetime: st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
}
_AMOUNTS = st.integers(0, 10**18)
_NUMBERS = {
    "max_limit_micros": _AMOUNTS,
    "current_usage_micros": _AMOUNTS,
    "amount_micros": _AMOUNTS,
    "quarter_start_month": st.integers(1, 12),
    "cycles_total": st.integers(1, 99),
}
"""The numbers that fields may have, where not all do."""


def _values(annotation: Any, field: str = "") -> st.SearchStrategy[Any]:
    """Return the values that a field of this type may have; lists are short."""
    if annotation is int and field in _NUMBERS:
        return _NUMBERS[field]
    if annotation in _VALUES:
        return _VALUES[annotation]
    if isinstance(annotation, UnionType):
        return st.one_of([_values(part, field) for part in get_args(annotation)])
    if get_origin(annotation) is tuple:
        return st.lists(_values(get_args(annotation)[0]), max_size=2).map(tuple)
    if issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    hints = get_type_hints(annotation)
    parts = {part.name: _values(hints[part.name], part.name) for part in fields(annotation)}
    return st.builds(annotation, **parts)


POLICIES: st.SearchStrategy[Policy] = _values(Policy)
"""Policies in force."""
