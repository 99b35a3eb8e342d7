"""Attaching profiles to roles: what is attached, and who gets a copy by it."""

from typing import Any

from conformance.access_profiles import calls, fixtures
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_LARGEST_ID = 9223372036854775807


@check("AP-ATT-001")
def attached(session: Session) -> None:
    """Attaches two roles by a request that names one of them twice, then a third as a default.

    After each request the profile is to have exactly the roles that were attached so far.
    """
    profile_id = calls.create(session)["id"]
    first, second, third = _roles(session, 3)
    _attach(session, profile_id, first, second, first)
    _has(session, profile_id, {first: False, second: False})
    _attach(session, profile_id, third, is_default=True)
    _has(session, profile_id, {first: False, second: False, third: True})


@check("AP-ATT-002")
def attached_again(session: Session) -> None:
    """Attaches a role four times: twice as a default, then not as one, then as a default again.

    After each request the profile is to have the role once, with the `is_default` that was sent last.
    """
    profile_id = calls.create(session)["id"]
    (role_id,) = _roles(session, 1)
    for is_default in (True, True, False, True):
        _attach(session, profile_id, role_id, is_default=is_default)
        _has(session, profile_id, {role_id: is_default})


@check("AP-ATT-003")
def unknown_role(session: Session) -> None:
    """Attaches a role that does not exist: after one that is new to the profile, before one, and alone.

    Each is to be 400. Afterwards the profile is to have only the role that was attached before, as it was.
    """
    profile_id = calls.create(session)["id"]
    present, other = _roles(session, 2)
    fixtures.attached(session, profile_id, present)
    for role_ids in ((present, other, _LARGEST_ID), (_LARGEST_ID, other), (_LARGEST_ID,)):
        body = {"role_ids": list(role_ids), "is_default": True}
        expect.status(_call(session, profile_id, body), 400)
    _has(session, profile_id, {present: False})


@check("AP-ATT-004")
def unknown_profile(session: Session) -> None:
    """Attaches a role to ids that no profile has; each is to be 404."""
    (role_id,) = _roles(session, 1)
    for profile_id in (_LARGEST_ID, session.random.randrange(2**61, 2**62)):
        expect.status(_call(session, profile_id, {"role_ids": [role_id]}), 404)


@check("AP-ATT-005")
def state_of_the_profile(session: Session) -> None:
    """Attaches a role to three profiles: to a new one, which is to be active afterwards.

    The second was activated and deactivated before, the third deactivated while it was new; these are to
    stay inactive.
    """
    (role_id,) = _roles(session, 1)
    for operations, active in (
        ((), True),
        (("activateAccessProfile", "deactivateAccessProfile"), False),
        (("deactivateAccessProfile",), False),
    ):
        profile_id = calls.create(session)["id"]
        for operation_id in operations:
            _switch(session, operation_id, profile_id)
        _attach(session, profile_id, role_id)
        read = calls.read(session, profile_id)
        expect.equal(calls.shown(read, 200).get("is_active"), active, "is_active", read)


@check("AP-ATT-006")
def present_members(session: Session) -> None:
    """Attaches two roles with `apply_to_existing`: three members hold no copy, one holds one already.

    `users_applied` is to be 3. Each member is to hold one copy, the fourth the one held before, and a user
    without the roles none. The same request again is to apply to nobody.
    """
    profile_id = fixtures.active_profile(session)["id"]
    first, second = _roles(session, 2)
    members = [fixtures.user(session, role_id=role_id)["id"] for role_id in (first, first, second)]
    holder = fixtures.holder(session, profile_id, role_id=second)
    stranger = fixtures.user(session)["id"]
    before = fixtures.copy(session, holder, profile_id)
    answer = _attach(session, profile_id, first, second, apply_to_existing=True)
    expect.equal(expect.member(answer, "users_applied"), len(members), "users_applied", answer)
    for user_id in members:
        _holds(session, user_id, profile_id)
    expect.equal(_ids(session, holder), [before["id"]], "the copies of the one who held one")
    _holds(session, stranger)
    again = _attach(session, profile_id, first, second, apply_to_existing=True)
    expect.equal(expect.member(again, "users_applied"), 0, "users_applied of the second request", again)


