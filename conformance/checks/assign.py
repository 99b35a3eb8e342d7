"""Giving a profile to one user and taking it away: the copy, its keys, what stays, and what is refused."""

from datetime import timedelta
from typing import Any

from conformance.access_profiles import calls, fixtures, holdings, samples
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session


@check("AP-ASG-001")
def listed_and_counted(session: Session) -> None:
    """Gives a profile to two users.

    Each copy is to be listed for its user under the id that was answered, and `user_count` to be 1, then 2.
    """
    [profile_id] = fixtures.active_ids(session, 1)
    for number in (1, 2):
        user_id = fixtures.user_id(session)
        given = calls.shown(_assign(session, user_id, profile_id))
        found, answer = holdings.copies(session, user_id)
        expect.equal(holdings.ids(found), [given["id"]], "the ids of the copies", answer)
        expect.fields(found[0], answer, parent_profile_id=profile_id)
        expect.members(calls.read(session, profile_id), user_count=number)


@check("AP-ASG-002")
def held_already(session: Session) -> None:
    """Gives a profile to a user, and gives it again, as it was and with an end.

    Both are to be 409. The user's copy and keys and the profile's `user_count` are to stay as they are.
    """
    held = fixtures.held(session)
    copies, keys = fixtures.copies(session, held.user_id), fixtures.keys(session, held.user_id)
    for fields in ({}, {"expires_at": "2100-01-01T00:00:00Z"}):
        expect.status(_assign(session, held.user_id, held.profile_id, **fields), 409)
        holdings.copies_are(session, held.user_id, copies, "the copies after the refusal")
        holdings.keys_are(session, held.user_id, keys, "the keys after the refusal")
    _is_held_by(session, held.profile_id, 1)


@check("AP-ASG-003")
def one_key_shown_once(session: Session) -> None:
    """Gives a profile to two users. Each copy is to have the one key that was answered, of its own value.

    No later answer is to show the value: not of the copies, of the keys, of the audit log, of the detaching.
    """
    [profile_id] = fixtures.active_ids(session, 1)
    values = []
    for user_id in (fixtures.user_id(session), fixtures.user_id(session)):
        answer = _assign(session, user_id, profile_id)
        key = holdings.issued(answer, 201)
        expect.fields(calls.shown(answer), answer, virtual_key_ids=[key["id"]])
        shown = len(session.answers)
        keys, listed = holdings.keys(session, user_id)
        expect.equal(holdings.ids(keys), [key["id"]], "the ids of the keys", answer, listed)
        holdings.copies(session, user_id)
        calls.whole_log(session, query={"user_id": user_id})
        _assign(session, user_id, profile_id)
        calls.detach_user(session, user_id, profile_id)
        holdings.hidden(key["value"], *session.answers[shown:])
        values.append(key["value"])
    expect.holds(values[0] != values[1], "two different values", "one value for both", *session.answers[-1:])


@check("AP-ASG-004")
def nobody_and_nothing(session: Session) -> None:
    """Gives a profile to a user that nobody has made, which is to be 404.

    Then gives a user two profiles that nobody has made, which is to be 400. Nobody is to hold anything. So
    with the first id there can be, where no profile has it. No fault is to name the schema, which ids keep.
    """
    [profile_id] = fixtures.active_ids(session, 1)
    user_id = fixtures.user_id(session)
    expect.status(_assign(session, session.name(), profile_id), 404)
    _is_held_by(session, profile_id, 0)
    # An id below that of something that is there is not given to anything later.
    is_free = profile_id > calls.FIRST_ID and calls.read(session, calls.FIRST_ID).status == 404
    for unknown in (*calls.absent_ids(session), *([calls.FIRST_ID] if is_free else [])):
        answer = _assign(session, user_id, unknown)
        expect.status(answer, 400)
        codes = expect.fault_codes(answer)
        good = "minimum" not in codes and "maximum" not in codes
        expect.holds(good, "a fault that is none of the schema's bounds", codes, answer)
    holdings.copies_are(session, user_id, [], "the copies after the refusals")


@check("AP-ASG-005")
def inactive(session: Session) -> None:
    """Deactivates a profile and gives it to a user: that is to be 409, and the user to hold nothing.

    Once it is active again, it is to be 201.
    """
    [profile_id] = fixtures.active_ids(session, 1)
    user_id = fixtures.user_id(session)
    fixtures.done(calls.deactivate(session, profile_id))
    expect.status(_assign(session, user_id, profile_id), 409)
    holdings.copies_are(session, user_id, [], "the copies after the refusal")
    fixtures.done(calls.activate(session, profile_id))
    expect.status(_assign(session, user_id, profile_id), 201)


