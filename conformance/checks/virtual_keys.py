"""Virtual keys: those of one copy, and those of one user over all copies."""

from conformance.access_profiles import calls, fixtures, holdings
from conformance.access_profiles.calls import Object
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_NO_NAME: tuple[Object | None, ...] = (None, None, {})


@check("AP-VKA-001")
def shown_once(session: Session) -> None:
    """Adds two keys to a copy, each of which is to have a value of its own.

    No later answer is to show one: not of the copies, of the keys, of the audit log, of deleting the key, of
    detaching the copy.
    """
    held = fixtures.held(session)
    values = [held.key["value"]]
    for _ in range(2):
        shown = len(session.answers) + 1
        key = holdings.issued(calls.add_key_to_copy(session, *held.place, _named(session)))
        expect.holds(key["value"] not in values, "a new value", "that of another key", session.answers[-1])
        values.append(key["value"])
        holdings.copies(session, held.user_id)
        holdings.keys(session, held.user_id)
        calls.whole_log(session, query={"user_id": held.user_id})
        calls.add_key_to_copy(session, *held.place, {"name": key["name"]})
        calls.delete_key(session, held.user_id, key["id"])
        holdings.hidden(key["value"], *session.answers[shown:])
    shown = len(session.answers)
    calls.detach_user(session, *held.place)
    for value in values:
        holdings.hidden(value, *session.answers[shown:])


@check("AP-VKA-002")
def listed(session: Session) -> None:
    """Gives a user two profiles and adds a key to the first copy.

    That copy is to have the key beside its first one, and the other copy not. The user's keys are to hold it
    once, with its id and name.
    """
    held, [other] = fixtures.held(session), fixtures.active_ids(session, 1)
    apart = fixtures.holding(session, held.user_id, other).key
    body = {**_named(session), "description": "For tests."}
    added = holdings.issued(calls.add_key_to_copy(session, *held.place, body))
    expect.fields(added, session.answers[-1], name=body["name"])
    found, answer = holdings.copies(session, held.user_id)
    for parent, wanted in ((held.profile_id, [held.key["id"], added["id"]]), (other, [apart["id"]])):
        ids = [row["virtual_key_ids"] for row in found if row.get("parent_profile_id") == parent]
        expect.equal([sorted(each) for each in ids], [sorted(wanted)], "virtual_key_ids, sorted", answer)
    keys, answer = holdings.keys(session, held.user_id)
    names = [key.get("name") for key in keys if key.get("id") == added["id"]]
    expect.equal(names, [body["name"]], "the names of the keys with the new id", answer)


@check("AP-VKA-003")
def name_taken_for_a_copy(session: Session) -> None:
    """Adds a key, then adds keys of the same name: to the copy, and to that of another user.

    As it is, and with spaces around it. Each is to be 409, and no key is to be made.
    """
    held = fixtures.held(session)
    users = [held.user_id, fixtures.holder(session, held.profile_id)]
    name = fixtures.added_key(session, *held.place, _named(session))["name"]
    before = {user_id: fixtures.keys(session, user_id) for user_id in users}
    for user_id in users:
        for again in (name, f" {name} "):
            body = {"name": again}
            expect.status(calls.add_key_to_copy(session, user_id, held.profile_id, body), 409)
    for user_id, keys in before.items():
        holdings.keys_are(session, user_id, keys, "the keys after the refusals")


@check("AP-VKA-004")
def without_body(session: Session) -> None:
    """Adds keys to the copies of two users: without a body and with an empty object.

    Each is to be 200, and each key to have a name that no other of them has.
    """
    names = []
    [profile_id] = fixtures.active_ids(session, 1)
    for _ in range(2):
        held = fixtures.holding(session, fixtures.user_id(session), profile_id)
        answers = [calls.add_key_to_copy(session, *held.place, body) for body in _NO_NAME]
        names += [held.key["name"], *(holdings.issued(answer)["name"] for answer in answers)]
        expect.holds(all(names), "a name for each key", names, *session.answers[-3:])
    expect.different(names, "names of keys", *session.answers[-3:])


@check("AP-VKA-005")
def copy_not_held(session: Session) -> None:
    """Adds keys for a profile that another user holds, for one that is none, and for a user who is nobody.

    Each is to be 404, with and without a name, and no key is to be made.
    """
    other, held = fixtures.held(session), fixtures.held(session)
    for body in (None, _named(session)):
        expect.status(calls.add_key_to_copy(session, held.user_id, other.profile_id, body), 404)
        expect.status(calls.add_key_to_copy(session, held.user_id, calls.LARGEST_ID, body), 404)
        expect.status(calls.add_key_to_copy(session, session.name(), other.profile_id, body), 404)
    holdings.have_keys(session, {held.user_id: 1, other.user_id: 1})


@check("AP-VKD-001")
def deleted(session: Session) -> None:
    """Gives a user a copy, adds two keys and deletes the first of these.

    The copy and the user's keys are to have the two others, and not the one that was deleted.
    """
    held = fixtures.held(session)
    deleted, kept = (fixtures.added_key(session, *held.place) for _ in range(2))
    calls.delete_key.done(session, held.user_id, deleted["id"])
    wanted = sorted([held.key["id"], kept["id"]])
    found, answer = holdings.copies(session, held.user_id)
    shown = [sorted(row["virtual_key_ids"]) for row in found]
    expect.equal(shown, [wanted], "virtual_key_ids of the copies, sorted", answer)
    expect.equal(sorted(found[0]["virtual_key_values"]), wanted, "the ids in virtual_key_values", answer)
    keys, answer = holdings.keys(session, held.user_id)
    expect.same_items(holdings.ids(keys), wanted, "the ids of the keys, sorted", answer)


