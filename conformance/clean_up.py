"""Removes what a run made, and nothing else.

Users go before profiles, for a profile that somebody holds cannot be deleted. Everything that is removed
bears the run's prefix. Audit rows stay by nature, and so do API keys, revoked.
"""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass
from typing import TYPE_CHECKING, Any

from conformance.verdict import Unreached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.session import Session

_GONE = (200, 404)


@dataclass(frozen=True, slots=True)
class Residue:
    """How many objects of a run are left, by kind; None for a kind of which it cannot be told."""

    users: int | None = 0
    roles: int | None = 0
    profiles: int | None = 0
    api_keys: int | None = 0

    def __add__(self, other: Residue) -> Residue:
        """What two runs left together."""
        mine, theirs = astuple(self), astuple(other)
        return Residue(*(None if None in pair else sum(pair) for pair in zip(mine, theirs, strict=True)))

    @property
    def total(self) -> int | None:
        """How many are left in all; None when that cannot be told."""
        counts = [count for count in asdict(self).values() if count is not None]
        return sum(counts) if len(counts) == len(asdict(self)) else None


UNKNOWN = Residue(None, None, None, None)


def clean_up(session: Session, prefix: str, user_ids: Iterable[str]) -> Residue:
    """Removes the users of these ids, and every role, profile and API key of the prefix.

    Raises:
        httpx.TransportError: the server stopped answering.
    """
    return Residue(
        users=_remove_users(session, [user_id for user_id in user_ids if user_id.startswith(prefix)]),
        roles=_remove(session, "deleteRole", "role_id", lambda: _roles(session, prefix)),
        profiles=_remove(session, "deleteAccessProfile", "profile_id", lambda: _profiles(session, prefix)),
        api_keys=_remove(session, "revokeApiKey", "key_id", lambda: _api_keys(session, prefix)),
    )


def _remove_users(session: Session, user_ids: list[str]) -> int:
    answers = [session.call("deleteUser", parameters={"user_id": user_id}) for user_id in user_ids]
    return sum(answer.status not in _GONE for answer in answers)


def _remove(
    session: Session, operation_id: str, parameter: str, found: Callable[[], list[Any]]
) -> int | None:
    """Removes what is found, and says how many are found afterwards."""
    try:
        ids = found()
        if session.contract.operation(operation_id) is not None:
            for object_id in ids:
                session.call(operation_id, parameters={parameter: object_id})
        return len(found()) if ids else 0
    except Unreached:
        return None


def _profiles(session: Session, prefix: str) -> list[Any]:
    return _ids(session.rows({"search": prefix}), prefix)


def _roles(session: Session, prefix: str) -> list[Any]:
    return _ids(_listed(session, "listRoles", "roles"), prefix)


def _api_keys(session: Session, prefix: str) -> list[Any]:
    keys = _listed(session, "listApiKeys", "api_keys")
    return _ids([key for key in keys if key.get("revoked_at") is None], prefix)


def _listed(session: Session, operation_id: str, member: str) -> list[dict[str, Any]]:
    """The rows of a list that has no pages; none when the server has no such list."""
    if session.contract.operation(operation_id) is None:
        return []
    answer = session.call(operation_id)
    if answer.status in (404, 405):
        return []
    rows = answer.json.get(member) if isinstance(answer.json, dict) else None
    if answer.status != 200 or not isinstance(rows, list):
        raise Unreached(f"{operation_id} cannot be read")
    return [row for row in rows if isinstance(row, dict)]


def _ids(rows: Iterable[dict[str, Any]], prefix: str) -> list[Any]:
    # A server that breaks `search` must not make the suite delete what belongs to others. Some checks write
    # their names in capitals.
    return [row["id"] for row in rows if "id" in row and prefix in str(row.get("name")).lower()]
