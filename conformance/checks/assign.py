"""Giving a profile to one user: the copy, its key, and what is refused."""

from datetime import timedelta

from conformance.access_profiles import calls, fixtures, holdings
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.barrier import Entry, race
from conformance.run.registry import RACE, check
from conformance.run.session import Session

_NO_PROFILE = 9223372036854775807
_RACERS = 8
_ROUNDS = 3


@check("AP-ASG-001")
def listed_and_counted(session: Session) -> None:
    """Gives a profile to two users.

    Each copy is to be listed for its user under the id that was answered, and `user_count` to be 1, then 2.
    """
    profile_id = fixtures.active_profile(session)["id"]
    for number in (1, 2):
        user_id = fixtures.user(session)["id"]
        given = calls.shown(_assign(session, user_id, profile_id))
        found, answer = holdings.copies(session, user_id)
        expect.equal(holdings.ids(found), [given["id"]], "the ids of the copies", answer)
        expect.equal(found[0].get("parent_profile_id"), profile_id, "parent_profile_id", answer)
        read = calls.read(session, profile_id)
        expect.equal(expect.member(read, "user_count"), number, "user_count", read)


@check("AP-ASG-002")
def held_already(session: Session) -> None:
    """Gives a profile to a user, and gives it again, as it was and with an end.

    Both are to be 409. The user's copy and keys and the profile's `user_count` are to stay as they are.
    """
    profile_id = fixtures.active_profile(session)["id"]
    user_id = fixtures.holder(session, profile_id)
    before = fixtures.copies(session, user_id), fixtures.keys(session, user_id)
    for fields in ({}, {"expires_at": "2100-01-01T00:00:00Z"}):
        refused = _assign(session, user_id, profile_id, **fields)
        expect.status(refused, 409)
        found, answer = holdings.copies(session, user_id)
        expect.equal(found, before[0], "the copies after the refusal", refused, answer)
        keys, answer = holdings.keys(session, user_id)
        expect.equal(keys, before[1], "the keys after the refusal", refused, answer)
    expect.equal(fixtures.user_count(session, profile_id), 1, "user_count", session.answers[-1])


@check("AP-ASG-003")
def one_key_shown_once(session: Session) -> None:
    """Gives a profile to two users. Each copy is to have the one key that was answered, of its own value.

    No later answer is to show the value: not of the copies, of the keys, of the audit log, of the detaching.
    """
    profile_id = fixtures.active_profile(session)["id"]
    values = []
    for user_id in (fixtures.user(session)["id"], fixtures.user(session)["id"]):
        answer = _assign(session, user_id, profile_id)
        key = holdings.issued(answer, 201)
        copy = calls.shown(answer)
        expect.equal(copy.get("virtual_key_ids"), [key["id"]], "virtual_key_ids", answer)
        shown = len(session.answers)
        keys, listed = holdings.keys(session, user_id)
        expect.equal(holdings.ids(keys), [key["id"]], "the ids of the keys", answer, listed)
        holdings.copies(session, user_id)
        session.call("listAccessProfileAuditLogs", query={"user_id": user_id})
        _assign(session, user_id, profile_id)
        place = {"user_id": user_id, "profile_id": profile_id}
        session.call("detachUserAccessProfile", parameters=place)
        holdings.hidden(key["value"], *session.answers[shown:])
        values.append(key["value"])
    expect.holds(values[0] != values[1], "two different values", "one value for both", *session.answers[-1:])


@check("AP-ASG-004")
def nobody_and_nothing(session: Session) -> None:
    """Gives a profile to a user that nobody has made, which is to be 404.

    Then gives a user two profiles that nobody has made, which is to be 400. Nobody is to hold anything.
    """
    profile_id = fixtures.active_profile(session)["id"]
    user_id = fixtures.user(session)["id"]
    expect.status(_assign(session, session.name(), profile_id), 404)
    expect.equal(fixtures.user_count(session, profile_id), 0, "user_count", session.answers[-1])
    for unknown in (_NO_PROFILE, session.random.randrange(2**61, 2**62)):
        expect.status(_assign(session, user_id, unknown), 400)
    found, answer = holdings.copies(session, user_id)
    expect.equal(found, [], "the copies after the refusals", answer)


@check("AP-ASG-005")
def inactive(session: Session) -> None:
    """Deactivates a profile and gives it to a user: that is to be 409, and the user to hold nothing.

    Once it is active again, it is to be 201.
    """
    profile_id = fixtures.active_profile(session)["id"]
    user_id = fixtures.user(session)["id"]
    place = {"profile_id": profile_id}
    fixtures.done(session.call("deactivateAccessProfile", parameters=place))
    expect.status(_assign(session, user_id, profile_id), 409)
    found, answer = holdings.copies(session, user_id)
    expect.equal(found, [], "the copies after the refusal", answer)
    fixtures.done(session.call("activateAccessProfile", parameters=place))
    expect.status(_assign(session, user_id, profile_id), 201)


@check("AP-ASG-006")
def until_when(session: Session) -> None:
    """Gives a user copies with an end, with one in another time zone, with `null` and with none.

    Each is to be kept, in the answer and in the list. Ends in 2001 and a minute ago are to be 400, and to
    give nothing.
    """
    user_id = fixtures.user(session)["id"]
    for fields, wanted in (
        ({"expires_at": "2100-01-01T00:00:00Z"}, "2100-01-01T00:00:00Z"),
        ({"expires_at": "2099-12-31T23:30:00-02:00"}, "2100-01-01T01:30:00Z"),
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
    expect.equal(fixtures.user_count(session, profile["id"]), 0, "user_count", session.answers[-1])


@check("AP-ASG-007", phase=RACE, alone=True)
def at_once(session: Session) -> None:
    """Eight clients, each on a connection of its own, give one profile to one user at the same instant.

    One answer is to be 201, seven are to be 409, and the user to hold one copy with one key. Run three times.
    """
    profile_id = fixtures.active_profile(session)["id"]
    for number in range(1, _ROUNDS + 1):
        user_id = fixtures.user(session)["id"]
        entry = Entry("assignUserAccessProfile", {"profile_id": profile_id}, {"user_id": user_id})
        answers = race(session, [entry] * _RACERS)
        statuses = sorted(answer.status for answer in answers)
        expect.equal(statuses, [201] + [409] * (_RACERS - 1), "the statuses", *answers[:3])
        found, answer = holdings.copies(session, user_id)
        expect.equal(len(found), 1, "the number of copies", answer)
        keys, answer = holdings.keys(session, user_id)
        expect.equal(len(keys), 1, "the number of keys", answer)
        expect.equal(fixtures.user_count(session, profile_id), number, "user_count", session.answers[-1])


def _assign(session: Session, user_id: str, profile_id: int, **fields: str | None) -> Answer:
    body = {"profile_id": profile_id, **fields}
    return session.call("assignUserAccessProfile", parameters={"user_id": user_id}, body=body)