@check("AP-VKD-002")
def no_key_of_the_user(session: Session) -> None:
    """Deletes a key of another user, one that is none, one of nobody, and one for the second time.

    Each is to be 404, and the other user is to keep the key.
    """
    held = fixtures.held(session)
    other = fixtures.holding(session, fixtures.user_id(session), held.profile_id)
    expect.status(calls.delete_key(session, held.user_id, other.key["id"]), 404)
    expect.status(calls.delete_key(session, session.name(), other.key["id"]), 404)
    for none in (session.name(), "00000000-0000-4000-8000-000000000000"):
        expect.status(calls.delete_key(session, held.user_id, none), 404)
    fixtures.done(calls.delete_key(session, held.user_id, held.key["id"]))
    expect.status(calls.delete_key(session, held.user_id, held.key["id"]), 404)
    found, answer = holdings.keys(session, other.user_id)
    expect.equal(holdings.ids(found), [other.key["id"]], "the ids of the other user's keys", answer)


@check("VK-LST-001")
def each_key_once(session: Session) -> None:
    """Gives two profiles to each of two users, adds a key to one copy of each, and lists their keys.

    Each list is to hold the user's own three keys once, with their names; that of a third user none.
    """
    profile_ids = fixtures.active_ids(session, 2)
    made: dict[str, list[Object]] = {fixtures.user_id(session): [] for _ in range(3)}
    for user_id in list(made)[:2]:
        made[user_id] += [fixtures.holding(session, user_id, each).key for each in profile_ids]
        made[user_id].append(fixtures.added_key(session, user_id, profile_ids[0]))
    for user_id, keys in made.items():
        found, answer = holdings.keys(session, user_id)
        shown, wanted = ([[key.get("id"), key.get("name")] for key in each] for each in (found, keys))
        expect.same_items(shown, wanted, "ids and names of the keys, sorted", answer)


@check("VK-LST-002")
def masked(session: Session) -> None:
    """Gives a user a copy, adds a key in each of the two ways, and lists the keys.

    All three are to be listed, and no value to be shown.
    """
    held = fixtures.held(session)
    keys = [
        held.key,
        fixtures.added_key(session, *held.place),
        holdings.issued(calls.add_key(session, held.user_id, _named(session))),
    ]
    found, answer = holdings.keys(session, held.user_id)
    expect.equal(len(found), len(keys), "the number of keys", answer)
    for key in keys:
        holdings.hidden(key["value"], answer)


@check("VK-LST-003")
def of_nobody(session: Session) -> None:
    """Lists the keys of two users that nobody has made; each is to be 404."""
    for user_id in (session.name(), session.name("@example.com")):
        expect.status(calls.keys(session, user_id), 404)


@check("VK-ADD-001")
def of_which_copy(session: Session) -> None:
    """Gives a user three profiles, the one with the largest id first, and adds keys for each and for none.

    A key is to be that of the copy of `profile_id`; without one, of the copy that was made first.
    """
    profile_ids = sorted(fixtures.active_ids(session, 3), reverse=True)
    user_id = fixtures.user_id(session)
    for each in profile_ids:
        fixtures.assigned(session, user_id, each)
    for named in (profile_ids[1], None, profile_ids[2], profile_ids[0], None):
        fields = {} if named is None else {"profile_id": named}
        key = holdings.issued(calls.add_key(session, user_id, {**_named(session), **fields}))
        found, answer = holdings.copies(session, user_id)
        owners = [row["parent_profile_id"] for row in found if key["id"] in row["virtual_key_ids"]]
        expect.equal(owners, [named or profile_ids[0]], "the profiles whose copies have the key", answer)


@check("VK-ADD-002")
def no_copy(session: Session) -> None:
    """Adds keys to a user without copies, for a profile that another user holds, and to a user who is nobody.

    Each is to be 404, and no key is to be made.
    """
    other, held, bare = fixtures.held(session), fixtures.held(session), fixtures.user_id(session)
    for fields in ({}, {"profile_id": other.profile_id}):
        for user_id in (bare, session.name()):
            expect.status(calls.add_key(session, user_id, {**_named(session), **fields}), 404)
    for unheld in (other.profile_id, calls.LARGEST_ID):
        body = {**_named(session), "profile_id": unheld}
        expect.status(calls.add_key(session, held.user_id, body), 404)
    holdings.have_keys(session, {bare: 0, held.user_id: 1, other.user_id: 1})


@check("VK-ADD-003")
def name_taken(session: Session) -> None:
    """Adds a key, then adds one of the same name to the user and to another; once with spaces around it.

    Each is to be 409, and no key is to be made.
    """
    held = fixtures.held(session)
    other = fixtures.holder(session, held.profile_id)
    name = holdings.issued(calls.add_key(session, held.user_id, _named(session)))["name"]
    for user_id in (held.user_id, other):
        for again in (name, f" {name} "):
            expect.status(calls.add_key(session, user_id, {"name": again}), 409)
    holdings.have_keys(session, {held.user_id: 2, other: 1})


def _named(session: Session) -> Object:
    return {"name": session.name(" key")}
