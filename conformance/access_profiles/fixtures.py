"""What checks need to be there before they begin: roles, users, copies and keys of their own.

Each function makes one thing under a fresh name and returns it as the server answered. When that fails, what
follows cannot be checked, and `Unreached` says why.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.access_profiles import calls
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.run.session import Session

Object = dict[str, Any]


def role(session: Session, **fields: Any) -> Object:
    """Return a new role, without members and profiles."""
    answer = session.call("createRole", body={"name": session.name(), **fields})
    return _made(answer, 201, "role")


def user(session: Session, **fields: Any) -> Object:
    """Return a new user, without role and groups unless they are given."""
    name = session.name()
    body = {"id": name, "name": name, "email": "someone@example.com", **fields}
    return _made(session.call("createUser", body=body), 201, "user")


def active_profile(session: Session, **fields: Any) -> Object:
    """Return a new profile that is active, and so can be assigned."""
    profile = calls.create(session, **fields)
    answer = session.call("activateAccessProfile", parameters={"profile_id": profile["id"]})
    return _made(answer, 200, "access_profile")


def attached(session: Session, profile_id: int, *role_ids: int, **fields: Any) -> Object:
    """Return the answer to attaching roles to a profile."""
    answer = session.call(
        "attachRolesToAccessProfile",
        parameters={"profile_id": profile_id},
        body={"role_ids": list(role_ids), **fields},
    )
    return _made(answer, 200)


def attachments(session: Session, profile_id: int) -> list[Object]:
    """Return the attachments of a profile, as `getAccessProfile` has them; by id, for it states no order."""
    found: list[Object] = _made(calls.read(session, profile_id), 200, "roles")  # type: ignore[assignment]
    return by_id(found)


def by_id(objects: Iterable[Object]) -> list[Object]:
    """Return the objects in the order of their ids, to compare what may come in any order."""
    return sorted(objects, key=lambda each: int(each["id"]))


def change_role(session: Session, user_id: str, role_id: int | None) -> Object:
    """Give a user another role, or none, and return the user."""
    answer = session.call("updateUserRole", parameters={"user_id": user_id}, body={"role_id": role_id})
    return _made(answer, 200, "user")


def assigned(session: Session, user_id: str, profile_id: int, **fields: Any) -> Object:
    """Return the answer to assigning an active profile to a user: the copy, and its key in clear."""
    answer = session.call(
        "assignUserAccessProfile",
        parameters={"user_id": user_id},
        body={"profile_id": profile_id, **fields},
    )
    return _made(answer, 201)


def holder(session: Session, profile_id: int, **fields: Any) -> str:
    """Return the id of a new user who holds a copy of an active profile."""
    user_id = str(user(session, **fields)["id"])
    assigned(session, user_id, profile_id)
    return user_id


def copies(session: Session, user_id: str) -> list[Object]:
    """Return the copies that a user holds, as `listUserAccessProfiles` has them."""
    answer = session.call("listUserAccessProfiles", parameters={"user_id": user_id})
    found: list[Object] = _made(answer, 200, "access_profiles")  # type: ignore[assignment]
    return found


def copy(session: Session, user_id: str, profile_id: int) -> Object:
    """Return the copy of a profile that a user holds."""
    for found in copies(session, user_id):
        if found.get("parent_profile_id") == profile_id:
            return found
    raise Unreached(f"{user_id} holds no copy of the profile {profile_id}")


def keys(session: Session, user_id: str) -> list[Object]:
    """Return the virtual keys of a user, as `listUserVirtualKeys` has them."""
    answer = session.call("listUserVirtualKeys", parameters={"user_id": user_id})
    found: list[Object] = _made(answer, 200, "virtual_keys")  # type: ignore[assignment]
    return found


def added_key(session: Session, user_id: str, profile_id: int, body: Object | None = None) -> Object:
    """Return one more virtual key of a user's copy, in clear."""
    place = {"user_id": user_id, "profile_id": profile_id}
    answer = session.call("addUserAccessProfileVirtualKey", parameters=place, body=body or {})
    return _made(answer, 200, "virtual_key")


def user_count(session: Session, profile_id: int) -> int:
    """Return how many users hold a copy of a profile, as `getAccessProfile` has it."""
    answer = calls.read(session, profile_id)
    _made(answer, 200, "user_count")
    return int(answer.json["user_count"])


def api_key(session: Session, *scopes: str, **fields: Any) -> Object:
    """Return the answer to making an API key with these scopes: its record, and the key in clear.

    It lives for a day, unless told otherwise: a run that is cut short leaves no key for ever.
    """
    expires_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    body = {"name": session.name(), "scopes": list(scopes), "expires_at": expires_at, **fields}
    return _made(session.call("createApiKey", body=body), 201)


def done(answer: Answer) -> Object:
    """Return the answer to something that a check needs to be done before what it checks."""
    return _made(answer, 200)


def changed(session: Session, profile_id: int, **fields: Any) -> Object:
    """Return a profile after an update of these fields."""
    answer = session.call("updateAccessProfile", parameters={"profile_id": profile_id}, body=fields)
    return _made(answer, 200, "access_profile")


def _made(answer: Answer, status: int, member: str | None = None) -> Object:
    body = answer.json
    if answer.status != status or not isinstance(body, dict) or (member is not None and member not in body):
        raise Unreached(f"what the check needs could not be made: {answer.exchange.answer()[:300]}")
    found: Object = body if member is None else body[member]
    return found
