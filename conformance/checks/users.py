"""Users: created, listed, read, put into groups and deleted."""

from itertools import pairwise
from typing import Any
from urllib.parse import urljoin, urlsplit

from conformance.access_profiles import calls, fixtures
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

Object = dict[str, Any]

_LARGEST_ID = 9223372036854775807
_DEFAULT_LIMIT = 25
_LARGEST_LIMIT = 100
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
    ids_to_make = [session.namespace + ending for ending in reversed(_BY_CODE_POINTS)]
    made = [fixtures.user(session, id=user_id)["id"] for user_id in ids_to_make]
    ids = [str(row.get("id")) for row in _everybody(session)]
    falling = [pair for pair in pairwise(ids) if pair[0] >= pair[1]]
    expect.equal(falling, [], "neighbours in the list whose ids do not rise")
    expect.equal([each for each in ids if each in made], sorted(made), "the new users in the list")
    first = ids.index(min(made))
    for offset in range(first, first + len(made), 2):
        answer = session.call("listUsers", query={"limit": 2, "offset": offset})
        found = [row.get("id") for row in expect.rows(answer, "users")]
        expect.equal(found, ids[offset : offset + 2], f"the users from {offset} on", answer)
    pages = [session.call("listUsers", query={"limit": 4 - offset, "offset": offset}) for offset in (0, 1)]
    four, three = ([row.get("id") for row in expect.rows(page, "users")] for page in pages)
    expect.equal(three, four[1:], "the users from 1 on", *pages)


@check("USR-LST-002", alone=True)
def counts(session: Session) -> None:
    """Creates users, until there are more than a page takes by default, and deletes one of them.

    `total_count` is to follow. Pages with limits and offsets in and out of bounds are to hold as many users
    as they must, and to name the limit and the offset that were used.
    """
    before = _total(session.call("listUsers"))
    made = [_user(session) for _ in range(max(2, _DEFAULT_LIMIT + 2 - before))]
    expect.equal(_total(session.call("listUsers")), before + len(made), "total_count with the new users")
    _done(session.call("deleteUser", parameters={"user_id": made.pop()}))
    total = before + len(made)
    for query, limit, offset in (
        ({}, _DEFAULT_LIMIT, 0),
        ({"limit": 0}, _DEFAULT_LIMIT, 0),
        ({"limit": -1}, _DEFAULT_LIMIT, 0),
        ({"limit": 1, "offset": 1}, 1, 1),
        ({"limit": 101}, _LARGEST_LIMIT, 0),
        ({"limit": 2147483647, "offset": 2}, _LARGEST_LIMIT, 2),
        ({"limit": 2, "offset": -1}, 2, 0),
        ({"offset": 2147483647}, _DEFAULT_LIMIT, 2147483647),
    ):
        answer = session.call("listUsers", query=query)
        rows = expect.rows(answer, "users")
        expect.equal(_total(answer), total, "total_count", answer)
        expect.equal(expect.member(answer, "limit"), limit, "limit", answer)
        expect.equal(expect.member(answer, "offset"), offset, "offset", answer)
        expect.equal(len(rows), min(limit, max(0, total - offset)), "the number of users", answer)
        expect.equal(expect.member(answer, "count"), len(rows), "count", answer)


@check("USR-CRE-001")
def created(session: Session) -> None:
    """Creates a user with a role and groups, and one whose id has a space, `%`, `?`, `#`, `é` and `😀`.

    The answer, what its `Location` names, a read by the id and the list are all to hold what was sent.
    """
    role_id = fixtures.role(session)["id"]
    groups = sorted(session.name(ending) for ending in ("b", "a"))
    plain: Object = {"id": session.name(), "role_id": role_id, "group_ids": groups}
    wild: Object = {"id": session.name(_EVERY_KIND), "role_id": None, "group_ids": []}
    for fields in (plain, wild):
        sent = {"name": session.name(" Lovelace — Ä"), "email": "Ada+1@Example.com", **fields}
        answer = session.call("createUser", body=sent)
        expect.status(answer, 201)
        expect.equal(_sent_part(expect.member(answer, "user"), sent), sent, "the user", answer)
        for read in (_at_location(session, answer), _read(session, str(sent["id"]))):
            expect.status(read, 200)
            expect.equal(expect.member(read, "user"), expect.member(answer, "user"), "the user", read)
        rows = [row for row in _everybody(session) if row.get("id") == sent["id"]]
        expect.equal(rows, [expect.member(answer, "user")], "the user in the list", answer)


@check("USR-CRE-002")
def refused(session: Session) -> None:
    """Creates a user again, with another name; that is to be 409, and the user to be as before.

    Then names the largest id and that of a deleted role as the role: both are to be 400, and nobody is made.
    """
    user = fixtures.user(session)
    again = {"id": user["id"], "name": session.name(), "email": "another@example.com"}
    taken = session.call("createUser", body=again)
    expect.status(taken, 409)
    read = _read(session, user["id"])
    expect.equal(expect.member(read, "user"), user, "the user afterwards", taken, read)
    gone = fixtures.role(session)["id"]
    _done(session.call("deleteRole", parameters={"role_id": gone}))
    for role_id in (_LARGEST_ID, gone):
        body = {**again, "id": session.name(), "role_id": role_id}
        expect.status(session.call("createUser", body=body), 400)
        expect.status(_read(session, body["id"]), 404, because="no user is made")


