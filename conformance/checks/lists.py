"""The list: its pages and their order, honest counts, and filters that keep what they name."""

from typing import Any

from conformance.access_profiles import calls, pages, samples
from conformance.http.client import Query
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session


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
        expect.members(answer, count=rows, total_count=5)


@check("AP-LST-003")
def pages_follow(session: Session) -> None:
    """Creates seven profiles and reads them in pages of three, two and one.

    Together the pages are to hold each profile exactly once.
    """
    created = _create(session, 7)
    for limit in (3, 2, 1):
        seen: list[Any] = []
        for offset in range(0, 7, limit):
            answer = calls.browse(session, {"search": session.namespace, "limit": limit, "offset": offset})
            seen += [row.get("id") for row in calls.listed(answer)]
        expect.same_items(seen, created, f"ids over pages of {limit}")


@check("AP-LST-004")
def ordered(session: Session) -> None:
    """Creates profiles whose names fall while their ids rise, and looks for rising ids.

    In one page, across two pages, and in a page of profiles that were there before.
    """
    for ending in "zmkba":
        calls.create(session, name=f"{session.namespace}{ending}")
    whole = calls.browse(session, {"search": session.namespace})
    halves = [calls.browse(session, {"search": session.namespace, "limit": 3, "offset": o}) for o in (0, 3)]
    for answers in ([whole], halves, [calls.browse(session, {"limit": pages.LARGEST_LIMIT})]):
        ids = [row.get("id") for answer in answers for row in calls.listed(answer)]
        expect.equal(ids, sorted(ids), "ids in their order", *answers)


@check("AP-LST-005")
def clamped(session: Session) -> None:
    """Makes sure of 26 profiles, then sends `limit` and `offset` absent, too small, too large and in range.

    The answer is to repeat the values used, and to have as many rows as they allow.
    """
    total = expect.member(calls.browse(session, {"limit": 1}), "total_count")
    expect.holds(isinstance(total, int), "an integer total_count", total)
    _create(session, max(0, pages.DEFAULT_LIMIT + 1 - total))
    for query in ({}, *pages.IN_AND_OUT_OF_BOUNDS):
        pages.clamped(calls.browse(session, query), "access_profiles", query)


@check("AP-LST-006")
def behind_the_end(session: Session) -> None:
    """Creates three profiles and asks for offsets 3, 4 and 2147483647.

    The page is to be empty, `total_count` to be 3 all the same.
    """
    _create(session, 3)
    for offset in (3, 4, pages.FAR):
        answer = calls.browse(session, {"search": session.namespace, "offset": offset})
        expect.status(answer, 200)
        expect.members(answer, access_profiles=[], count=0, total_count=3)


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


@check("AP-LST-007")
def search(session: Session) -> None:
    """Creates names that hold a word in different case and at different places, and searches for it.

    The word is sent in upper, lower and mixed case; a third name without it is not to be found, and neither
    is a word that no name holds.
    """
    first = calls.create(session, name=f"{session.namespace}Quartz")["id"]
    second = calls.create(session, name=f"the {session.namespace}quARTZ of old")["id"]
    calls.create(session, name=f"{session.namespace}granite")
    # Without the first letters of the namespace the text begins inside every name.
    text = f"{session.namespace[2:]}quartz"
    for word in (text, text.upper(), text.title()):
        _finds(session, {"search": word}, [first, second])
    _finds(session, {"search": f"{text}ite"}, [])
    _finds(session, {"search": f"{text} of"}, [second])


@check("AP-LST-008")
def search_is_literal(session: Session) -> None:
    r"""Creates names that hold `%`, `_`, `*`, `\` and a letter at one place, and searches for each.

    Each is to find the one that holds it.
    """
    created = {
        c: calls.create(session, name=f"{session.namespace}a{c}b")["id"] for c in ("%", "_", "*", "\\", "x")
    }
    for character, profile_id in created.items():
        _finds(session, {"search": f"{session.namespace}a{character}b"}, [profile_id])
    _finds(session, {"search": f"{session.namespace}%"}, [])


