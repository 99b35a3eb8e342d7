"""What checks need to be there before they begin: roles, users, copies and keys of their own.

Each function makes one thing under a fresh name and returns it as the server answered. When that fails, what
follows cannot be checked, and `Unreached` says why.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from conformance.verdict import Unreached

if TYPE_CHECKING:
    from conformance.client import Answer
    from conformance.session import Session

Object = dict[str, Any]


def role(session: Session, **fields: Any) -> Object:
    """A new role, without members and profiles."""
    answer = session.call("createRole", body={"name": session.name(), **fields})
    return _made(answer, 201, "role")


def user(session: Session, **fields: Any) -> Object:
    """A new user, without role and groups unless they are given."""
    name = session.name()
    body = {"id": name, "name": name, "email": "someone@example.com", **fields}
    return _made(session.call("createUser", body=body), 201, "user")


def active_profile(session: Session, **fields: Any) -> Object:
    """A new profile that is active, and so can be assigned."""
    profile = session.create(**fields)
    answer = session.call("activateAccessProfile", parameters={"profile_id": profile["id"]})
    return _made(answer, 200, "access_profile")


def attached(session: Session, profile_id: int, *role_ids: int, **fields: Any) -> Object:
    """The answer to attaching roles to a profile."""
    answer = session.call(
        "attachRolesToAccessProfile",
        parameters={"profile_id": profile_id},
        body={"role_ids": list(role_ids), **fields},
    )
    return _made(answer, 200)


def assigned(session: Session, user_id: str, profile_id: int, **fields: Any) -> Object:
    """The answer to assigning an active profile to a user: the copy, and its key in clear."""
    answer = session.call(
        "assignUserAccessProfile",
        parameters={"user_id": user_id},
        body={"profile_id": profile_id, **fields},
    )
    return _made(answer, 201)


def holder(session: Session, profile_id: int, **fields: Any) -> str:
    """The id of a new user who holds a copy of an active profile."""
    user_id = str(user(session, **fields)["id"])
    assigned(session, user_id, profile_id)
    return user_id


def copies(session: Session, user_id: str) -> list[Object]:
    """The copies that a user holds, as `listUserAccessProfiles` has them."""
    answer = session.call("listUserAccessProfiles", parameters={"user_id": user_id})
    found: list[Object] = _made(answer, 200, "access_profiles")  # type: ignore[assignment]
    return found


def copy(session: Session, user_id: str, profile_id: int) -> Object:
    """The copy of a profile that a user holds."""
    for found in copies(session, user_id):
        if found.get("parent_profile_id") == profile_id:
            return found
    raise Unreached(f"{user_id} holds no copy of the profile {profile_id}")


def api_key(session: Session, *scopes: str, **fields: Any) -> Object:
    """The answer to making an API key with these scopes: its record, and the key in clear.

    It lives for a day, unless told otherwise: a run that is cut short leaves no key for ever.
    """
    expires_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    body = {"name": session.name(), "scopes": list(scopes), "expires_at": expires_at, **fields}
    return _made(session.call("createApiKey", body=body), 201)


def _made(answer: Answer, status: int, member: str | None = None) -> Object:
    body = answer.json
    if answer.status != status or not isinstance(body, dict) or (member is not None and member not in body):
        raise Unreached(f"what the check needs could not be made: {answer.exchange.answer()[:300]}")
    found: Object = body if member is None else body[member]
    return found
