"""Instants that requests name."""

from datetime import UTC, datetime

from domain.errors import Fault, RulesBroken


def future_instant(text: str | None, *, field: str, now: datetime) -> datetime | None:
    """Return the instant that a field holds, in UTC; None for none.

    Raises:
        RulesBroken: it is not in the future, or is none that a calendar has.
    """
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RulesBroken([Fault((field,), "format", "Must be a date-time of the calendar.")]) from None
    if found <= now:
        raise RulesBroken([Fault((field,), "not_in_the_future", "Must be in the future.")])
    return found
