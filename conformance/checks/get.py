"""Reading one profile by its id."""

from conformance.access_profiles import calls, fixtures, samples
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_OTHERS = 5


@check("AP-GET-001")
def no_such_profile(session: Session) -> None:
    """Asks for the largest id there can be and for two others that nobody has; each is to be 404."""
    for profile_id in {*calls.absent_ids(session), *calls.absent_ids(session)}:
        expect.status(calls.read(session, profile_id), 404)


@check("AP-GET-002")
def no_id(session: Session) -> None:
    """Asks for ids that are no integer, and for 0, -1 and 9223372036854775808; each is to be 400."""
    for profile_id in ("abc", "1.5", "1e3", "0x1", "1_0", " 1", 0, -1, calls.LARGEST_ID + 1, "9" * 60):
        expect.status(calls.read(session, profile_id), 400)


@check("AP-GET-003")
def the_one_asked_for(session: Session) -> None:
    """Creates three profiles and asks for each; the id and the name are to be those of the one asked for."""
    for profile in [calls.create(session) for _ in range(3)]:
        calls.shows(calls.read(session, profile["id"]), 200, id=profile["id"], name=profile["name"])


@check("AP-GET-004")
def roles(session: Session) -> None:
    """Creates a profile, which is to have no roles.

    Then reads profiles that were there before, whose attachments are to carry the profile's id and no role
    twice. On a server that claims roles, attaches two of three and detaches one: it is to have that one.
    """
    expect.members(_new(session), roles=[])
    for read in _others(session):
        attachments = expect.member(read, "roles")
        profile_id = calls.shown(read, 200)["id"]
        expect.holds(isinstance(attachments, list), "a list `roles`", attachments, read)
        foreign = [role for role in attachments if role.get("access_profile_id") != profile_id]
        expect.equal(foreign, [], "attachments of another profile", read)
        expect.different([role.get("role_id") for role in attachments], "roles", read)
    _attachments_are_counted(session)


@check("AP-GET-005")
def holders(session: Session) -> None:
    """Creates a profile, whose `user_count` is to be 0.

    That of profiles that were there before is to be an integer of 0 or more. On a server that claims users,
    gives copies to two of three and takes one away: it is to be 2, then 1.
    """
    expect.members(_new(session), user_count=0)
    for read in _others(session):
        count = expect.member(read, "user_count")
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
        given, taken, _ = fixtures.role_ids(session, 3)
    except Unreached:
        # A server of the core alone has no roles.
        return
    profile, other = calls.create(session)["id"], calls.create(session)["id"]
    fixtures.attached(session, profile, given, taken)
    fixtures.attached(session, other, taken)
    _roles_are(session, profile, given, taken)
    calls.detach_role.done(session, profile, taken)
    _roles_are(session, profile, given)
    _roles_are(session, other, taken)


def _roles_are(session: Session, profile_id: int, *role_ids: int) -> None:
    read = calls.read.done(session, profile_id)
    found = [(role.get("access_profile_id"), role.get("role_id")) for role in expect.member(read, "roles")]
    expected = sorted((profile_id, role_id) for role_id in role_ids)
    expect.equal(sorted(found), expected, "profile and role of each attachment", read)


def _holders_are_counted(session: Session) -> None:
    if not session.claims("extensions"):
        return
    try:
        users = [fixtures.user_id(session) for _ in range(3)]
        profile, other = fixtures.active_ids(session, 2)
        for user_id in users[:2]:
            fixtures.assigned(session, user_id, profile)
    except Unreached:
        # A server of the core alone has no users.
        return
    fixtures.assigned(session, users[2], other)
    expect.members(calls.read.done(session, profile), user_count=2)
    calls.detach_user.done(session, users[0], profile)
    expect.members(calls.read.done(session, profile), user_count=1)


def _new(session: Session) -> Answer:
    return calls.read.done(session, calls.create(session, **samples.full(session.name()))["id"])


def _others(session: Session) -> list[Answer]:
    page = calls.browse(session, {"limit": _OTHERS})
    answers = [calls.read(session, row.get("id")) for row in calls.listed(page)]
    # A profile may be deleted by somebody else between the two requests.
    found = [answer for answer in answers if answer.status != 404]
    for answer in found:
        expect.status(answer, 200)
    return found
