"""What checks need to be there before they begin: roles, users, copies and keys of their own.

Each function makes one thing under a fresh name and returns it as the server answered. When that fails, what
follows cannot be checked, and `Unreached` says why.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.access_profiles import calls
from conformance.access_profiles.calls import Object
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.run.session import Session


@dataclass(frozen=True, slots=True)
class Holding:
    """A user who holds a copy of an active profile.

    Attributes:
        copy: as it was assigned.
        key: its first virtual key, in clear.
    """

    user_id: str
    profile_id: int
    copy: Object
    key: Object

    @property
    def place(self) -> tuple[str, int]:
        """What the paths of a copy name."""
        return self.user_id, self.profile_id


def role(session: Session, **fields: Any) -> Object:
    """Return a new role, without members and profiles."""
    return _made(calls.create_role(session, {"name": session.name(), **fields}), 201, "role")


def role_ids(session: Session, number: int) -> list[int]:
    """Return the ids of so many new roles."""
    return [role(session)["id"] for _ in range(number)]


def user(session: Session, **fields: Any) -> Object:
    """Return a new user, without role and groups unless they are given."""
    name = session.name()
    body = {"id": name, "name": name, "email": "someone@example.com", **fields}
    return _made(calls.create_user(session, body), 201, "user")


def user_id(session: Session, **fields: Any) -> str:
    """Return the id of a new user."""
    return str(user(session, **fields)["id"])


def active_profile(session: Session, **fields: Any) -> Object:
    """Return a new profile that is active, and so can be assigned."""
    profile = calls.create(session, **fields)
    return _made(calls.activate(session, profile["id"]), 200, "access_profile")


def active_ids(session: Session, number: int, **fields: Any) -> list[int]:
    """Return the ids of so many new profiles that are active."""
    return [active_profile(session, **fields)["id"] for _ in range(number)]


def attached(session: Session, profile_id: int, *role_ids: int, **fields: Any) -> Object:
    """Return the answer to attaching roles to a profile."""
    return done(calls.attach(session, profile_id, {"role_ids": list(role_ids), **fields}))


def role_with_default(session: Session) -> tuple[int, int]:
    """Return the id of a new role, and that of the active profile that is its default."""
    [role_id], [profile_id] = role_ids(session, 1), active_ids(session, 1)
    attached(session, profile_id, role_id, is_default=True)
    return role_id, profile_id


def attachments(session: Session, profile_id: int) -> list[Object]:
    """Return the attachments of a profile, as `getAccessProfile` has them; by id, for it states no order."""
    return by_id(calls.needed(calls.read(session, profile_id), 200, "roles"))


def by_id(objects: Iterable[Object]) -> list[Object]:
    """Return the objects in the order of their ids, to compare what may come in any order."""
    return sorted(objects, key=lambda each: int(each["id"]))


def change_role(session: Session, user_id: str, role_id: int | None) -> Object:
    """Give a user another role, or none, and return the user."""
    return _made(calls.change_role(session, user_id, {"role_id": role_id}), 200, "user")


def assigned(session: Session, user_id: str, profile_id: int, **fields: Any) -> Object:
    """Return the answer to assigning an active profile to a user: the copy, and its key in clear."""
    return _made(calls.assign(session, user_id, {"profile_id": profile_id, **fields}), 201)


def holding(session: Session, user_id: str, profile_id: int) -> Holding:
    """Return what a user holds who is given an active profile."""
    given = assigned(session, user_id, profile_id)
    return Holding(user_id, profile_id, given["access_profile"], given["virtual_key"])


def holder(session: Session, profile_id: int, **fields: Any) -> str:
    """Return the id of a new user who holds a copy of an active profile."""
    return holding(session, user_id(session, **fields), profile_id).user_id


def held(session: Session, **fields: Any) -> Holding:
    """Return what a new user holds of a new profile with these fields."""
    [profile_id] = active_ids(session, 1, **fields)
    return holding(session, user_id(session), profile_id)


def copies(session: Session, user_id: str) -> list[Object]:
    """Return the copies that a user holds, as `listUserAccessProfiles` has them."""
    return list(calls.needed(calls.copies(session, user_id), 200, "access_profiles"))


def ids_with_keys(session: Session, user_id: str, profile_id: int | None = None) -> list[list[Any]]:
    """Return the id of each copy that a user holds, of one profile or of all, and the ids of its keys."""
    found = copies(session, user_id)
    wanted = [copy for copy in found if profile_id in (None, copy["parent_profile_id"])]
    return sorted([copy["id"], copy["virtual_key_ids"]] for copy in wanted)


def parents(session: Session, user_id: str) -> list[int]:
    """Return the ids of the profiles that a user holds copies of, sorted."""
    return sorted(copy["parent_profile_id"] for copy in copies(session, user_id))


def copy(session: Session, user_id: str, profile_id: int) -> Object:
    """Return the copy of a profile that a user holds."""
    for found in copies(session, user_id):
        if found.get("parent_profile_id") == profile_id:
            return found
    raise Unreached(f"{user_id} holds no copy of the profile {profile_id}")


def keys(session: Session, user_id: str) -> list[Object]:
    """Return the virtual keys of a user, as `listUserVirtualKeys` has them."""
    return list(calls.needed(calls.keys(session, user_id), 200, "virtual_keys"))


def added_key(session: Session, user_id: str, profile_id: int, body: Object | None = None) -> Object:
    """Return one more virtual key of a user's copy, in clear."""
    return _made(calls.add_key_to_copy(session, user_id, profile_id, body or {}), 200, "virtual_key")


def user_count(session: Session, profile_id: int) -> int:
    """Return how many users hold a copy of a profile, as `getAccessProfile` has it."""
    return int(calls.needed(calls.read(session, profile_id), 200, "user_count"))


def api_key(session: Session, *scopes: str, **fields: Any) -> Object:
    """Return the answer to making an API key with these scopes: its record, and the key in clear.

    It lives for a day, unless told otherwise: a run that is cut short leaves no key for ever.
    """
    expires_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    body = {"name": session.name(), "scopes": list(scopes), "expires_at": expires_at, **fields}
    return _made(calls.create_api_key(session, body), 201)


def done(answer: Answer) -> Object:
    """Return the answer to something that a check needs to be done before what it checks."""
    return _made(answer, 200)


def changed(session: Session, profile_id: int, **fields: Any) -> Object:
    """Return a profile after an update of these fields."""
    return _made(calls.update(session, profile_id, fields), 200, "access_profile")


def _made(answer: Answer, status: int, member: str | None = None) -> Object:
    found: Object = calls.needed(answer, status, member)
    return found