@check("AP-ATT-007")
def nobody_at_present(session: Session) -> None:
    """Attaches a role that has a member: as a default, not as one, and with an `apply_to_existing` of false.

    `users_applied` is to be 0 each time, and the member is to hold nothing.
    """
    profile_id = fixtures.active_profile(session)["id"]
    (role_id,) = _roles(session, 1)
    user_id = fixtures.user(session, role_id=role_id)["id"]
    for fields in ({}, {"is_default": True}, {"is_default": True, "apply_to_existing": False}):
        answer = _attach(session, profile_id, role_id, **fields)
        expect.equal(expect.member(answer, "users_applied"), 0, "users_applied", answer)
        _holds(session, user_id)


@check("AP-ATT-008")
def one_default(session: Session) -> None:
    """Makes a profile the default of two roles, then another one the default of the first of them.

    The first profile is to keep both attachments, and to be the default of the second role alone.
    """
    first, second = calls.create(session)["id"], calls.create(session)["id"]
    role_id, other = _roles(session, 2)
    _attach(session, first, role_id, other, is_default=True)
    _attach(session, second, role_id, is_default=True)
    _has(session, second, {role_id: True})
    _has(session, first, {role_id: False, other: True})


@check("AP-ATT-009")
def deactivated(session: Session) -> None:
    """Attaches a role with `apply_to_existing` to a profile that was deactivated; it is to be 400.

    The profile is to have no role and the role's member no copy, whether as a default or not.
    """
    profile_id = fixtures.active_profile(session)["id"]
    (role_id,) = _roles(session, 1)
    user_id = fixtures.user(session, role_id=role_id)["id"]
    _switch(session, "deactivateAccessProfile", profile_id)
    for is_default in (False, True):
        body = {"role_ids": [role_id], "is_default": is_default, "apply_to_existing": True}
        expect.status(_call(session, profile_id, body), 400)
        _has(session, profile_id, {})
        _holds(session, user_id)


@check("AP-ATT-010")
def later_members(session: Session) -> None:
    """Attaches two profiles to a role, one of them as the default, and gives the role to two users.

    One user is created with it, the other gets it later; both are to hold a copy of the default alone.
    """
    default, offered = (fixtures.active_profile(session)["id"] for _ in range(2))
    (role_id,) = _roles(session, 1)
    fixtures.attached(session, default, role_id, is_default=True)
    fixtures.attached(session, offered, role_id)
    created = fixtures.user(session, role_id=role_id)["id"]
    moved = fixtures.user(session)["id"]
    fixtures.change_role(session, moved, role_id)
    for user_id in (created, moved):
        _holds(session, user_id, default)


def _roles(session: Session, count: int) -> list[int]:
    return [fixtures.role(session)["id"] for _ in range(count)]


def _call(session: Session, profile_id: int, body: Any) -> Answer:
    return session.call("attachRolesToAccessProfile", parameters={"profile_id": profile_id}, body=body)


def _attach(session: Session, profile_id: int, *role_ids: int, **fields: Any) -> Answer:
    answer = _call(session, profile_id, {"role_ids": list(role_ids), **fields})
    expect.status(answer, 200)
    return answer


def _switch(session: Session, operation_id: str, profile_id: int) -> None:
    fixtures.done(session.call(operation_id, parameters={"profile_id": profile_id}))


def _has(session: Session, profile_id: int, wanted: dict[int, bool]) -> None:
    """The profile has exactly these roles, each with this `is_default`."""
    answer = calls.read(session, profile_id)
    expect.status(answer, 200)
    found = sorted([role["role_id"], role["is_default"]] for role in expect.member(answer, "roles"))
    pairs = sorted([role_id, is_default] for role_id, is_default in wanted.items())
    expect.equal(found, pairs, "the roles of the profile, with is_default", answer)


def _holds(session: Session, user_id: str, *profile_ids: int) -> None:
    """The user holds one copy of each of these profiles, and nothing else."""
    found = sorted(copy["parent_profile_id"] for copy in fixtures.copies(session, user_id))
    expect.equal(found, sorted(profile_ids), f"the profiles that {user_id} holds copies of")


def _ids(session: Session, user_id: str) -> list[int]:
    return [copy["id"] for copy in fixtures.copies(session, user_id)]
