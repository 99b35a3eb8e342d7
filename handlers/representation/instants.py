"""Instants."""

from datetime import datetime


def instant(value: datetime) -> str:
    """Return an instant as RFC 3339, in UTC with `Z`."""
    return value.isoformat().removesuffix("+00:00") + "Z"


def instant_or_none(value: datetime | None) -> str | None:
    """Return an instant as RFC 3339, or None."""
    return None if value is None else instant(value)
