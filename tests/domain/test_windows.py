from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.records import ResetDuration
from domain.windows import ROLLING_LENGTH, calendar_start, window_end, window_number, window_start
from tests.domain.samples import DAY, HOUR, MONTH, QUARTER, WEEK, YEAR, at
from tests.domain.strategies import INSTANTS, repeatable

CALENDAR = (DAY, WEEK, MONTH, QUARTER, YEAR)

ANCHOR = datetime(2026, 1, 31, 10, 30, tzinfo=UTC)


def rolling(duration: ResetDuration, now: datetime, anchor: datetime = ANCHOR) -> datetime:
    return window_start(duration, anchor=anchor, now=now, calendar_aligned=False)


def windows(
    now: str, durations: Iterable[ResetDuration], *, aligned: bool
) -> list[tuple[datetime, datetime]]:
    """Return begin and end of the windows that hold an instant."""
    return [
        (
            window_start(duration, anchor=ANCHOR, now=at(now), calendar_aligned=aligned),
            window_end(duration, anchor=ANCHOR, now=at(now), calendar_aligned=aligned),
        )
        for duration in durations
    ]


@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        (
            "2026-03-01T00:00:00",
            ["2026-03-01", "2026-02-23", "2026-03-01", "2026-01-01", "2026-01-01"],
            ["2026-03-02", "2026-03-02", "2026-04-01", "2026-04-01", "2027-01-01"],
        ),
        (
            "2026-02-28T23:59:59",
            ["2026-02-28", "2026-02-23", "2026-02-01", "2026-01-01", "2026-01-01"],
            ["2026-03-01", "2026-03-02", "2026-03-01", "2026-04-01", "2027-01-01"],
        ),
        (
            "2024-02-29T12:00:00",
            ["2024-02-29", "2024-02-26", "2024-02-01", "2024-01-01", "2024-01-01"],
            ["2024-03-01", "2024-03-04", "2024-03-01", "2024-04-01", "2025-01-01"],
        ),
        (
            "2027-01-01T00:00:00",
            ["2027-01-01", "2026-12-28", "2027-01-01", "2027-01-01", "2027-01-01"],
            ["2027-01-02", "2027-01-04", "2027-02-01", "2027-04-01", "2028-01-01"],
        ),
    ],
)
def test_aligned_windows_follow_the_calendar(now: str, starts: list[str], ends: list[str]) -> None:
    assert windows(now, CALENDAR, aligned=True) == list(zip(map(at, starts), map(at, ends), strict=True))


@pytest.mark.parametrize(
    ("months", "in_january", "in_february", "in_march"),
    [
        ((1, 4, 7, 10), "2026-01-01", "2026-01-01", "2026-01-01"),
        ((2, 5, 8, 11), "2025-11-01", "2026-02-01", "2026-02-01"),
        ((3, 6, 9, 12), "2025-12-01", "2025-12-01", "2026-03-01"),
    ],
)
def test_a_quarter_begins_in_its_start_month(
    months: tuple[int, ...], in_january: str, in_february: str, in_march: str
) -> None:
    for month in months:
        found = [
            window_start(QUARTER, anchor=ANCHOR, now=now, calendar_aligned=True, quarter_start_month=month)
            for now in (at("2026-01-15"), at("2026-02-15"), at("2026-03-15"))
        ]

        assert found == [at(in_january), at(in_february), at(in_march)], month


def test_a_quarter_without_a_start_month_begins_in_january() -> None:
    start = window_start(QUARTER, anchor=ANCHOR, now=at("2026-05-15"), calendar_aligned=True)

    assert start == at("2026-04-01")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            "2026-03-02T10:29:59",
            [
                ("2026-03-02T09:30", "2026-03-02T10:30"),
                ("2026-03-01T10:30", "2026-03-02T10:30"),
                ("2026-02-28T10:30", "2026-03-07T10:30"),
                ("2026-01-31T10:30", "2026-03-02T10:30"),
                ("2026-01-31T10:30", "2026-05-01T10:30"),
                ("2026-01-31T10:30", "2027-01-31T10:30"),
            ],
        ),
        (
            "2026-03-02T10:30:00",
            [
                ("2026-03-02T10:30", "2026-03-02T11:30"),
                ("2026-03-02T10:30", "2026-03-03T10:30"),
                ("2026-02-28T10:30", "2026-03-07T10:30"),
                ("2026-03-02T10:30", "2026-04-01T10:30"),
                ("2026-01-31T10:30", "2026-05-01T10:30"),
                ("2026-01-31T10:30", "2027-01-31T10:30"),
            ],
        ),
        (
            "2027-02-01T00:00:00",
            [
                ("2027-01-31T23:30", "2027-02-01T00:30"),
                ("2027-01-31T10:30", "2027-02-01T10:30"),
                ("2027-01-30T10:30", "2027-02-06T10:30"),
                ("2027-01-26T10:30", "2027-02-25T10:30"),
                ("2027-01-26T10:30", "2027-04-26T10:30"),
                ("2027-01-31T10:30", "2028-01-31T10:30"),
            ],
        ),
    ],
)
def test_rolling_windows_repeat_from_the_anchor(now: str, expected: list[tuple[str, str]]) -> None:
    assert windows(now, ResetDuration, aligned=False) == [(at(start), at(end)) for start, end in expected]


