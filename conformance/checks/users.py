"""Users: created, listed, read, put into groups and deleted."""

from itertools import pairwise

from conformance.access_profiles import calls, fixtures, pages
from conformance.access_profiles.calls import Object
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_BY_CODE_POINTS = ("B", "a", "b", "é", "～", "😀")
"""Upper case before lower, accents last, and a character beyond the Basic Multilingual Plane at the end."""

_EVERY_KIND = " 50%?a=b&c#d%41+é😀@:;,'(~)\"\\"
"""What an address must encode: `%41` is no `A`, and `+` no space."""


@check("USR-LST-001", alone=True)
def pages_follow(session: Session) -> None:
    """Creates users whose ids differ in case, in accents and beyond the BMP, and reads the whole list.

    All are to be there, and the ids of the list are to rise by code points from each user to the next. Pages
    of two over the new users are to hold what the large pages hold there, and a page that begins one user
    later is to begin with the next.
    """
    made = [fixtures.user_id(session, id=session.namespace + end) for end in reversed(_BY_CODE_POINTS)]
    ids = [str(row.get("id")) for row in _everybody(session)]
    falling = [pair for pair in pairwise(ids) if pair[0] >= pair[1]]
    expect.equal(falling, [], "neighbours in the list whose ids do not rise")
    expect.equal([each for each in ids if each in made], sorted(made), "the new users in the list")
    first = ids.index(min(made))
    for offset in range(first, first + len(made), 2):
        answer = calls.users(session, query={"limit": 2, "offset": offset})
        found = [row.get("id") for row in expect.rows(answer, "users")]
        expect.equal(found, ids[offset : offset + 2], f"the users from {offset} on", answer)
    two = [calls.users(session, query={"limit": 4 - offset, "offset": offset}) for offset in (0, 1)]
    four, three = ([row.get("id") for row in expect.rows(page, "users")] for page in two)
    expect.equal(three, four[1:], "the users from 1 on", *two)


@check("USR-LST-002", alone=True)
def counts(session: Session) -> None:
    """Creates users, until there are more than a page takes by default, and deletes one of them.

    `total_count` is to follow. Pages with limits and offsets in and out of bounds are to hold as many users
    as they must, and to name the limit and the offset that were used.
    """
    before = _total(calls.users(session))
    made = [_user(session) for _ in range(max(2, pages.DEFAULT_LIMIT + 2 - before))]
    expect.equal(_total(calls.users(session)), before + len(made), "total_count with the new users")
    fixtures.done(calls.delete_user(session, made.pop()))
    total = before + len(made)
    for query in ({}, {"offset": pages.FAR}, *pages.IN_AND_OUT_OF_BOUNDS):
        answer = calls.users(session, query=query)
        rows = pages.clamped(answer, "users", query)
        expect.members(answer, total_count=total, count=len(rows))


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


def _total(answer: Answer) -> int:
    expect.status(answer, 200)
    total = expect.member(answer, "total_count")
    expect.holds(isinstance(total, int), "an integer total_count", total, answer)
    return int(total)


def _everybody(session: Session) -> list[Object]:
    """All users, over pages as large as there are."""
    rows: list[Object] = []
    total = pages.LARGEST_LIMIT
    while len(rows) < total:
        answer = calls.users(session, query={"limit": pages.LARGEST_LIMIT, "offset": len(rows)})
        page = expect.rows(answer, "users")
        total = _total(answer)
        if not page:
            break
        rows += page
    return rows
