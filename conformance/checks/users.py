"""Users: created, listed, read, put into groups and deleted."""

from functools import partial
from itertools import pairwise

from conformance.access_profiles import calls, fixtures, pages
from conformance.access_profiles.calls import Object
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.bracket import bracketed
from conformance.run.registry import check
from conformance.run.session import Session

_STEP = pages.LARGEST_LIMIT // 2
_MOST_PAGES = 2000
_BY_CODE_POINTS = ("B", "a", "b", "é", "～", "😀")
"""Upper case before lower, accents last, and a character beyond the Basic Multilingual Plane at the end."""

_EVERY_KIND = " 50%?a=b&c#d%41+é😀@:;,'(~)\"\\"
"""What an address must encode: `%41` is no `A`, and `+` no space."""


@check("USR-LST-001", alone=True)
def pages_follow(session: Session) -> None:
    """Creates users whose ids differ in case, in accents and beyond the BMP, and reads the whole list.

    All are to be there, and the ids of the list are to rise by code points from each user to the next. Small
    pages over the new users are to hold what a large page holds there. When others write, it is read again.
    """
    made = sorted(fixtures.user_id(session, id=session.namespace + end) for end in reversed(_BY_CODE_POINTS))
    pages_of_all = [[str(row.get("id")) for row in page] for page in _pages(session)]
    for rising in (*pages_of_all, [page[0] for page in pages_of_all if page]):
        falling = [pair for pair in pairwise(rising) if pair[0] >= pair[1]]
        expect.equal(falling, [], "neighbours in the list whose ids do not rise")
    listed = dict.fromkeys(user_id for page in pages_of_all for user_id in page if user_id in made)
    expect.equal([*listed], made, "the new users in the list")
    first = next(at * _STEP + page.index(made[0]) for at, page in enumerate(pages_of_all) if made[0] in page)
    for base, begin, limit in ((first, 0, 2), (first, 2, 2), (first, 4, 2), (first, 1, 3), (0, 1, 3)):
        bracketed(partial(_ids, session, base), partial(_is_part, session, base, begin, limit))


@check("USR-LST-002", alone=True)
def counts(session: Session) -> None:
    """Creates users, until there are more than a page takes by default, and deletes one of them.

    Pages with limits and offsets in and out of bounds, and one that reaches behind the last user, are to hold
    as many users as `total_count` allows, and to name the limit and the offset that were used. `total_count`
    is to be the same on all; when others write, it is asked for again.
    """
    made = [_user(session) for _ in range(max(2, pages.DEFAULT_LIMIT + 2 - _total(calls.users(session))))]
    fixtures.done(calls.delete_user(session, made.pop()))
    for query in ({}, {"offset": pages.FAR}, *pages.IN_AND_OUT_OF_BOUNDS):
        bracketed(lambda: _total(calls.users(session)), partial(_is_page, session, query))
    bracketed(lambda: _total(calls.users(session)), partial(_is_end, session))


@check("USR-CRE-001")
def created(session: Session) -> None:
    """Creates a user with a role and groups, and one whose id has a space, `%`, `?`, `#`, `é` and `😀`.

    The answer, what its `Location` names, a read by the id and the list are all to hold what was sent.
    """
    [role_id] = fixtures.role_ids(session, 1)
    groups = sorted(session.name(ending) for ending in ("b", "a"))
    plain: Object = {"id": session.name(), "role_id": role_id, "group_ids": groups}
    wild: Object = {"id": session.name(_EVERY_KIND), "role_id": None, "group_ids": []}
    for fields in (plain, wild):
        sent = {"name": session.name(" Lovelace — Ä"), "email": "Ada+1@Example.com", **fields}
        answer = calls.create_user.done(session, sent, wanted=201)
        user = expect.member(answer, "user")
        expect.fields(user, answer, **sent)
        for read in (calls.at_location(session, answer), calls.user(session, sent["id"])):
            expect.status(read, 200)
            expect.members(read, user=user)
        rows = [row for row in _everybody(session) if row.get("id") == sent["id"]]
        expect.equal(rows, [user], "the user in the list", answer)


@check("USR-CRE-002")
def refused(session: Session) -> None:
    """Creates a user again, with another name; that is to be 409, and the user to be as before.

    Then names the largest id and that of a deleted role as the role: both are to be 400, and nobody is made.
    """
    user = fixtures.user(session)
    again = {"id": user["id"], "name": session.name(), "email": "another@example.com"}
    expect.status(calls.create_user(session, again), 409)
    expect.members(calls.user(session, user["id"]), user=user)
    [gone] = fixtures.role_ids(session, 1)
    fixtures.done(calls.delete_role(session, gone))
    for role_id in (calls.LARGEST_ID, gone):
        body = {**again, "id": session.name(), "role_id": role_id}
        expect.status(calls.create_user(session, body), 400)
        expect.status(calls.user(session, body["id"]), 404, because="no user is made")


@check("USR-CRE-003")
def default_profile(session: Session) -> None:
    """Creates users with two roles: one has a default and another profile, one has an inactive default.

    The first user is to hold a copy of the default alone, the second to hold nothing.
    """
    (role_id, default), (idle_role, idle) = (fixtures.role_with_default(session) for _ in range(2))
    fixtures.attached(session, fixtures.active_profile(session)["id"], role_id)
    fixtures.done(calls.deactivate(session, idle))
    for role, held in ((role_id, [default]), (idle_role, [])):
        user_id = fixtures.user_id(session, role_id=role)
        expect.equal(fixtures.parents(session, user_id), held, "the profiles that the new user holds")