@pytest.mark.parametrize("now", ["2026-01-31T10:29:59", "2026-01-31T10:30", "2026-01-01", "1999-12-31"])
def test_before_the_anchor_and_at_it_the_window_is_the_first(now: str) -> None:
    days = {HOUR: 1 / 24, DAY: 1, WEEK: 7, MONTH: 30, QUARTER: 90, YEAR: 365}

    assert windows(now, days, aligned=False) == [(ANCHOR, ANCHOR + timedelta(each)) for each in days.values()]


@pytest.mark.parametrize(
    ("now", "duration", "month", "end"),
    [
        ("2026-12-31T00:00:00", MONTH, None, "2027-01-01"),
        ("2026-12-31T00:00:00", QUARTER, None, "2027-01-01"),
        ("2026-12-31T00:00:00", QUARTER, 2, "2027-02-01"),
        ("2026-12-31T00:00:00", QUARTER, 12, "2027-03-01"),
        ("2026-05-13T09:41:07", YEAR, None, "2027-01-01"),
        ("2026-02-28T23:59:59", HOUR, None, "2026-03-01T00:30:00"),
    ],
)
def test_an_aligned_window_ends_at_the_next_boundary(
    now: str, duration: ResetDuration, month: int | None, end: str
) -> None:
    found = window_end(duration, anchor=ANCHOR, now=at(now), calendar_aligned=True, quarter_start_month=month)

    assert found == at(end)


def test_hours_roll_also_when_the_calendar_is_asked_for() -> None:
    start = window_start(HOUR, anchor=ANCHOR, now=at("2026-03-02T10:29:59"), calendar_aligned=True)

    assert start == at("2026-03-02T09:30")


def test_an_hour_has_no_calendar_boundary() -> None:
    with pytest.raises(ValueError, match="never calendar-aligned"):
        calendar_start(HOUR, ANCHOR)


@repeatable
@given(st.sampled_from(ResetDuration), INSTANTS, INSTANTS)
def test_a_rolling_window_holds_now_and_lies_on_the_lattice(
    duration: ResetDuration, anchor: datetime, now: datetime
) -> None:
    length = ROLLING_LENGTH[duration]

    start = rolling(duration, now, anchor)

    assert (start - anchor) % length == timedelta(0)
    if now < anchor:
        assert start == anchor
    else:
        assert anchor <= start <= now < start + length


@repeatable
@given(st.sampled_from(CALENDAR), INSTANTS, st.integers(1, 12))
def test_a_calendar_window_holds_now_and_begins_at_a_boundary(
    duration: ResetDuration, now: datetime, month: int
) -> None:
    start = calendar_start(duration, now, month)

    longest = {DAY: 1, WEEK: 7, MONTH: 31, QUARTER: 92, YEAR: 366}[duration]
    assert start <= now < start + timedelta(days=longest)
    assert start.time() == datetime.min.time()
    assert start.tzinfo is UTC
    assert duration is not WEEK or start.weekday() == 0
    assert duration not in {MONTH, QUARTER, YEAR} or start.day == 1
    assert duration is not QUARTER or (start.month - month) % 3 == 0
    assert duration is not YEAR or start.month == 1


@repeatable
@given(st.sampled_from(CALENDAR), INSTANTS, st.integers(1, 12))
def test_a_calendar_boundary_is_its_own_start(duration: ResetDuration, now: datetime, month: int) -> None:
    start = calendar_start(duration, now, month)

    assert calendar_start(duration, start, month) == start
    assert calendar_start(duration, start - timedelta(microseconds=1), month) < start


LATTICES = st.fixed_dictionaries(
    {
        "duration": st.sampled_from(ResetDuration),
        "anchor": INSTANTS,
        "calendar_aligned": st.booleans(),
        "quarter_start_month": st.none() | st.integers(1, 12),
    }
)
"""What tells the windows of one line from those of another."""


@repeatable
@given(LATTICES, st.tuples(INSTANTS, INSTANTS).map(sorted))
def test_a_window_never_moves_back_as_time_goes_on(lattice: Any, instants: list[datetime]) -> None:
    earlier, later = (window_start(**lattice, now=now) for now in instants)

    assert earlier <= later


@repeatable
@given(INSTANTS, st.integers(1, 9))
def test_only_a_months_place_in_the_quarter_matters(now: datetime, month: int) -> None:
    assert calendar_start(QUARTER, now, month) == calendar_start(QUARTER, now, month + 3)


@repeatable
@given(LATTICES, INSTANTS)
def test_where_a_window_ends_the_next_one_begins(lattice: Any, now: datetime) -> None:
    end = window_end(**lattice, now=now)
    last_moment = end - timedelta(microseconds=1)

    assert now < end
    assert window_start(**lattice, now=end) == end
    assert window_start(**lattice, now=last_moment) == window_start(**lattice, now=now)
    assert window_number(**lattice, now=last_moment) == window_number(**lattice, now=now)
    assert window_number(**lattice, now=end) == window_number(**lattice, now=now) + 1
