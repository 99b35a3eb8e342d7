"""The pace of requests, on a clock of the test's own."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from conformance.http.pacing import Pacer, seconds_until


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def _pacer(rate: float | None = None) -> tuple[Pacer, Clock]:
    clock = Clock()
    return Pacer(rate, patience=30, clock=lambda: clock.now, sleep=clock.sleep), clock


@pytest.mark.parametrize(("rate", "requests", "now"), [(None, 100, 100), (4, 9, 102)])
def test_requests_leave_at_the_rate_that_was_asked_for(rate: float | None, requests: int, now: float) -> None:
    pacer, clock = _pacer(rate)
    for _ in range(requests):
        pacer.take_turn()

    assert clock.now == now


def test_a_pause_holds_back_what_comes_after_it() -> None:
    pacer, clock = _pacer()

    assert pacer.pause("7", 0, 0) == 7
    pacer.take_turn()

    assert clock.now == 107
    assert pacer.waited == 7


@pytest.mark.parametrize(
    ("stated", "pauses"), [(None, [0.5, 1, 2, 4]), ("0", [0.05, 0.1, 0.2, 0.4, 0.5, 0.5])]
)
def test_a_pause_of_no_length_is_twice_the_one_before(stated: str | None, pauses: list[float]) -> None:
    pacer, _ = _pacer()

    assert [pacer.pause(stated, attempt, 0) for attempt in range(len(pauses))] == pauses


def test_a_server_that_goes_on_refusing_is_given_up_until_it_answers() -> None:
    pacer, _ = _pacer()

    assert pacer.pause("31", 0, 0) is None
    assert pacer.pause("1", 0, 0) is None
    assert pacer.is_put_off(429, None)
    assert pacer.pause("1", 0, 0) is None
    assert not pacer.is_put_off(200, None)
    assert pacer.pause("1", 0, 0) == 1
    assert pacer.pause("10", 3, 25) is None


@pytest.mark.parametrize("text", [None, "", "soon", "-3", "1.5"])
def test_what_is_no_time_is_none(text: str | None) -> None:
    assert seconds_until(text) is None


def test_seconds_and_dates_are_understood() -> None:
    later = datetime.now(UTC) + timedelta(seconds=90)

    assert seconds_until(" 12 ") == 12
    assert 85 < (seconds_until(format_datetime(later, usegmt=True)) or 0) <= 90
    assert seconds_until("Wed, 21 Oct 2015 07:28:00 GMT") == 0
