"""Attaching profiles to roles and detaching them: what is attached, and who gets a copy by it."""

from typing import Any

from conformance.access_profiles import calls, fixtures
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session


@check("AP-ATT-001")
def attached(session: Session) -> None:
    """Attaches two roles by a request that names one of them twice, then a third as a default.

    After each request the profile is to have exactly the roles that were attached so far.
    """
    profile_id = calls.create(session)["id"]
    first, second, third = fixtures.role_ids(session, 3)
    _attach(session, profile_id, first, second, first)
    _has(session, profile_id, {first: False, second: False})
    _attach(session, profile_id, third, is_default=True)
    _has(session, profile_id, {first: False, second: False, third: True})


@check("AP-ATT-002")
def attached_again(session: Session) -> None:
    """Attaches a role four times: twice as a default, then not as one, then as a default again.

    After each request the profile is to have the role once, with the `is_default` that was sent last.
    """
    profile_id, [role_id] = calls.create(session)["id"], fixtures.role_ids(session, 1)
    for is_default in (True, True, False, True):
        _attach(session, profile_id, role_id, is_default=is_default)
        _has(session, profile_id, {role_id: is_default})


@check("AP-ATT-003")
def unknown_role(session: Session) -> None:
    """Attaches a role that does not exist: after one that is new to the profile, before one, and alone.

    Each is to be 400. Afterwards the profile is to have only the role that was attached before, as it was.
    """
    profile_id = calls.create(session)["id"]
    present, other = fixtures.role_ids(session, 2)
    fixtures.attached(session, profile_id, present)
    for role_ids in ([present, other, calls.LARGEST_ID], [calls.LARGEST_ID, other], [calls.LARGEST_ID]):
        expect.status(calls.attach(session, profile_id, {"role_ids": role_ids, "is_default": True}), 400)
    _has(session, profile_id, {present: False})


@check("AP-ATT-004")
def unknown_profile(session: Session) -> None:
    """Attaches a role to ids that no profile has; each is to be 404."""
    role_ids = fixtures.role_ids(session, 1)
    for profile_id in calls.absent_ids(session):
        expect.status(calls.attach(session, profile_id, {"role_ids": role_ids}), 404)


@check("AP-ATT-005")
def state_of_the_profile(session: Session) -> None:
    """Attaches a role to three profiles: to a new one, which is to be active afterwards.

    The second was activated and deactivated before, the third deactivated while it was new; these are to
    stay inactive.
    """
    [role_id] = fixtures.role_ids(session, 1)
    for steps, active in (
        ((), True),
        ((calls.activate, calls.deactivate), False),
        ((calls.deactivate,), False),
    ):
        profile_id = calls.create(session)["id"]
        for step in steps:
            fixtures.done(step(session, profile_id))
        _attach(session, profile_id, role_id)
        calls.shows(calls.read(session, profile_id), 200, is_active=active)


@check("AP-ATT-006")
def present_members(session: Session) -> None:
    """Attaches two roles with `apply_to_existing`: three members hold no copy, one holds one already.

    `users_applied` is to be 3. Each member is to hold one copy, the fourth the one held before, and a user
    without the roles none. The same request again is to apply to nobody.
    """
    [profile_id] = fixtures.active_ids(session, 1)
    first, second = fixtures.role_ids(session, 2)
    members = [fixtures.user_id(session, role_id=role_id) for role_id in (first, first, second)]
    holder = fixtures.holder(session, profile_id, role_id=second)
    stranger = fixtures.user_id(session)
    before = fixtures.copy(session, holder, profile_id)
    answer = _attach(session, profile_id, first, second, apply_to_existing=True)
    expect.members(answer, users_applied=len(members))
    for user_id in members:
        _holds(session, user_id, profile_id)
    kept = [copy["id"] for copy in fixtures.copies(session, holder)]
    expect.equal(kept, [before["id"]], "the copies of the one who held one")
    _holds(session, stranger)
    expect.members(_attach(session, profile_id, first, second, apply_to_existing=True), users_applied=0)


@check("AP-ATT-007")
def nobody_at_present(session: Session) -> None:
    """Attaches a role that has a member: as a default, not as one, and with an `apply_to_existing` of false.

    `users_applied` is to be 0 each time, and the member is to hold nothing.
    """
    [profile_id], [role_id] = fixtures.active_ids(session, 1), fixtures.role_ids(session, 1)
    user_id = fixtures.user_id(session, role_id=role_id)
    for fields in ({}, {"is_default": True}, {"is_default": True, "apply_to_existing": False}):
        expect.members(_attach(session, profile_id, role_id, **fields), users_applied=0)
        _holds(session, user_id)


