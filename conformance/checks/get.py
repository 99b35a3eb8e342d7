"""Reading one profile by its id."""

from typing import Any

from conformance.access_profiles import calls, fixtures, samples
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_LARGEST_ID = 9223372036854775807
_OTHERS = 5


@check("AP-GET-001")
def no_such_profile(session: Session) -> None:
    """Asks for the largest id there can be and for two others that nobody has; each is to be 404."""
    for profile_id in (_LARGEST_ID, *(session.random.randrange(2**61, 2**62) for _ in range(2))):
        expect.status(calls.read(session, profile_id), 404)


@check("AP-GET-002")
def no_id(session: Session) -> None:
    """Asks for ids that are no integer, and for 0, -1 and 9223372036854775808; each is to be 400."""
    for profile_id in ("abc", "1.5", "1e3", "0x1", "1_0", " 1", 0, -1, _LARGEST_ID + 1, "9" * 60):
        expect.status(calls.read(session, profile_id), 400)


@check("AP-GET-003")
def the_one_asked_for(session: Session) -> None:
    """Creates three profiles and asks for each; the id and the name are to be those of the one asked for."""
    for profile in [calls.create(session) for _ in range(3)]:
        answer = calls.read(session, profile["id"])
        found = calls.shown(answer, 200)
        expect.equal(found.get("id"), profile["id"], "id", answer)
        expect.equal(found.get("name"), profile["name"], "name", answer)


@check("AP-GET-004")
def roles(session: Session) -> None:
    """Creates a profile, which is to have no roles.

    Then reads profiles that were there before, whose attachments are to carry the profile's id and no role
    twice. On a server that claims roles, attaches two of three and detaches one: it is to have that one.
    """
    answer = calls.read(session, calls.create(session, **samples.full(session.name()))["id"])
    expect.equal(_member_of_detail(answer, "roles"), [], "the roles of a new profile", answer)
    for read in _others(session):
        attachments = _member_of_detail(read, "roles")
        profile_id = calls.shown(read, 200)["id"]
        expect.holds(isinstance(attachments, list), "a list `roles`", attachments, read)
        foreign = [role for role in attachments if role.get("access_profile_id") != profile_id]
        expect.equal(foreign, [], "attachments of another profile", read)
        ids = [role.get("role_id") for role in attachments]
        expect.equal(len(ids), len(set(ids)), "the number of different roles", read)
    _attachments_are_counted(session)


@check("AP-GET-005")
def holders(session: Session) -> None:
    """Creates a profile, whose `user_count` is to be 0.

    That of profiles that were there before is to be an integer of 0 or more. On a server that claims users,
    gives copies to two of three and takes one away: it is to be 2, then 1.
    """
    answer = calls.read(session, calls.create(session, **samples.full(session.name()))["id"])
    expect.equal(_member_of_detail(answer, "user_count"), 0, "the user_count of a new profile", answer)
    for read in _others(session):
        count = _member_of_detail(read, "user_count")
        good = isinstance(count, int) and not isinstance(count, bool) and count >= 0
        expect.holds(good, "a user_count of 0 or more", count, read)
    _holders_are_counted(session)


@check("AP-GET-006")
def reading_changes_nothing(session: Session) -> None:
    """Reads a new profile three times, with a list between; the bodies are to be the same."""
    profile_id = calls.create(session, **samples.full(session.name()))["id"]
    first = calls.read(session, profile_id)
    calls.browse(session, {"search": session.namespace})
    for again in (calls.read(session, profile_id), calls.read(session, profile_id)):
        expect.status(again, first.status)
        expect.equal(again.json, first.json, "the body of a later read", first, again)


def _attachments_are_counted(session: Session) -> None:
    if not session.claims("extensions"):
        # What it calls roles may be something else, and is not the suite's to change.
        return
    try:
        given, taken, _ = (fixtures.role(session)["id"] for _ in range(3))
    except Unreached:
        # A server of the core alone has no roles.
        return
    profile, other = calls.create(session)["id"], calls.create(session)["id"]
    fixtures.attached(session, profile, given, taken)
    fixtures.attached(session, other, taken)
    _roles_are(session, profile, given, taken)
    parameters = {"profile_id": profile, "role_id": taken}
    expect.status(session.call("detachRoleFromAccessProfile", parameters=parameters), 200)
    _roles_are(session, profile, given)
    _roles_are(session, other, taken)


def _roles_are(session: Session, profile_id: int, *role_ids: int) -> None:
    read = calls.read(session, profile_id)
    attachments = _member_of_detail(read, "roles")
    found = [(role.get("access_profile_id"), role.get("role_id")) for role in attachments]
    expected = sorted((profile_id, role_id) for role_id in role_ids)
    expect.equal(sorted(found), expected, "profile and role of each attachment", read)


def _holders_are_counted(session: Session) -> None:
    if not session.claims("extensions"):
        return
    try:
        users = [str(fixtures.user(session)["id"]) for _ in range(3)]
        profile, other = (fixtures.active_profile(session)["id"] for _ in range(2))
        for user_id in users[:2]:
            fixtures.assigned(session, user_id, profile)
    except Unreached:
        # A server of the core alone has no users.
        return
    fixtures.assigned(session, users[2], other)
    _holders_are(session, profile, 2)
    parameters = {"user_id": users[0], "profile_id": profile}
    expect.status(session.call("detachUserAccessProfile", parameters=parameters), 200)
    _holders_are(session, profile, 1)


def _holders_are(session: Session, profile_id: int, count: int) -> None:
    read = calls.read(session, profile_id)
    expect.equal(_member_of_detail(read, "user_count"), count, "user_count", read)


def _others(session: Session) -> list[Answer]:
    page = calls.browse(session, {"limit": _OTHERS})
    answers = [calls.read(session, row.get("id")) for row in calls.listed(page)]
    # A profile may be deleted by somebody else between the two requests.
    return [answer for answer in answers if answer.status != 404]


def _member_of_detail(answer: Answer, name: str) -> Any:
    expect.status(answer, 200)
    return expect.member(answer, name)
