"""Virtual keys of one copy: adding and deleting."""

from typing import Any

from conformance.access_profiles import fixtures, holdings
from conformance.access_profiles.holdings import Object
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_NO_PROFILE = 9223372036854775807
_NO_NAME: tuple[Object | None, ...] = (None, None, {})


@check("AP-VKA-001")
def shown_once(session: Session) -> None:
    """Adds two keys to a copy, each of which is to have a value of its own.

    No later answer is to show one: not of the copies, of the keys, of the audit log, of deleting the key, of
    detaching the copy.
    """
    profile_id = fixtures.active_profile(session)["id"]
    user_id = fixtures.user(session)["id"]
    values = [fixtures.assigned(session, user_id, profile_id)["virtual_key"]["value"]]
    for _ in range(2):
        shown = len(session.answers) + 1
        key = holdings.issued(_add(session, user_id, profile_id, {"name": session.name(" key")}))
        expect.holds(key["value"] not in values, "a new value", "that of another key", session.answers[-1])
        values.append(key["value"])
        holdings.copies(session, user_id)
        holdings.keys(session, user_id)
        session.call("listAccessProfileAuditLogs", query={"user_id": user_id})
        _add(session, user_id, profile_id, {"name": key["name"]})
        _delete(session, user_id, key["id"])
        holdings.hidden(key["value"], *session.answers[shown:])
    shown = len(session.answers)
    place = {"user_id": user_id, "profile_id": profile_id}
    session.call("detachUserAccessProfile", parameters=place)
    for value in values:
        holdings.hidden(value, *session.answers[shown:])


@check("AP-VKA-002")
def listed(session: Session) -> None:
    """Gives a user two profiles and adds a key to the first copy.

    That copy is to have the key beside its first one, and the other copy not. The user's keys are to hold it
    once, with its id and name.
    """
    profile_id, other = (fixtures.active_profile(session)["id"] for _ in range(2))
    user_id = fixtures.user(session)["id"]
    first = fixtures.assigned(session, user_id, profile_id)["virtual_key"]
    apart = fixtures.assigned(session, user_id, other)["virtual_key"]
    name = session.name(" key")
    added = holdings.issued(_add(session, user_id, profile_id, {"name": name, "description": "For tests."}))
    expect.equal(added["name"], name, "name", session.answers[-1])
    found, answer = holdings.copies(session, user_id)
    for parent, wanted in ((profile_id, [first["id"], added["id"]]), (other, [apart["id"]])):
        ids = [row["virtual_key_ids"] for row in found if row.get("parent_profile_id") == parent]
        expect.equal([sorted(each) for each in ids], [sorted(wanted)], "virtual_key_ids, sorted", answer)
    keys, answer = holdings.keys(session, user_id)
    names = [key.get("name") for key in keys if key.get("id") == added["id"]]
    expect.equal(names, [name], "the names of the keys with the new id", answer)


@check("AP-VKA-003")
def name_taken(session: Session) -> None:
    """Adds a key, then adds keys of the same name: to the copy, and to that of another user.

    As it is, and with spaces around it. Each is to be 409, and no key is to be made.
    """
    profile_id = fixtures.active_profile(session)["id"]
    users = [fixtures.holder(session, profile_id) for _ in range(2)]
    name = fixtures.added_key(session, users[0], profile_id, {"name": session.name(" key")})["name"]
    before = [fixtures.keys(session, user_id) for user_id in users]
    for user_id in users:
        for again in (name, f" {name} "):
            expect.status(_add(session, user_id, profile_id, {"name": again}), 409)
    for user_id, keys in zip(users, before, strict=True):
        found, answer = holdings.keys(session, user_id)
        expect.equal(found, keys, "the keys after the refusals", answer)


