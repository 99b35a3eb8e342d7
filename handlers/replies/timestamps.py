"""Instants."""

from collections.abc import Callable
from datetime import datetime

import msgspec

instant: Callable[[datetime], str] = msgspec.to_builtins
"""Returns an instant in UTC as RFC 3339, with `Z`: a seventh of the time that `isoformat` takes."""


def instant_or_none(value: datetime | None) -> str | None:
    """Return an instant as RFC 3339, or None."""
    return None if value is None else instant(value)
