"""Pages of the list: complete, without repeats, in order, and with honest counts."""

from typing import Any

from conformance.access_profiles import calls, samples
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_DEFAULT_LIMIT = 25
_LARGEST_LIMIT = 100


@check("AP-LST-001")
def created_is_listed(session: Session) -> None:
    """Creates three profiles, and after each asks at once for the list that its name filters.

    It is to be there.
    """
    for _ in range(3):
        profile = calls.create(session)
        answer = calls.browse(session, {"search": f"{profile['name']}"})
        ids = [row.get("id") for row in calls.listed(answer)]
        expect.equal(ids.count(profile["id"]), 1, "how often the new profile is listed", answer)


@check("AP-LST-002")
def counts(session: Session) -> None:
    """Creates five profiles and asks for pages of several sizes and places.

    `count` is to be the number of rows, `total_count` to be 5 on each.
    """
    _create(session, 5)
    for limit, offset, rows in ((2, 0, 2), (2, 4, 1), (100, 0, 5), (1, 2, 1), (5, 0, 5)):
        answer = calls.browse(session, {"search": session.namespace, "limit": limit, "offset": offset})
        expect.equal(len(calls.listed(answer)), rows, "the number of rows", answer)
        expect.equal(expect.member(answer, "count"), rows, "count", answer)
        expect.equal(expect.member(answer, "total_count"), 5, "total_count", answer)


@check("AP-LST-003")
def pages_follow(session: Session) -> None:
    """Creates seven profiles and reads them in pages of three, two and one.

    Together the pages are to hold each profile exactly once.
    """
    created = sorted(_create(session, 7))
    for limit in (3, 2, 1):
        seen: list[Any] = []
        for offset in range(0, 7, limit):
            answer = calls.browse(session, {"search": session.namespace, "limit": limit, "offset": offset})
            seen += [row.get("id") for row in calls.listed(answer)]
        expect.equal(sorted(seen, key=str), sorted(created, key=str), f"ids over pages of {limit}")


@check("AP-LST-004")
def ordered(session: Session) -> None:
    """Creates profiles whose names fall while their ids rise, and looks for rising ids.

    In one page, across two pages, and in a page of profiles that were there before.
    """
    for ending in "zmkba":
        calls.create(session, name=f"{session.namespace}{ending}")
    whole = calls.browse(session, {"search": session.namespace})
    halves = [calls.browse(session, {"search": session.namespace, "limit": 3, "offset": o}) for o in (0, 3)]
    for answers in ([whole], halves, [calls.browse(session, {"limit": _LARGEST_LIMIT})]):
        ids = [row.get("id") for answer in answers for row in calls.listed(answer)]
        expect.equal(ids, sorted(ids), "ids in their order", *answers)


@check("AP-LST-005")
def clamped(session: Session) -> None:
    """Makes sure of 26 profiles, then sends `limit` and `offset` absent, too small, too large and in range.

    The answer is to repeat the values used, and to have as many rows as they allow.
    """
    total = expect.member(calls.browse(session, {"limit": 1}), "total_count")
    expect.holds(isinstance(total, int), "an integer total_count", total)
    _create(session, max(0, _DEFAULT_LIMIT + 1 - total))
    for query, limit, offset in (
        ({}, _DEFAULT_LIMIT, 0),
        ({"limit": 0}, _DEFAULT_LIMIT, 0),
        ({"limit": -1}, _DEFAULT_LIMIT, 0),
        ({"limit": 1, "offset": 1}, 1, 1),
        ({"limit": 100}, _LARGEST_LIMIT, 0),
        ({"limit": 101}, _LARGEST_LIMIT, 0),
        ({"limit": 2147483647, "offset": 2}, _LARGEST_LIMIT, 2),
        ({"limit": 2, "offset": -1}, 2, 0),
    ):
        answer = calls.browse(session, query)
        rows = calls.listed(answer)
        expect.equal(expect.member(answer, "limit"), limit, "limit", answer)
        expect.equal(expect.member(answer, "offset"), offset, "offset", answer)
        matching = expect.member(answer, "total_count")
        expect.equal(len(rows), min(limit, max(0, matching - offset)), "the number of rows", answer)


@check("AP-LST-006")
def behind_the_end(session: Session) -> None:
    """Creates three profiles and asks for offsets 3, 4 and 2147483647.

    The page is to be empty, `total_count` to be 3 all the same.
    """
    _create(session, 3)
    for offset in (3, 4, 2147483647):
        answer = calls.browse(session, {"search": session.namespace, "offset": offset})
        expect.equal(calls.listed(answer), [], "the rows", answer)
        expect.equal(expect.member(answer, "count"), 0, "count", answer)
        expect.equal(expect.member(answer, "total_count"), 3, "total_count", answer)


@check("AP-LST-013")
def rows_are_profiles(session: Session) -> None:
    """Creates a small profile and a full one, and compares each row with `getAccessProfile`."""
    calls.create(session)
    calls.create(session, **samples.full(session.name()))
    page = calls.browse(session, {"search": session.namespace})
    rows = calls.listed(page)
    expect.equal(len(rows), 2, "the number of rows", page)
    for row in rows:
        read = calls.read(session, row.get("id"))
        expect.equal(row, calls.shown(read, 200), "the row", page, read)


def _create(session: Session, number: int) -> list[int]:
    return [calls.create(session)["id"] for _ in range(number)]