@check("AP-ASG-006")
def until_when(session: Session) -> None:
    """Gives a user copies with an end, with one in another time zone, with `null` and with none.

    One end is written in lower case, as RFC 3339 lets a client write it. Each is to be kept, in the answer
    and in the list. Ends in 2001 and a minute ago are to be 400, and to give nothing.
    """
    user_id = fixtures.user_id(session)
    for fields, wanted in (
        ({"expires_at": "2100-01-01T00:00:00Z"}, "2100-01-01T00:00:00Z"),
        ({"expires_at": "2099-12-31T23:30:00-02:00"}, "2100-01-01T01:30:00Z"),
        ({"expires_at": "2100-01-01t00:00:00z"}, "2100-01-01T00:00:00Z"),
        ({"expires_at": None}, None),
        ({}, None),
    ):
        answer = _assign(session, user_id, fixtures.active_profile(session)["id"], **fields)
        given = calls.shown(answer)
        found, listed = holdings.copies(session, user_id)
        kept = [row for row in found if row.get("id") == given["id"]]
        expect.equal(len(kept), 1, "the number of copies with the id", listed)
        for copy, shown in ((given, answer), (kept[0], listed)):
            end = copy.get("expires_at")
            same = end is wanted or (end and wanted and holdings.instant(end) == holdings.instant(wanted))
            expect.holds(bool(same), f"expires_at {wanted}", end, shown)
    profile = fixtures.active_profile(session)
    # The server's own clock says when the profile was made.
    a_minute_ago = holdings.instant(profile["created_at"]) - timedelta(minutes=1)
    for past in ("2001-01-01T00:00:00Z", f"{a_minute_ago:%Y-%m-%dT%H:%M:%SZ}"):
        expect.status(_assign(session, user_id, profile["id"], expires_at=past), 400)
    _is_held_by(session, profile["id"], 0)


@check("AP-UDT-001")
def gone(session: Session) -> None:
    """Gives a profile to two users and detaches it from one, then from the other.

    Each list is to be empty afterwards, and `user_count` to fall from 2 to 1 and to 0.
    """
    [profile_id] = fixtures.active_ids(session, 1)
    holders = [fixtures.holder(session, profile_id) for _ in range(2)]
    _is_held_by(session, profile_id, 2)
    for left, user_id in ((1, holders[0]), (0, holders[1])):
        calls.detach_user.done(session, user_id, profile_id)
        holdings.copies_are(session, user_id, [], "the copies after detaching")
        _is_held_by(session, profile_id, left)


@check("AP-UDT-002")
def keys_go(session: Session) -> None:
    """Gives a user two profiles, adds two keys to the first copy, and detaches it.

    The answer is to have the names of its three keys and their number. The key of the other copy is to be the
    one that is left.
    """
    held, [other] = fixtures.held(session), fixtures.active_ids(session, 1)
    kept = fixtures.holding(session, held.user_id, other).key
    added = [fixtures.added_key(session, *held.place, {"name": session.name(" key")}) for _ in range(2)]
    answer = calls.detach_user.done(session, *held.place)
    wanted = [key["name"] for key in (held.key, *added)]
    expect.same_items(expect.member(answer, "deleted_vk_names"), wanted, "deleted_vk_names, sorted", answer)
    expect.members(answer, deleted_vk_count=len(wanted))
    keys, listed = holdings.keys(session, held.user_id)
    expect.equal(holdings.ids(keys), [kept["id"]], "the ids of the keys that are left", answer, listed)


@check("AP-UDT-003")
def not_held(session: Session) -> None:
    """Detaches a profile that another user holds, one that nobody has made, and one for a user who is nobody.

    Each is to be 404, and so is detaching a profile for the second time. The other user is to keep the copy.
    """
    other, held = fixtures.held(session), fixtures.held(session)
    expect.status(calls.detach_user(session, held.user_id, other.profile_id), 404)
    expect.status(calls.detach_user(session, held.user_id, calls.LARGEST_ID), 404)
    expect.status(calls.detach_user(session, session.name(), other.profile_id), 404)
    fixtures.done(calls.detach_user(session, *held.place))
    expect.status(calls.detach_user(session, *held.place), 404)
    holdings.only_copy(session, other.user_id)


@check("AP-UDT-004")
def others_stay(session: Session) -> None:
    """Gives two profiles to each of two users, and detaches one from one of them.

    The user's other copy and both copies of the other user are to be listed as before, with their keys.
    """
    profile_id, other = fixtures.active_ids(session, 2, budgets=[samples.budget("1Y")])
    users = [fixtures.holder(session, profile_id) for _ in range(2)]
    for user_id in users:
        fixtures.assigned(session, user_id, other)
    kept = [[fixtures.copy(session, users[0], other)], fixtures.copies(session, users[1])]
    keys = [fixtures.keys(session, user_id) for user_id in users]
    fixtures.done(calls.detach_user(session, users[0], profile_id))
    for user_id, copies, before in zip(users, kept, keys, strict=True):
        holdings.copies_are(session, user_id, copies, "the copies that stay")
        wanted = {key_id for copy in copies for key_id in copy["virtual_key_ids"]}
        left = [key for key in before if key["id"] in wanted]
        holdings.keys_are(session, user_id, left, "the keys that stay")


def _assign(session: Session, user_id: str, profile_id: int, **fields: Any) -> Answer:
    return calls.assign(session, user_id, {"profile_id": profile_id, **fields})


def _is_held_by(session: Session, profile_id: int, number: int) -> None:
    expect.equal(fixtures.user_count(session, profile_id), number, "user_count", session.answers[-1])
