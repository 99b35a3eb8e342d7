"""The windows of a user's budgets and rate limits: where they begin and end."""

from datetime import datetime, timedelta

from conformance.access_profiles import calls, fixtures, holdings, samples
from conformance.access_profiles.holdings import Object, Window
from conformance.access_profiles.samples import Body
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_TOLERANCE = timedelta(seconds=2)
_WINDOWS = 14

_ROLLING_DAYS = {"1d": (1, 1), "1w": (7, 7), "1M": (30, 30), "1Q": (90, 90), "1Y": (365, 365)}
_CALENDAR_DAYS = {"1d": (1, 1), "1w": (7, 7), "1M": (28, 31), "1Q": (90, 92), "1Y": (365, 366)}
"""The days of a window, at least and at most."""


@check("AP-UAP-003")
def hold_the_present(session: Session) -> None:
    """Gives a user copies with windows of every length: one whose windows roll, one that is aligned.

    Each window is to begin before a profile that is created after the list, and to end after the copy was
    made: that is the server's own clock, within two seconds. It is to be as long as its duration says.
    """
    for aligned, days in ((False, _ROLLING_DAYS), (True, _CALENDAR_DAYS)):
        copy, answer = _copy(session, calendar_aligned=aligned)
        made = holdings.instant(copy["created_at"])
        after = holdings.instant(calls.create(session)["created_at"])
        for window in _windows(copy, answer):
            began, ends = window.begin <= after + _TOLERANCE, window.end > made - _TOLERANCE
            expect.holds(began, f"{window.place} to begin by {after}", str(window.begin), answer)
            expect.holds(ends, f"{window.place} to end after {made}", str(window.end), answer)
            least, most = days.get(window.duration, (1 / 24, 1 / 24))
            right = timedelta(days=least) <= window.end - window.begin <= timedelta(days=most)
            expected = f"{window.place} to last {least:.4g} to {most:.4g} days"
            expect.holds(right, expected, f"{window.begin} to {window.end}", answer)


@check("AP-UAP-004")
def aligned(session: Session) -> None:
    """Gives a user an aligned copy with windows of every length, and quarters that begin in three months.

    Each window is to begin and to end at its boundary of the calendar; those of an hour are to begin when the
    copy was made, within two seconds.
    """
    copy, answer = _copy(session, calendar_aligned=True)
    made = holdings.instant(copy["created_at"])
    for window in _windows(copy, answer):
        if window.duration == "1h":
            near = abs(window.begin - made) <= _TOLERANCE
            expect.holds(near, f"{window.place} to begin at {made}", str(window.begin), answer)
            continue
        for edge in (window.begin, window.end):
            expected = f"{window.place} (quarters from month {window.quarter_start_month}) on the calendar"
            expect.holds(_on_the_calendar(edge, window), expected, str(edge), answer)


def _copy(session: Session, *, calendar_aligned: bool) -> tuple[Object, Answer]:
    body = _every_duration(calendar_aligned=calendar_aligned)
    user_id = fixtures.holder(session, fixtures.active_profile(session, **body)["id"])
    found, answer = holdings.copies(session, user_id)
    expect.equal(len(found), 1, "the number of copies", answer)
    return found[0], answer


def _windows(copy: Object, answer: Answer) -> list[Window]:
    windows = list(holdings.windows(copy))
    expect.equal(len(windows), _WINDOWS, "the number of windows", answer)
    return windows


def _every_duration(*, calendar_aligned: bool) -> Body:
    def quarter(month: int) -> Body:
        return samples.budget("1Q", reset_config={"quarter_start_month": month})

    def rate_limit(tokens: str, requests: str) -> Body:
        return {
            "token_max_limit": 1000,
            "token_reset_duration": tokens,
            "request_max_limit": 10,
            "request_reset_duration": requests,
        }

    return {
        "calendar_aligned": calendar_aligned,
        "budgets": [*(samples.budget(each) for each in ("1h", "1d", "1w", "1M", "1Y")), quarter(2)],
        "rate_limit": rate_limit("1h", "1d"),
        "provider_configs": [
            samples.provider("openai", budgets=[quarter(12)], rate_limit=rate_limit("1w", "1M")),
            samples.provider("azure", budgets=[samples.budget("1Q")], rate_limit=rate_limit("1Y", "1h")),
        ],
    }


def _on_the_calendar(edge: datetime, window: Window) -> bool:
    if edge.utcoffset() or (edge.hour, edge.minute, edge.second, edge.microsecond) != (0, 0, 0, 0):
        return False
    match window.duration:
        case "1w":
            return edge.weekday() == 0
        case "1M":
            return edge.day == 1
        case "1Q":
            return edge.day == 1 and (edge.month - window.quarter_start_month) % 3 == 0
        case "1Y":
            return (edge.month, edge.day) == (1, 1)
        case _:
            return True