@check("USR-GET-001")
def no_such_user(session: Session) -> None:
    """Reads ids that nobody has; each is to be 404.

    They are a fresh one, and a user's id cut short, made longer, and with `%` and `_` in it.
    """
    user_id = _user(session, "xy")
    for absent in (session.name(), user_id[:-1], f"{user_id}z", f"{user_id[:-1]}_", f"{user_id[:-2]}%"):
        expect.status(calls.user(session, absent), 404)


@check("USR-DEL-001")
def deleted(session: Session) -> None:
    """Deletes one of two holders of a profile, who holds another one as well.

    The user is to be 404 and gone from the list, and the profiles to count one holder less. Somebody who gets
    the same id later is to hold nothing.
    """
    both, alone = fixtures.active_ids(session, 2)
    fixtures.holder(session, both)
    user_id = fixtures.holder(session, both)
    fixtures.assigned(session, user_id, alone)
    answer = calls.delete_user.done(session, user_id)
    expect.status(calls.user(session, user_id), 404, because="the user was deleted")
    for profile_id, left in ((both, 1), (alone, 0)):
        expect.members(calls.read(session, profile_id), user_count=left)
    ids = [row.get("id") for row in _everybody(session)]
    expect.holds(user_id not in ids, "a list without the deleted user", "the user in it", answer)
    fixtures.user(session, id=user_id)
    expect.equal(fixtures.parents(session, user_id), [], "the profiles that the next user of the id holds")


@check("USR-DEL-002")
def nobody_to_delete(session: Session) -> None:
    """Deletes an id that nobody has, and a user twice; the first and the last are to be 404."""
    user_id = _user(session)
    for target, status in ((session.name(), 404), (user_id, 200), (user_id, 404)):
        expect.status(calls.delete_user(session, target), status)


@check("USR-GRP-001")
def groups(session: Session) -> None:
    """Sets the groups of a user with a role: several in no order, one twice, then an old and a new one, none.

    The answer and a later read are to hold just those, each once, ordered by code points.
    """
    user_id = fixtures.user_id(session, role_id=fixtures.role(session)["id"])
    name = session.name()
    first = [name + ending for ending in _BY_CODE_POINTS]
    for sent in ([*reversed(first), first[1]], [first[3], session.name()], []):
        answer = calls.change_groups.done(session, user_id, {"group_ids": sent})
        for shown in (answer, calls.user(session, user_id)):
            expect.fields(expect.member(shown, "user"), shown, group_ids=sorted(set(sent)))


@check("USR-GRP-002")
def nobody_to_group(session: Session) -> None:
    """Sets the groups of an id that nobody has, to one and to none; both are to be 404, nobody is made."""
    user_id = session.name()
    for sent in ([session.name()], []):
        expect.status(calls.change_groups(session, user_id, {"group_ids": sent}), 404)
    expect.status(calls.user(session, user_id), 404, because="no user is made")


def _user(session: Session, ending: str = "") -> str:
    return fixtures.user_id(session, id=session.name(ending))


def _is_page(session: Session, query: dict[str, int], total: int) -> None:
    answer = calls.users(session, query=query)
    rows = pages.clamped(answer, "users", query)
    expect.members(answer, total_count=total, count=len(rows))


def _is_end(session: Session, total: int) -> None:
    """Demand that the last page ends where `total_count` says: it is as good as having counted all."""
    query = {"limit": pages.LARGEST_LIMIT, "offset": max(0, total - _STEP)}
    _is_page(session, query, total)


def _is_part(session: Session, base: int, begin: int, limit: int, large: list[str]) -> None:
    """Demand that a small page holds what a large page holds that begins at `base`."""
    small, wanted = _ids(session, base + begin, limit), large[begin : begin + limit]
    expect.equal(small, wanted, f"the users from {base + begin} on", session.answers[-1])


def _total(answer: Answer) -> int:
    expect.status(answer, 200)
    total = expect.member(answer, "total_count")
    expect.holds(isinstance(total, int), "an integer total_count", total, answer)
    return int(total)


def _ids(session: Session, offset: int, limit: int = pages.LARGEST_LIMIT) -> list[str]:
    answer = calls.users(session, query={"limit": limit, "offset": offset})
    return [str(row.get("id")) for row in expect.rows(answer, "users")]


def _everybody(session: Session) -> list[Object]:
    """All users. One that a page shows and an earlier page has shown is there once."""
    seen: set[str] = set()
    rows: list[Object] = []
    for page in _pages(session):
        rows += [row for row in page if row.get("id") not in seen]
        seen |= {str(row.get("id")) for row in page}
    return rows


def _pages(session: Session) -> list[list[Object]]:
    """All users, over pages as large as there are, of which each begins in the middle of the one before.

    Whoever is there all the while is on one of them at least, also when others come and go before.
    """
    found: list[list[Object]] = []
    while len(found) < _MOST_PAGES:
        query = {"limit": pages.LARGEST_LIMIT, "offset": len(found) * _STEP}
        answer = calls.users(session, query=query)
        found.append(expect.rows(answer, "users"))
        if not found[-1] or _total(answer) <= query["offset"] + pages.LARGEST_LIMIT:
            return found
    raise Unreached(f"there are more users than {_MOST_PAGES} pages hold")