@check("AP-VKA-004")
def without_body(session: Session) -> None:
    """Adds keys to the copies of two users: without a body and with an empty object.

    Each is to be 200, and each key to have a name that no other of them has.
    """
    profile_id = fixtures.active_profile(session)["id"]
    names = []
    for _ in range(2):
        user_id = fixtures.user(session)["id"]
        names.append(fixtures.assigned(session, user_id, profile_id)["virtual_key"]["name"])
        answers = [_add(session, user_id, profile_id, body) for body in _NO_NAME]
        names += [holdings.issued(answer)["name"] for answer in answers]
        expect.holds(all(names), "a name for each key", names, *session.answers[-3:])
    twice = sorted({name for name in names if names.count(name) > 1})
    expect.equal(twice, [], "names that keys share", *session.answers[-3:])


@check("AP-VKA-005")
def not_held(session: Session) -> None:
    """Adds keys for a profile that another user holds, for one that is none, and for a user who is nobody.

    Each is to be 404, with and without a name, and no key is to be made.
    """
    profile_id = fixtures.active_profile(session)["id"]
    other = fixtures.holder(session, profile_id)
    user_id = fixtures.holder(session, fixtures.active_profile(session)["id"])
    for body in (None, {"name": session.name(" key")}):
        expect.status(_add(session, user_id, profile_id, body), 404)
        expect.status(_add(session, user_id, _NO_PROFILE, body), 404)
        expect.status(_add(session, session.name(), profile_id, body), 404)
    for holder in (user_id, other):
        found, answer = holdings.keys(session, holder)
        expect.equal(len(found), 1, "the number of keys after the refusals", answer)


@check("AP-VKD-001")
def deleted(session: Session) -> None:
    """Gives a user a copy, adds two keys and deletes the first of these.

    The copy and the user's keys are to have the two others, and not the one that was deleted.
    """
    profile_id = fixtures.active_profile(session)["id"]
    user_id = fixtures.user(session)["id"]
    first = fixtures.assigned(session, user_id, profile_id)["virtual_key"]
    deleted, kept = (fixtures.added_key(session, user_id, profile_id) for _ in range(2))
    expect.status(_delete(session, user_id, deleted["id"]), 200)
    wanted = sorted([first["id"], kept["id"]])
    found, answer = holdings.copies(session, user_id)
    shown = [sorted(row["virtual_key_ids"]) for row in found]
    expect.equal(shown, [wanted], "virtual_key_ids of the copies, sorted", answer)
    expect.equal(sorted(found[0]["virtual_key_values"]), wanted, "the ids in virtual_key_values", answer)
    keys, answer = holdings.keys(session, user_id)
    expect.equal(sorted(holdings.ids(keys), key=str), wanted, "the ids of the keys, sorted", answer)


@check("AP-VKD-002")
def no_key_of_the_user(session: Session) -> None:
    """Deletes a key of another user, one that is none, one of nobody, and one for the second time.

    Each is to be 404, and the other user is to keep the key.
    """
    profile_id = fixtures.active_profile(session)["id"]
    users = [fixtures.user(session)["id"] for _ in range(2)]
    keys = [fixtures.assigned(session, user_id, profile_id)["virtual_key"] for user_id in users]
    expect.status(_delete(session, users[0], keys[1]["id"]), 404)
    expect.status(_delete(session, session.name(), keys[1]["id"]), 404)
    for none in (session.name(), "00000000-0000-4000-8000-000000000000"):
        expect.status(_delete(session, users[0], none), 404)
    fixtures.done(_delete(session, users[0], keys[0]["id"]))
    expect.status(_delete(session, users[0], keys[0]["id"]), 404)
    found, answer = holdings.keys(session, users[1])
    expect.equal(holdings.ids(found), [keys[1]["id"]], "the ids of the other user's keys", answer)


def _add(session: Session, user_id: str, profile_id: int, body: Any = None) -> Answer:
    place = {"user_id": user_id, "profile_id": profile_id}
    return session.call("addUserAccessProfileVirtualKey", parameters=place, body=body)


def _delete(session: Session, user_id: str, key_id: str) -> Answer:
    place = {"user_id": user_id, "vk_id": key_id}
    return session.call("deleteUserAccessProfileVirtualKey", parameters=place)
