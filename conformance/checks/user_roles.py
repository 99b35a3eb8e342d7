"""Changing a user's role: what the old role gave goes, what the new one gives comes, the rest stays."""

from typing import Any

from conformance.access_profiles import fixtures
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_LARGEST_ID = 9223372036854775807


@check("USR-ROL-001")
def swapped(session: Session) -> None:
    """Gives a user a role with a default, then another role with another default.

    The user is to hold a copy of the second default alone, and the first copy's key is to be gone: deleting
    it is to be 404.
    """
    (first, old), (second, new) = _role_with_default(session), _role_with_default(session)
    user_id = fixtures.user(session, role_id=first)["id"]
    key_ids = fixtures.copy(session, user_id, old)["virtual_key_ids"]
    answer = _change(session, user_id, second)
    held = [copy["parent_profile_id"] for copy in fixtures.copies(session, user_id)]
    expect.equal(held, [new], "the profiles that the user holds copies of", answer, session.answers[-1])
    for key_id in key_ids:
        parameters = {"user_id": user_id, "vk_id": key_id}
        expect.status(session.call("deleteUserAccessProfileVirtualKey", parameters=parameters), 404)


@check("USR-ROL-002")
def assigned_directly(session: Session) -> None:
    """Assigns a profile to a user, and changes the role four times: the second role gives the same profile.

    After each change the copy is to be there, with its id and its keys, and to be the only one of the
    profile.
    """
    (first, _), (second, given), (third, _) = (_role_with_default(session) for _ in range(3))
    user_id = fixtures.holder(session, given)
    before = _copies_of(session, user_id, given)
    for role_id in (first, second, third, None):
        answer = _change(session, user_id, role_id)
        after = _copies_of(session, user_id, given)
        expect.equal(after, before, "the ids of the copies and their keys", answer, session.answers[-1])


@check("USR-ROL-003")
def given_by_both(session: Session) -> None:
    """Moves a user between two roles that have the same default.

    The copy is to stay, with its id and its keys, also one that was added.
    """
    first, profile_id = _role_with_default(session)
    second = fixtures.role(session)["id"]
    fixtures.attached(session, profile_id, second, is_default=True)
    user_id = fixtures.user(session, role_id=first)["id"]
    parameters = {"user_id": user_id, "profile_id": profile_id}
    added = session.call("addUserAccessProfileVirtualKey", parameters=parameters, body={})
    expect.status(added, 200)
    before = _copies_of(session, user_id, profile_id)
    expect.equal(len(before), 1, "the number of copies before the change", session.answers[-1])
    for role_id in (second, first):
        answer = _change(session, user_id, role_id)
        after = _copies_of(session, user_id, profile_id)
        expect.equal(after, before, "the ids of the copies and their keys", answer, session.answers[-1])


@check("USR-ROL-004")
def taken_away(session: Session) -> None:
    """Gives a user a role that does not exist, which is to be 400 and to change nothing, then `null`.

    After that the user is to have no role. A role for a user who does not exist is to be 404.
    """
    role_id = fixtures.role(session)["id"]
    user_id = fixtures.user(session, role_id=role_id)["id"]
    expect.status(_call(session, user_id, _LARGEST_ID), 400)
    _has_role(session, user_id, role_id)
    answer = _change(session, user_id, None)
    expect.equal(expect.member(answer, "user").get("role_id"), None, "role_id", answer)
    _has_role(session, user_id, None)
    expect.status(_call(session, session.name(), role_id), 404)


def _role_with_default(session: Session) -> tuple[int, int]:
    """A new role, and the active profile that is its default."""
    role_id = fixtures.role(session)["id"]
    profile_id = fixtures.active_profile(session)["id"]
    fixtures.attached(session, profile_id, role_id, is_default=True)
    return role_id, profile_id


def _call(session: Session, user_id: str, role_id: int | None) -> Answer:
    return session.call("updateUserRole", parameters={"user_id": user_id}, body={"role_id": role_id})


def _change(session: Session, user_id: str, role_id: int | None) -> Answer:
    answer = _call(session, user_id, role_id)
    expect.status(answer, 200)
    return answer


def _copies_of(session: Session, user_id: str, profile_id: int) -> list[list[Any]]:
    """The ids of the copies of a profile that a user holds, each with the ids of its keys."""
    copies = fixtures.copies(session, user_id)
    return [[c["id"], c["virtual_key_ids"]] for c in copies if c["parent_profile_id"] == profile_id]


def _has_role(session: Session, user_id: str, role_id: int | None) -> None:
    answer = session.call("getUser", parameters={"user_id": user_id})
    expect.status(answer, 200)
    expect.equal(expect.member(answer, "user").get("role_id"), role_id, "role_id", answer)
