"""Makes what an operation needs to succeed, with the clients and fixtures of the checks.

Every operation has objects of its own, so that none spoils those of another. An operation that uses up what
it is given (a deletion) gets something fresh each time.
"""

from collections.abc import Callable
from typing import Any

import httpx

from conformance.access_profiles import calls, fixtures, samples
from conformance.http.unreached import Unreached
from conformance.run.session import Session

Parameters = dict[str, Any]


def _profile(session: Session) -> Parameters:
    return {"profile_id": calls.create(session, budgets=[samples.budget("1M")])["id"]}


def _version(session: Session) -> Parameters:
    return {**_profile(session), "version": 1}


def _role(session: Session) -> Parameters:
    return {"role_id": fixtures.role(session)["id"]}


def _attachment(session: Session) -> Parameters:
    ids = {**_profile(session), **_role(session)}
    fixtures.attached(session, ids["profile_id"], ids["role_id"])
    return ids


def _user(session: Session) -> Parameters:
    return {"user_id": fixtures.user(session)["id"]}


def _held(session: Session) -> Parameters:
    profile_id = fixtures.active_profile(session, budgets=[samples.budget("1M")])["id"]
    return {"user_id": fixtures.holder(session, profile_id), "profile_id": profile_id}


def _budget(session: Session) -> Parameters:
    ids = _held(session)
    return {**ids, "budget_id": fixtures.copy(session, **ids)["budgets"][0]["id"]}


def _virtual_key(session: Session) -> Parameters:
    ids = _held(session)
    return {"user_id": ids["user_id"], "vk_id": fixtures.copy(session, **ids)["virtual_key_ids"][0]}


def _api_key(session: Session) -> Parameters:
    return {"key_id": fixtures.api_key(session, "AccessProfiles:View")["api_key"]["id"]}


_KEPT: dict[str, Callable[[Session], Parameters]] = {
    "getAccessProfile": _profile,
    "updateAccessProfile": _profile,
    "activateAccessProfile": _profile,
    "deactivateAccessProfile": _profile,
    "cloneAccessProfile": _profile,
    "propagateAccessProfile": _held,
    "attachRolesToAccessProfile": _profile,
    "listAccessProfileVersions": _profile,
    "getAccessProfileVersion": _version,
    "listAccessProfileAuditLogsById": _profile,
    "listUserAccessProfiles": _held,
    "updateUserAccessProfileBudgetOverride": _budget,
    "deleteUserAccessProfileBudgetOverride": _budget,
    "addUserAccessProfileVirtualKey": _held,
    "listUserVirtualKeys": _held,
    "addUserVirtualKey": _held,
    "getRole": _role,
    "updateRole": _role,
    "getUser": _user,
    "updateUserRole": _user,
    "updateUserGroups": _user,
}
_USED_UP: dict[str, Callable[[Session], Parameters]] = {
    "deleteAccessProfile": _profile,
    "detachRoleFromAccessProfile": _attachment,
    # Whoever holds a copy already can be assigned no other of the same profile.
    "assignUserAccessProfile": _user,
    "detachUserAccessProfile": _held,
    "deleteUserAccessProfileVirtualKey": _virtual_key,
    "deleteRole": _role,
    "deleteUser": _user,
    "revokeApiKey": _api_key,
}


class Supply:
    """What was made for each operation, and more of it on demand."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: dict[str, Parameters | None] = {}

    def parameters(self, operation_id: str) -> Parameters | None:
        """Path parameters with which the operation can succeed; None when they cannot be made."""
        if operation_id in _KEPT:
            parameters = self._keep(operation_id, _KEPT[operation_id])
        elif operation_id in _USED_UP:
            parameters = self._make(_USED_UP[operation_id])
        else:
            return None
        operation = self._session.contract.operation(operation_id)
        path = operation.path if operation else ""
        return parameters and {name: value for name, value in parameters.items() if f"{{{name}}}" in path}

    def uses_up(self, operation_id: str) -> bool:
        """Whether an operation that succeeds needs something fresh the next time."""
        return operation_id in _USED_UP

    def renew(self, operation_id: str) -> None:
        """Forgets what was made for an operation: it is gone, or not as it was."""
        self._kept.pop(operation_id, None)

    def role_id(self) -> int | None:
        """The id of a role without profiles."""
        return (self._keep("a role", _role) or {}).get("role_id")

    def profile_id(self, operation_id: str) -> int | None:
        """The id of an active profile that the operation's body can name."""
        source = _KEPT.get(operation_id, _held)
        return (self._keep(operation_id, source) or {}).get("profile_id")

    def etag(self, profile_id: Any) -> str | None:
        """The profile's present entity tag."""
        try:
            etag: str | None = calls.read(self._session, profile_id).headers.get("etag")
        except httpx.TransportError:
            return None
        return etag

    def _keep(self, purpose: str, source: Callable[[Session], Parameters]) -> Parameters | None:
        if purpose not in self._kept:
            self._kept[purpose] = self._make(source)
        return self._kept[purpose]

    def _make(self, source: Callable[[Session], Parameters]) -> Parameters | None:
        try:
            return source(self._session)
        # A server that answers with something else is found out by the schemas of its answers.
        except (Unreached, httpx.TransportError, LookupError, TypeError):
            return None
