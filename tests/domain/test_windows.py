from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.records import ResetDuration
from domain.windows import ROLLING_LENGTH, calendar_start, window_end, window_number, window_start
from tests.domain.samples import at
from tests.domain.strategies import INSTANTS

HOUR, DAY, WEEK = ResetDuration.HOUR, ResetDuration.DAY, ResetDuration.WEEK
MONTH, QUARTER, YEAR = ResetDuration.MONTH, ResetDuration.QUARTER, ResetDuration.YEAR
ALL = (HOUR, DAY, WEEK, MONTH, QUARTER, YEAR)
CALENDAR = (DAY, WEEK, MONTH, QUARTER, YEAR)

ANCHOR = datetime(2026, 1, 31, 10, 30, tzinfo=UTC)

repeatable = settings(derandomize=True, deadline=None)


def rolling(duration: ResetDuration, now: datetime, anchor: datetime = ANCHOR) -> datetime:
    return window_start(duration, anchor=anchor, now=now, calendar_aligned=False)


@pytest.mark.parametrize(
    ("now", "starts"),
    [
        ("2026-03-01T00:00:00", ["2026-03-01", "2026-02-23", "2026-03-01", "2026-01-01", "2026-01-01"]),
        ("2026-02-28T23:59:59", ["2026-02-28", "2026-02-23", "2026-02-01", "2026-01-01", "2026-01-01"]),
        ("2024-02-29T12:00:00", ["2024-02-29", "2024-02-26", "2024-02-01", "2024-01-01", "2024-01-01"]),
        ("2027-01-01T00:00:00", ["2027-01-01", "2026-12-28", "2027-01-01", "2027-01-01", "2027-01-01"]),
    ],
)
def test_aligned_windows_begin_at_the_calendar(now: str, starts: list[str]) -> None:
    found = [
        window_start(duration, anchor=ANCHOR, now=at(now), calendar_aligned=True) for duration in CALENDAR
    ]

    assert found == [at(start) for start in starts]


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
    ("now", "starts"),
    [
        (
            "2026-03-02T10:29:59",
            {
                HOUR: "2026-03-02T09:30",
                DAY: "2026-03-01T10:30",
                WEEK: "2026-02-28T10:30",
                MONTH: "2026-01-31T10:30",
                QUARTER: "2026-01-31T10:30",
                YEAR: "2026-01-31T10:30",
            },
        ),
        (
            "2026-03-02T10:30:00",
            {
                HOUR: "2026-03-02T10:30",
                DAY: "2026-03-02T10:30",
                WEEK: "2026-02-28T10:30",
                MONTH: "2026-03-02T10:30",
                QUARTER: "2026-01-31T10:30",
                YEAR: "2026-01-31T10:30",
            },
        ),
        (
            "2027-02-01T00:00:00",
            {
                HOUR: "2027-01-31T23:30",
                DAY: "2027-01-31T10:30",
                WEEK: "2027-01-30T10:30",
                MONTH: "2027-01-26T10:30",
                QUARTER: "2027-01-26T10:30",
                YEAR: "2027-01-31T10:30",
            },
        ),
        ("2026-01-31T10:29:59", dict.fromkeys(ALL, "2026-01-31T10:30")),
        ("1999-12-31T00:00:00", dict.fromkeys(ALL, "2026-01-31T10:30")),
    ],
)
def test_rolling_windows_repeat_from_the_anchor(now: str, starts: dict[ResetDuration, str]) -> None:
    assert {duration: rolling(duration, at(now)) for duration in ALL} == {
        duration: at(start) for duration, start in starts.items()
    }


