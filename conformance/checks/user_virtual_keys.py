"""Virtual keys of one user, over all copies: listing and adding."""

from typing import Any

from conformance.access_profiles import fixtures, holdings
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_NO_PROFILE = 9223372036854775807


@check("VK-LST-001")
def each_key_once(session: Session) -> None:
    """Gives two profiles to each of two users, adds a key to one copy of each, and lists their keys.

    Each list is to hold the user's own three keys once, with their names; that of a third user none.
    """
    profile_ids = [fixtures.active_profile(session)["id"] for _ in range(2)]
    made: dict[str, list[Any]] = {fixtures.user(session)["id"]: [] for _ in range(3)}
    for user_id in list(made)[:2]:
        made[user_id] += [fixtures.assigned(session, user_id, each)["virtual_key"] for each in profile_ids]
        made[user_id].append(fixtures.added_key(session, user_id, profile_ids[0]))
    for user_id, keys in made.items():
        found, answer = holdings.keys(session, user_id)
        wanted = sorted([key["id"], key["name"]] for key in keys)
        shown = sorted(([key.get("id"), key.get("name")] for key in found), key=str)
        expect.equal(shown, sorted(wanted, key=str), "ids and names of the keys, sorted", answer)


@check("VK-LST-002")
def masked(session: Session) -> None:
    """Gives a user a copy, adds a key in each of the two ways, and lists the keys.

    All three are to be listed, and no value to be shown.
    """
    profile_id = fixtures.active_profile(session)["id"]
    user_id = fixtures.user(session)["id"]
    keys = [
        fixtures.assigned(session, user_id, profile_id)["virtual_key"],
        fixtures.added_key(session, user_id, profile_id),
        holdings.issued(_add(session, user_id, name=session.name(" key"))),
    ]
    found, answer = holdings.keys(session, user_id)
    expect.equal(len(found), len(keys), "the number of keys", answer)
    for key in keys:
        holdings.hidden(key["value"], answer)


@check("VK-LST-003")
def of_nobody(session: Session) -> None:
    """Lists the keys of two users that nobody has made; each is to be 404."""
    for user_id in (session.name(), session.name("@example.com")):
        expect.status(session.call("listUserVirtualKeys", parameters={"user_id": user_id}), 404)


@check("VK-ADD-001")
def of_which_copy(session: Session) -> None:
    """Gives a user three profiles, the one with the largest id first, and adds keys for each and for none.

    A key is to be that of the copy of `profile_id`; without one, of the copy that was made first.
    """
    profile_ids = sorted((fixtures.active_profile(session)["id"] for _ in range(3)), reverse=True)
    user_id = fixtures.user(session)["id"]
    for each in profile_ids:
        fixtures.assigned(session, user_id, each)
    for named in (profile_ids[1], None, profile_ids[2], profile_ids[0], None):
        fields = {} if named is None else {"profile_id": named}
        key = holdings.issued(_add(session, user_id, name=session.name(" key"), **fields))
        found, answer = holdings.copies(session, user_id)
        owners = [row["parent_profile_id"] for row in found if key["id"] in row["virtual_key_ids"]]
        expect.equal(owners, [named or profile_ids[0]], "the profiles whose copies have the key", answer)


@check("VK-ADD-002")
def no_copy(session: Session) -> None:
    """Adds keys to a user without copies, for a profile that another user holds, and to a user who is nobody.

    Each is to be 404, and no key is to be made.
    """
    profile_id, own = (fixtures.active_profile(session)["id"] for _ in range(2))
    other = fixtures.holder(session, profile_id)
    user_id, bare = fixtures.holder(session, own), fixtures.user(session)["id"]
    for fields in ({}, {"profile_id": profile_id}):
        expect.status(_add(session, bare, name=session.name(" key"), **fields), 404)
        expect.status(_add(session, session.name(), name=session.name(" key"), **fields), 404)
    for unheld in (profile_id, _NO_PROFILE):
        expect.status(_add(session, user_id, name=session.name(" key"), profile_id=unheld), 404)
    for holder, number in ((bare, 0), (user_id, 1), (other, 1)):
        found, answer = holdings.keys(session, holder)
        expect.equal(len(found), number, "the number of keys after the refusals", answer)


@check("VK-ADD-003")
def name_taken(session: Session) -> None:
    """Adds a key, then adds one of the same name to the user and to another; once with spaces around it.

    Each is to be 409, and no key is to be made.
    """
    profile_id = fixtures.active_profile(session)["id"]
    users = [fixtures.holder(session, profile_id) for _ in range(2)]
    name = holdings.issued(_add(session, users[0], name=session.name(" key")))["name"]
    for user_id in users:
        for again in (name, f" {name} "):
            expect.status(_add(session, user_id, name=again), 409)
    for user_id, number in zip(users, (2, 1), strict=True):
        found, answer = holdings.keys(session, user_id)
        expect.equal(len(found), number, "the number of keys after the refusals", answer)


def _add(session: Session, user_id: str, **body: Any) -> Answer:
    return session.call("addUserVirtualKey", parameters={"user_id": user_id}, body=body)