@check("USR-CRE-003")
def default_profile(session: Session) -> None:
    """Creates users with two roles: one has a default and another profile, one has an inactive default.

    The first user is to hold a copy of the default alone, the second to hold nothing.
    """
    role_id, idle_role = (fixtures.role(session)["id"] for _ in range(2))
    default, other, idle = (fixtures.active_profile(session)["id"] for _ in range(3))
    fixtures.attached(session, default, role_id, is_default=True)
    fixtures.attached(session, other, role_id)
    fixtures.attached(session, idle, idle_role, is_default=True)
    _done(session.call("deactivateAccessProfile", parameters={"profile_id": idle}))
    for role, held in ((role_id, [default]), (idle_role, [])):
        user = fixtures.user(session, role_id=role)
        expect.equal(_held(session, user["id"]), held, "the profiles that the new user holds")


@check("USR-GET-001")
def no_such_user(session: Session) -> None:
    """Reads ids that nobody has; each is to be 404.

    They are a fresh one, and a user's id cut short, made longer, and with `%` and `_` in it.
    """
    user_id = _user(session, "xy")
    for absent in (session.name(), user_id[:-1], f"{user_id}z", f"{user_id[:-1]}_", f"{user_id[:-2]}%"):
        expect.status(_read(session, absent), 404)


@check("USR-DEL-001")
def deleted(session: Session) -> None:
    """Deletes one of two holders of a profile, who holds another one as well.

    The user is to be 404 and gone from the list, and the profiles to count one holder less. Somebody who gets
    the same id later is to hold nothing.
    """
    both, alone = (fixtures.active_profile(session)["id"] for _ in range(2))
    fixtures.holder(session, both)
    user_id = fixtures.holder(session, both)
    fixtures.assigned(session, user_id, alone)
    answer = session.call("deleteUser", parameters={"user_id": user_id})
    expect.status(answer, 200)
    expect.status(_read(session, user_id), 404, because="the user was deleted")
    for profile_id, left in ((both, 1), (alone, 0)):
        read = calls.read(session, profile_id)
        expect.equal(expect.member(read, "user_count"), left, "user_count", answer, read)
    ids = [row.get("id") for row in _everybody(session)]
    expect.holds(user_id not in ids, "a list without the deleted user", "the user in it", answer)
    fixtures.user(session, id=user_id)
    expect.equal(_held(session, user_id), [], "the profiles that the next user of the id holds")


@check("USR-DEL-002")
def nobody_to_delete(session: Session) -> None:
    """Deletes an id that nobody has, and a user twice; the first and the last are to be 404."""
    user_id = _user(session)
    for target, status in ((session.name(), 404), (user_id, 200), (user_id, 404)):
        expect.status(session.call("deleteUser", parameters={"user_id": target}), status)


@check("USR-GRP-001")
def groups(session: Session) -> None:
    """Sets the groups of a user: several in no order, one of them twice, then an old and a new one, none.

    The answer and a later read are to hold just those, each once, ordered by code points.
    """
    user_id = _user(session)
    name = session.name()
    first = [name + ending for ending in _BY_CODE_POINTS]
    for sent in ([*reversed(first), first[1]], [first[3], session.name()], []):
        answer = _set_groups(session, user_id, sent)
        expect.status(answer, 200)
        for shown in (answer, _read(session, user_id)):
            expect.equal(expect.member(shown, "user").get("group_ids"), sorted(set(sent)), "group_ids", shown)


@check("USR-GRP-002")
def nobody_to_group(session: Session) -> None:
    """Sets the groups of an id that nobody has, to one and to none; both are to be 404, nobody is made."""
    user_id = session.name()
    for sent in ([session.name()], []):
        expect.status(_set_groups(session, user_id, sent), 404)
    expect.status(_read(session, user_id), 404, because="no user is made")


def _user(session: Session, ending: str = "") -> str:
    return str(fixtures.user(session, id=session.name(ending))["id"])


def _read(session: Session, user_id: str) -> Answer:
    return session.call("getUser", parameters={"user_id": user_id})


def _set_groups(session: Session, user_id: str, group_ids: list[str]) -> Answer:
    return session.call("updateUserGroups", parameters={"user_id": user_id}, body={"group_ids": group_ids})


def _held(session: Session, user_id: str) -> list[Any]:
    return [copy.get("parent_profile_id") for copy in fixtures.copies(session, user_id)]


def _total(answer: Answer) -> int:
    expect.status(answer, 200)
    total = expect.member(answer, "total_count")
    expect.holds(isinstance(total, int), "an integer total_count", total, answer)
    return int(total)


def _everybody(session: Session) -> list[Object]:
    """All users, over pages as large as there are."""
    rows: list[Object] = []
    total = _LARGEST_LIMIT
    while len(rows) < total:
        answer = session.call("listUsers", query={"limit": _LARGEST_LIMIT, "offset": len(rows)})
        page = expect.rows(answer, "users")
        total = _total(answer)
        if not page:
            break
        rows += page
    return rows


def _sent_part(user: Any, sent: Object) -> Object:
    return {name: user.get(name) for name in sent}


def _at_location(session: Session, answer: Answer) -> Answer:
    named = answer.headers.get("location")
    expect.holds(bool(named), "a Location header", "none", answer)
    url = urlsplit(urljoin(answer.exchange.url, named))
    # The key goes to the server under test alone, wherever the header points.
    return session.admin.request("GET", url.path.removeprefix(urlsplit(session.target.root).path))


def _done(answer: Answer) -> None:
    """A step on the way to what is checked."""
    if answer.status != 200:
        raise Unreached(f"a step on the way failed: {answer.exchange.answer()[:300]}")
