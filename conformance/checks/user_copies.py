"""What a user holds: whose copies, with which configuration, limits, keys and windows."""

from datetime import datetime, timedelta

from conformance.access_profiles import calls, fixtures, holdings, samples
from conformance.access_profiles.calls import Object
from conformance.access_profiles.holdings import Window
from conformance.access_profiles.samples import Body
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_OF_A_LINE = ("id", "last_reset")
_TOLERANCE = timedelta(seconds=2)
_WINDOWS = 14

_ROLLING_DAYS = {"1d": (1, 1), "1w": (7, 7), "1M": (30, 30), "1Q": (90, 90), "1Y": (365, 365)}
_CALENDAR_DAYS = {"1d": (1, 1), "1w": (7, 7), "1M": (28, 31), "1Q": (90, 92), "1Y": (365, 366)}
"""The days of a window, at least and at most."""


@check("AP-UAP-001")
def each_copy_once(session: Session) -> None:
    """Gives one user copies of two profiles, and another user copies of one of these and of a third.

    Each list is to have exactly the user's own copies, and that of a third user is to be empty.
    """
    shared, own, other = fixtures.active_ids(session, 3)
    for profile_ids in ([shared, own], [other, shared], []):
        user_id = fixtures.user_id(session)
        given = [fixtures.holding(session, user_id, each).copy["id"] for each in profile_ids]
        found, answer = holdings.copies(session, user_id)
        expect.same_items(holdings.ids(found), given, "the ids of the copies", answer)
        parents = {row.get("id"): row.get("parent_profile_id") for row in found}
        wanted = dict(zip(given, profile_ids, strict=True))
        expect.holds(parents == wanted, f"copies of the profiles {wanted}", parents, answer)
        owners = [row.get("user_id") for row in found]
        expect.equal(owners, [user_id] * len(given), "the users of the copies", answer)


@check("AP-UAP-002")
def as_its_profile(session: Session) -> None:
    """Creates a full profile and gives it to two users.

    Each copy is to have the profile's configuration and no usage. Profile and copies are to have ids of their
    own at every provider config, budget and rate limit.
    """
    profile_id = fixtures.active_profile(session, **samples.full(session.name()))["id"]
    profile = calls.profile(session, profile_id)
    held = [profile]
    for _ in range(2):
        copy, answer = holdings.only_copy(session, fixtures.holder(session, profile_id))
        differences = expect.missing_parts(copy, _configuration(profile))
        expect.holds(not differences, "the profile's configuration", "; ".join(differences), answer)
        for line in holdings.lines(copy):
            used = holdings.usage(line)
            expect.holds(not any(used), "no usage in a new copy", used, answer)
        held.append(copy)
    for kind, ids in holdings.kinds(*held).items():
        expect.different(ids, f"ids of {kind}", *session.answers)


@check("AP-UAP-005")
def limit_in_force(session: Session) -> None:
    """Gives a user a copy with three budgets, raises one of them by 25 for two windows, and takes that back.

    `effective_max_limit` is to be `max_limit` before and after, and 25 more in between, at that budget alone.
    """
    provider = samples.provider(budgets=[samples.budget("1d", 7.25)])
    budgets = [samples.budget("1M", 50), samples.budget("1Y", 0)]
    held = fixtures.held(session, budgets=budgets, provider_configs=[provider])
    raised = fixtures.copy(session, *held.place)["budgets"][0]["id"]
    override = {"amount": 25, "mode": "cycles", "cycles": 2}
    _limits_are(session, held.user_id, {})
    fixtures.done(calls.set_override(session, *held.place, raised, override))
    _limits_are(session, held.user_id, {raised: 25})
    fixtures.done(calls.clear_override(session, *held.place, raised))
    _limits_are(session, held.user_id, {})


@check("AP-UAP-006")
def masked_keys(session: Session) -> None:
    """Gives a user a copy, adds a second key to it, and lists the copies.

    `virtual_key_ids` is to name both keys, `virtual_key_values` to have both and to show neither.
    """
    held = fixtures.held(session)
    first, second = held.key, fixtures.added_key(session, *held.place)
    copy, answer = holdings.only_copy(session, held.user_id)
    key_ids, values = copy.get("virtual_key_ids"), copy.get("virtual_key_values")
    wanted = sorted([first["id"], second["id"]])
    expect.equal(sorted(key_ids or []), wanted, "virtual_key_ids", answer)
    expect.equal(sorted(values or {}), wanted, "the ids in virtual_key_values", answer)
    for key in (first, second):
        holdings.hidden(key["value"], answer)


@check("AP-UAP-007")
def of_nobody(session: Session) -> None:
    """Lists the copies of two users that nobody has made; each is to be 404."""
    for user_id in (session.name(), session.name("@example.com")):
        expect.status(calls.copies(session, user_id), 404)


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


def _configuration(profile: Object) -> Object:
    """What a copy is to have of a profile: all but ids and windows. A rate limit that is not set is None."""
    shown: Object = expect.without(
        {name: profile.get(name) for name in ("name", *samples.POLICY)}, *_OF_A_LINE
    )
    for config in shown["provider_configs"]:
        config.setdefault("rate_limit", None)
    return shown


def _limits_are(session: Session, user_id: str, raises: dict[str, int]) -> None:
    found, answer = holdings.copies(session, user_id)
    lines = [line for copy in found for line in holdings.budgets(copy)]
    expect.equal(len(lines), 3, "the number of budgets", answer)
    for line in lines:
        wanted = line["max_limit"] + raises.get(line["id"], 0)
        expect.equal(line["effective_max_limit"], wanted, "effective_max_limit", answer)


def _copy(session: Session, *, calendar_aligned: bool) -> tuple[Object, Answer]:
    body = _every_duration(calendar_aligned=calendar_aligned)
    return holdings.only_copy(session, fixtures.held(session, **body).user_id)


def _windows(copy: Object, answer: Answer) -> list[Window]:
    windows = list(holdings.windows(copy))
    expect.equal(len(windows), _WINDOWS, "the number of windows", answer)
    return windows


def _every_duration(*, calendar_aligned: bool) -> Body:
    def rate_limit(tokens: str, requests: str) -> Body:
        return samples.rate_limit((1000, tokens), (10, requests))

    return {
        "calendar_aligned": calendar_aligned,
        "budgets": [*(samples.budget(each) for each in ("1h", "1d", "1w", "1M", "1Y")), samples.quarterly(2)],
        "rate_limit": rate_limit("1h", "1d"),
        "provider_configs": [
            samples.provider("openai", budgets=[samples.quarterly(12)], rate_limit=rate_limit("1w", "1M")),
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