@check("AP-LST-009")
def one_tag(session: Session) -> None:
    """Creates profiles with a tag, with it among others, with a longer tag, and with none.

    The filter is to keep the first two.
    """
    tag = f"{session.namespace}t"
    wanted = [calls.create(session, tags=[tag])["id"], calls.create(session, tags=["other", tag, "eu"])["id"]]
    calls.create(session, tags=[f"{tag}1"])
    calls.create(session)
    _finds(session, {"tags": tag}, wanted)
    _finds(session, {"tags": f"{tag}-none"}, [])


@check("AP-LST-010")
def several_tags(session: Session) -> None:
    """Creates profiles with one of two tags, both, or one in other case, and filters by both tags.

    With a comma between, in both orders, the filter is to keep those that carry at least one as it is
    written.
    """
    one, two = f"{session.namespace}one", f"{session.namespace}two"
    both = calls.create(session, tags=[two, one])["id"]
    first = calls.create(session, tags=[one])["id"]
    second = calls.create(session, tags=[two])["id"]
    upper = calls.create(session, tags=[one.upper()])["id"]
    _finds(session, {"tags": f"{one},{two}"}, [both, first, second])
    _finds(session, {"tags": f"{two},{one}"}, [both, first, second])
    _finds(session, {"tags": f"{one.upper()},{session.namespace}none"}, [upper])


@check("AP-LST-011")
def by_state(session: Session) -> None:
    """Creates three profiles and filters them by both states.

    Each is to be found in its own state and not in the other. Of the profiles that were there before, a page
    of each state is to hold no other.
    """
    created = {
        profile["id"]: profile.get("is_active") for profile in (calls.create(session) for _ in range(3))
    }
    for state in (True, False):
        text = str(state).lower()
        wanted = [profile_id for profile_id, active in created.items() if active is state]
        _finds(session, {"search": session.namespace, "is_active": text}, wanted)
        answer = calls.browse(session, {"is_active": text, "limit": 100})
        others = [row.get("id") for row in calls.listed(answer) if row.get("is_active") is not state]
        expect.equal(others, [], f"profiles in another state under is_active={text}", answer)


@check("AP-LST-012")
def joined(session: Session) -> None:
    """Creates profiles that match the search alone, the tag alone, and both, and asks with both.

    Then adds a state in which none is.
    """
    tag = f"{session.namespace}tag"
    both = calls.create(session, name=f"{session.namespace}match 1", tags=[tag])
    calls.create(session, name=f"{session.namespace}match 2")
    calls.create(session, name=f"{session.namespace}other", tags=[tag])
    query = {"search": f"{session.namespace}match", "tags": tag}
    _finds(session, query, [both["id"]])
    state = str(both.get("is_active")).lower()
    opposite = "false" if state == "true" else "true"
    _finds(session, {**query, "is_active": state}, [both["id"]])
    _finds(session, {**query, "is_active": opposite}, [])


@check("AP-LST-014")
def not_a_value(session: Session) -> None:
    """Sends texts that are no integer, and texts that are neither `true` nor `false`.

    The first as `limit` and `offset`, the others as `is_active`; each is to be 400.
    """
    for name, values in (
        ("limit", ("ten", "1.5", "1_0", "0x10", "1e1")),
        ("offset", ("x", "0.0")),
        ("is_active", ("yes", "1", "True", "")),
    ):
        for value in values:
            expect.status(calls.browse(session, {name: value}), 400)


def _create(session: Session, number: int) -> list[int]:
    return [calls.create(session)["id"] for _ in range(number)]


def _finds(session: Session, query: Query, wanted: list[Any]) -> None:
    answer = calls.browse(session, query)
    found = [row.get("id") for row in calls.listed(answer)]
    expect.same_items(found, wanted, "the ids found", answer)
    expect.members(answer, total_count=len(wanted))
