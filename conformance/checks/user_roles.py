"""Changing a user's role: what the old role gave goes, what the new one gives comes, the rest stays."""

from typing import Any

from conformance.access_profiles import calls, fixtures
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session

_KEPT = "the ids of the copies and their keys"


@check("USR-ROL-001")
def swapped(session: Session) -> None:
    """Gives a user a role with a default, then another role with another default.

    The user is to hold a copy of the second default alone, and the first copy's keys, of which one was added,
    are to be gone: deleting them is to be 404.
    """
    (first, old), (second, new) = (fixtures.role_with_default(session) for _ in range(2))
    user_id = fixtures.user_id(session, role_id=first)
    added = fixtures.added_key(session, user_id, old)["id"]
    key_ids = {added, *fixtures.copy(session, user_id, old)["virtual_key_ids"]}
    answer = _change(session, user_id, second)
    held = fixtures.parents(session, user_id)
    expect.equal(held, [new], "the profiles that the user holds copies of", answer, session.answers[-1])
    for key_id in key_ids:
        expect.status(calls.delete_key(session, user_id, key_id), 404)


@check("USR-ROL-002")
def assigned_directly(session: Session) -> None:
    """Assigns a profile to a user, and changes the role four times: the second role gives the same profile.

    After each change the copy is to be there, with its id and its keys, and to be the only one of the
    profile.
    """
    (first, _), (second, given), (third, _) = (fixtures.role_with_default(session) for _ in range(3))
    user_id = fixtures.holder(session, given)
    for role_id in (first, second, third, None):
        with expect.unchanged(_KEPT, fixtures.ids_with_keys, session, user_id, given):
            _change(session, user_id, role_id)


@check("USR-ROL-003")
def given_by_both(session: Session) -> None:
    """Moves a user, who is in a group, between two roles that have the same default.

    The copy is to stay, with its id and its keys, also one that was added.
    """
    first, profile_id = fixtures.role_with_default(session)
    [second] = fixtures.role_ids(session, 1)
    fixtures.attached(session, profile_id, second, is_default=True)
    user_id = fixtures.user_id(session, role_id=first, group_ids=[session.name()])
    calls.add_key_to_copy.done(session, user_id, profile_id, {})
    before = fixtures.ids_with_keys(session, user_id, profile_id)
    expect.equal(len(before), 1, "the number of copies before the change", session.answers[-1])
    for role_id in (second, first):
        with expect.unchanged(_KEPT, fixtures.ids_with_keys, session, user_id, profile_id):
            _change(session, user_id, role_id)


@check("USR-ROL-004")
def taken_away(session: Session) -> None:
    """Gives a user a role that does not exist, which is to be 400 and to change nothing, then `null`.

    After that the user is to have no role. A role for a user who does not exist is to be 404.
    """
    [role_id] = fixtures.role_ids(session, 1)
    user_id = fixtures.user_id(session, role_id=role_id)
    expect.status(calls.change_role(session, user_id, {"role_id": calls.LARGEST_ID}), 400)
    _has_role(calls.user.done(session, user_id), role_id)
    _has_role(_change(session, user_id, None), None)
    _has_role(calls.user.done(session, user_id), None)
    expect.status(calls.change_role(session, session.name(), {"role_id": role_id}), 404)


def _change(session: Session, user_id: str, role_id: int | None) -> Answer:
    return calls.change_role.done(session, user_id, {"role_id": role_id})


def _has_role(answer: Answer, role_id: Any) -> None:
    expect.fields(expect.member(answer, "user"), answer, role_id=role_id)