@check("AP-ATT-008")
def one_default(session: Session) -> None:
    """Makes a profile the default of two roles, then another one the default of the first of them.

    The first profile is to keep both attachments, and to be the default of the second role alone.
    """
    first, second = calls.create(session)["id"], calls.create(session)["id"]
    role_id, other = fixtures.role_ids(session, 2)
    _attach(session, first, role_id, other, is_default=True)
    _attach(session, second, role_id, is_default=True)
    _has(session, second, {role_id: True})
    _has(session, first, {role_id: False, other: True})


@check("AP-ATT-009")
def deactivated(session: Session) -> None:
    """Attaches a role with `apply_to_existing` to a profile that was deactivated; it is to be 400.

    The profile is to have no role and the role's member no copy, whether as a default or not.
    """
    [profile_id], [role_id] = fixtures.active_ids(session, 1), fixtures.role_ids(session, 1)
    user_id = fixtures.user_id(session, role_id=role_id)
    fixtures.done(calls.deactivate(session, profile_id))
    for is_default in (False, True):
        body = {"role_ids": [role_id], "is_default": is_default, "apply_to_existing": True}
        expect.status(calls.attach(session, profile_id, body), 400)
        _has(session, profile_id, {})
        _holds(session, user_id)


@check("AP-ATT-010")
def later_members(session: Session) -> None:
    """Attaches two profiles to a role, one of them as the default, and gives the role to two users.

    One user is created with it, the other gets it later; both are to hold a copy of the default alone.
    """
    role_id, default = fixtures.role_with_default(session)
    fixtures.attached(session, fixtures.active_profile(session)["id"], role_id)
    created, moved = fixtures.user_id(session, role_id=role_id), fixtures.user_id(session)
    fixtures.change_role(session, moved, role_id)
    for user_id in (created, moved):
        _holds(session, user_id, default)


@check("AP-DET-001")
def one_attachment(session: Session) -> None:
    """Attaches two roles to two profiles and detaches one role from one of them.

    The other three attachments are to be as they were.
    """
    profile_id, other = calls.create(session)["id"], calls.create(session)["id"]
    role_id, kept = fixtures.role_ids(session, 2)
    for attached in (profile_id, other):
        fixtures.attached(session, attached, role_id, kept)
    fixtures.attached(session, profile_id, kept, is_default=True)
    left = [each for each in fixtures.attachments(session, profile_id) if each["role_id"] != role_id]
    with expect.unchanged("the roles of the other profile", fixtures.attachments, session, other):
        detached = calls.detach_role.done(session, profile_id, role_id)
        after = fixtures.attachments(session, profile_id)
        expect.equal(after, left, "the roles of the profile", detached, session.answers[-1])


@check("AP-DET-002")
def not_attached(session: Session) -> None:
    """Detaches what is not attached: a role of another profile, no role, a role of no profile.

    A role that was detached a moment ago is detached again as well; each is to be 404.
    """
    profile_id, other = calls.create(session)["id"], calls.create(session)["id"]
    role_id, elsewhere = fixtures.role_ids(session, 2)
    fixtures.attached(session, profile_id, role_id)
    fixtures.attached(session, other, elsewhere)
    for place, status in (
        ((profile_id, elsewhere), 404),
        ((profile_id, calls.LARGEST_ID), 404),
        ((calls.LARGEST_ID, role_id), 404),
        ((profile_id, role_id), 200),
        ((profile_id, role_id), 404),
    ):
        expect.status(calls.detach_role(session, *place), status)


@check("AP-DET-003")
def copies_stay(session: Session) -> None:
    """Gives a copy to the member of a role, detaches the role, and reads what the member holds.

    It is to be the same copy with the same keys.
    """
    [profile_id], [role_id] = fixtures.active_ids(session, 1), fixtures.role_ids(session, 1)
    user_id = fixtures.user_id(session, role_id=role_id)
    fixtures.attached(session, profile_id, role_id, is_default=True, apply_to_existing=True)
    fixtures.copy(session, user_id, profile_id)
    what = "the ids of the member's copies and keys"
    with expect.unchanged(what, fixtures.ids_with_keys, session, user_id):
        calls.detach_role.done(session, profile_id, role_id)


def _attach(session: Session, profile_id: int, *role_ids: int, **fields: Any) -> Answer:
    return calls.attach.done(session, profile_id, {"role_ids": list(role_ids), **fields})


def _has(session: Session, profile_id: int, wanted: dict[int, bool]) -> None:
    """The profile has exactly these roles, each with this `is_default`."""
    answer = calls.read.done(session, profile_id)
    found = sorted([role["role_id"], role["is_default"]] for role in expect.member(answer, "roles"))
    pairs = sorted([role_id, is_default] for role_id, is_default in wanted.items())
    expect.equal(found, pairs, "the roles of the profile, with is_default", answer)


def _holds(session: Session, user_id: str, *profile_ids: int) -> None:
    """The user holds one copy of each of these profiles, and nothing else."""
    found = fixtures.parents(session, user_id)
    expect.equal(found, sorted(profile_ids), f"the profiles that {user_id} holds copies of")