@pytest.mark.parametrize(
    ("duration", "start", "following"),
    [
        (MONTH, "2026-03-02T10:30", "2026-04-01T10:30"),
        (QUARTER, "2026-01-31T10:30", "2026-05-01T10:30"),
        (QUARTER, "2027-01-26T10:30", "2027-04-26T10:30"),
    ],
)
def test_the_next_rolling_window_begins_one_length_later(
    duration: ResetDuration, start: str, following: str
) -> None:
    last_moment = at(following) - timedelta(microseconds=1)

    assert rolling(duration, last_moment) == at(start)
    assert rolling(duration, at(following)) == at(following)
    assert window_end(duration, anchor=ANCHOR, now=last_moment, calendar_aligned=False) == at(following)


@pytest.mark.parametrize(("duration", "days"), [(WEEK, 7), (MONTH, 30), (QUARTER, 90), (YEAR, 365)])
def test_a_rolling_week_month_quarter_and_year_have_fixed_lengths(duration: ResetDuration, days: int) -> None:
    assert rolling(duration, ANCHOR + timedelta(days=days, microseconds=-1)) == ANCHOR
    assert rolling(duration, ANCHOR + timedelta(days=days)) == ANCHOR + timedelta(days=days)


@pytest.mark.parametrize(
    ("now", "duration", "month", "end"),
    [
        ("2026-02-28T23:59:59", DAY, None, "2026-03-01"),
        ("2026-03-01T00:00:00", WEEK, None, "2026-03-02"),
        ("2024-02-29T12:00:00", MONTH, None, "2024-03-01"),
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


def test_before_the_anchor_the_window_that_ends_is_the_first() -> None:
    assert window_end(HOUR, anchor=ANCHOR, now=at("2026-01-01"), calendar_aligned=False) == at(
        "2026-01-31T11:30"
    )


def test_hours_roll_also_when_the_calendar_is_asked_for() -> None:
    start = window_start(HOUR, anchor=ANCHOR, now=at("2026-03-02T10:29:59"), calendar_aligned=True)

    assert start == at("2026-03-02T09:30")


def test_an_hour_has_no_calendar_boundary() -> None:
    with pytest.raises(ValueError, match="never calendar-aligned"):
        calendar_start(HOUR, ANCHOR)


@repeatable
@given(st.sampled_from(ALL), INSTANTS, INSTANTS)
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


@repeatable
@given(
    duration=st.sampled_from(ALL),
    anchor=INSTANTS,
    instants=st.tuples(INSTANTS, INSTANTS).map(sorted),
    aligned=st.booleans(),
    month=st.none() | st.integers(1, 12),
)
def test_a_window_never_moves_back_as_time_goes_on(
    duration: ResetDuration, anchor: datetime, instants: list[datetime], aligned: bool, month: int | None
) -> None:
    earlier, later = (
        window_start(duration, anchor=anchor, now=now, calendar_aligned=aligned, quarter_start_month=month)
        for now in instants
    )

    assert earlier <= later


@repeatable
@given(INSTANTS, st.integers(1, 9))
def test_only_a_months_place_in_the_quarter_matters(now: datetime, month: int) -> None:
    assert calendar_start(QUARTER, now, month) == calendar_start(QUARTER, now, month + 3)


@repeatable
@given(
    duration=st.sampled_from(ALL),
    anchor=INSTANTS,
    now=INSTANTS,
    aligned=st.booleans(),
    month=st.none() | st.integers(1, 12),
)
def test_where_a_window_ends_the_next_one_begins(
    duration: ResetDuration, anchor: datetime, now: datetime, aligned: bool, month: int | None
) -> None:
    def start(instant: datetime) -> datetime:
        return window_start(
            duration, anchor=anchor, now=instant, calendar_aligned=aligned, quarter_start_month=month
        )

    def number(instant: datetime) -> int:
        return window_number(
            duration, anchor=anchor, now=instant, calendar_aligned=aligned, quarter_start_month=month
        )

    end = window_end(duration, anchor=anchor, now=now, calendar_aligned=aligned, quarter_start_month=month)
    last_moment = end - timedelta(microseconds=1)

    assert now < end
    assert start(end) == end
    assert start(last_moment) == start(now)
    assert number(last_moment) == number(now)
    assert number(end) == number(now) + 1
