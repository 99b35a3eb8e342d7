"""Detaching roles: the one attachment goes, and nothing else."""

from conformance.access_profiles import calls, fixtures
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_LARGEST_ID = 9223372036854775807


@check("AP-DET-001")
def one_attachment(session: Session) -> None:
    """Attaches two roles to two profiles and detaches one role from one of them.

    The other three attachments are to be as they were.
    """
    profile_id, other = calls.create(session)["id"], calls.create(session)["id"]
    role_id, kept = (fixtures.role(session)["id"] for _ in range(2))
    for attached in (profile_id, other):
        fixtures.attached(session, attached, role_id, kept)
    fixtures.attached(session, profile_id, kept, is_default=True)
    before = fixtures.attachments(session, profile_id)
    elsewhere = fixtures.attachments(session, other)
    detached = _detach(session, profile_id, role_id)
    expect.status(detached, 200)
    left = [attachment for attachment in before if attachment["role_id"] != role_id]
    after = fixtures.attachments(session, profile_id)
    expect.equal(after, left, "the roles of the profile", detached, session.answers[-1])
    after = fixtures.attachments(session, other)
    expect.equal(after, elsewhere, "the roles of the other profile", detached, session.answers[-1])


@check("AP-DET-002")
def not_attached(session: Session) -> None:
    """Detaches what is not attached: a role of another profile, no role, a role of no profile.

    A role that was detached a moment ago is detached again as well; each is to be 404.
    """
    profile_id, other = calls.create(session)["id"], calls.create(session)["id"]
    role_id, elsewhere = (fixtures.role(session)["id"] for _ in range(2))
    fixtures.attached(session, profile_id, role_id)
    fixtures.attached(session, other, elsewhere)
    expect.status(_detach(session, profile_id, elsewhere), 404)
    expect.status(_detach(session, profile_id, _LARGEST_ID), 404)
    expect.status(_detach(session, _LARGEST_ID, role_id), 404)
    expect.status(_detach(session, profile_id, role_id), 200)
    expect.status(_detach(session, profile_id, role_id), 404)


@check("AP-DET-003")
def copies_stay(session: Session) -> None:
    """Gives a copy to the member of a role, detaches the role, and reads what the member holds.

    It is to be the same copy with the same keys.
    """
    profile_id = fixtures.active_profile(session)["id"]
    role_id = fixtures.role(session)["id"]
    user_id = fixtures.user(session, role_id=role_id)["id"]
    fixtures.attached(session, profile_id, role_id, is_default=True, apply_to_existing=True)
    before = fixtures.copy(session, user_id, profile_id)
    detached = _detach(session, profile_id, role_id)
    expect.status(detached, 200)
    wanted = [[before["id"], before["virtual_key_ids"]]]
    found = [[copy["id"], copy["virtual_key_ids"]] for copy in fixtures.copies(session, user_id)]
    expect.equal(found, wanted, "the ids of the member's copies and keys", detached, session.answers[-1])


def _detach(session: Session, profile_id: int, role_id: int) -> Answer:
    parameters = {"profile_id": profile_id, "role_id": role_id}
    return session.call("detachRoleFromAccessProfile", parameters=parameters)
