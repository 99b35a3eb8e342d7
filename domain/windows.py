"""When windows of budgets and rate limits begin. All instants are UTC.

A rolling window repeats from the line's creation with a fixed length. An aligned one begins at the calendar's
boundaries; hours are never aligned. Windows leave no gaps: where one ends, the next begins.
"""

from datetime import datetime, timedelta

from domain.records import ResetDuration

ROLLING_LENGTH = {
    ResetDuration.HOUR: timedelta(hours=1),
    ResetDuration.DAY: timedelta(days=1),
    ResetDuration.WEEK: timedelta(days=7),
    ResetDuration.MONTH: timedelta(days=30),
    ResetDuration.QUARTER: timedelta(days=90),
    ResetDuration.YEAR: timedelta(days=365),
}
"""The length of each rolling window: a month is 30 days, a quarter 90, a year 365."""

_CALENDAR_MONTHS = {ResetDuration.MONTH: 1, ResetDuration.QUARTER: 3, ResetDuration.YEAR: 12}
"""The aligned windows whose lengths differ, in months."""


def window_start(
    duration: ResetDuration,
    *,
    anchor: datetime,
    now: datetime,
    calendar_aligned: bool,
    quarter_start_month: int | None = None,
) -> datetime:
    """Return the begin of the window that holds `now`.

    Args:
        duration: the window's length.
        anchor: when the line was created; rolling windows are counted from it.
        now: the instant asked about.
        calendar_aligned: whether windows begin at calendar boundaries.
        quarter_start_month: for quarters, the month in which one begins; None stands for January.
    """
    if calendar_aligned and duration is not ResetDuration.HOUR:
        return calendar_start(duration, now, quarter_start_month or 1)
    if now < anchor:
        return anchor
    length = ROLLING_LENGTH[duration]
    return anchor + (now - anchor) // length * length


def window_end(
    duration: ResetDuration,
    *,
    anchor: datetime,
    now: datetime,
    calendar_aligned: bool,
    quarter_start_month: int | None = None,
) -> datetime:
    """Return the instant at which the window that holds `now` ends; see `window_start` for the arguments."""
    start = window_start(
        duration,
        anchor=anchor,
        now=now,
        calendar_aligned=calendar_aligned,
        quarter_start_month=quarter_start_month,
    )
    if calendar_aligned and duration in _CALENDAR_MONTHS:
        months = _months(start) + _CALENDAR_MONTHS[duration]
        return start.replace(year=months // 12, month=months % 12 + 1)
    return start + ROLLING_LENGTH[duration]


def window_number(
    duration: ResetDuration,
    *,
    anchor: datetime,
    now: datetime,
    calendar_aligned: bool,
    quarter_start_month: int | None = None,
) -> int:
    """Return the number of the window that holds `now`; see `window_start` for the arguments.

    Consecutive windows have consecutive numbers, so the difference of two numbers is how many windows began
    in between. Where the count starts has no meaning.
    """
    if calendar_aligned and duration is not ResetDuration.HOUR:
        return _calendar_number(duration, now, quarter_start_month or 1)
    return max(0, (now - anchor) // ROLLING_LENGTH[duration])


def calendar_start(duration: ResetDuration, now: datetime, quarter_start_month: int = 1) -> datetime:
    """Return the calendar boundary at or before `now`: midnight, Monday, the 1st, a quarter or year.

    Only the month's place within a quarter matters: 2, 5, 8 and 11 are the same start.

    Raises:
        ValueError: for `1h`, which has no calendar boundary here.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    match duration:
        case ResetDuration.DAY:
            return midnight
        case ResetDuration.WEEK:
            return midnight - timedelta(days=midnight.weekday())
        case ResetDuration.MONTH:
            return midnight.replace(day=1)
        case ResetDuration.QUARTER:
            months = _months(midnight)
            months -= (months - (quarter_start_month - 1)) % 3
            return midnight.replace(year=months // 12, month=months % 12 + 1, day=1)
        case ResetDuration.YEAR:
            return midnight.replace(month=1, day=1)
        case ResetDuration.HOUR:
            raise ValueError("hourly windows are never calendar-aligned")


def _calendar_number(duration: ResetDuration, now: datetime, quarter_start_month: int) -> int:
    match duration:
        case ResetDuration.DAY:
            return now.toordinal()
        case ResetDuration.WEEK:
            return (now.toordinal() - 1) // 7  # Day 1 of the calendar is a Monday.
        case ResetDuration.MONTH:
            return _months(now)
        case ResetDuration.QUARTER:
            return (_months(now) - (quarter_start_month - 1)) // 3
        case ResetDuration.YEAR:
            return now.year
        case ResetDuration.HOUR:
            raise ValueError("hourly windows are never calendar-aligned")


def _months(instant: datetime) -> int:
    return instant.year * 12 + instant.month - 1
