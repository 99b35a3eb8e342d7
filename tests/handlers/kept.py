"""What the store holds after requests."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from domain.records import AuditLog, RoleAttachment, UserAccessProfile, VirtualKey
from handlers.access_profiles import get_access_profile
from handlers.context import Context
from store.api import AuditFilter, ProfileFilter, Store

Told: TypeAlias = tuple[str, int | None, str | None, str | None]
"""What a row is told apart by: action, profile, user and event."""


class Row(NamedTuple):
    """What an audit row says beside its time and actor."""

    action: str
    profile_id: int | None
    user_id: str | None
    metadata: Mapping[str, Any]


def log(context: Context) -> list[AuditLog]:
    """Return all audit rows, the oldest first."""
    with context.store.read() as tx:
        return list(tx.audit.list(AuditFilter(), limit=1000, offset=0).rows)[::-1]


def rows_since(context: Context, before: Sequence[AuditLog]) -> Sequence[Row]:
    """Return what the audit rows after some say, the oldest first."""
    return [
        Row(row.action.value, row.access_profile_id, row.user_id, json.loads(row.metadata or "{}"))
        for row in log(context)[len(before) :]
    ]


def told(row: AuditLog) -> Told:
    """Return what a row is told apart by."""
    event = json.loads(row.metadata or "{}").get("event")
    return row.action.value, row.access_profile_id, row.user_id, event


def values(row: AuditLog) -> tuple[Any, Any]:
    """Return what an audit row says was, and what it says is."""
    return json.loads(row.previous_values or "null"), json.loads(row.new_values or "null")


def history(store: Store, profile_id: int) -> tuple[list[int], list[str]]:
    """Return a profile's versions and the actions of its audit log, the oldest first."""
    with store.read() as tx:
        versions = [version.version for version in tx.profiles.versions(profile_id)]
        rows = tx.audit.list(AuditFilter(access_profile_id=profile_id), limit=100, offset=0).rows
    return versions[::-1], [row.action.value for row in rows][::-1]


def attachments(context: Context, profile_id: int) -> Sequence[tuple[int, bool]]:
    """Return the roles of a profile, each with whether it is the role's default."""
    with context.store.read() as tx:
        roles: Sequence[RoleAttachment] = tx.profiles.get(profile_id).roles
    return [(attachment.role_id, attachment.is_default) for attachment in roles]


def copies(context: Context, user_id: str) -> Sequence[UserAccessProfile]:
    """Return the copies that a user holds."""
    with context.store.read() as tx:
        return tx.copies.of_user(user_id)


def keys(context: Context, user_id: str) -> Sequence[VirtualKey]:
    """Return the virtual keys that a user holds."""
    with context.store.read() as tx:
        return tx.virtual_keys.of_user(user_id)


def everything(context: Context) -> object:
    """Return all that the store holds, the audit log among it."""
    with context.store.read() as tx:
        profiles = tx.profiles.list(ProfileFilter(), limit=1000, offset=0).rows
        user_ids = tx.users.ids()
        return (
            [tx.profiles.get(profile.id) for profile in profiles],
            [get_access_profile(context, profile.id).headers for profile in profiles],
            [tx.profiles.versions(profile.id) for profile in profiles],
            [(role, tx.roles.attachments(role.id)) for role in tx.roles.list()],
            [tx.users.get(user_id) for user_id in user_ids],
            tx.users.groups(),
            [tx.copies.of_user(user_id) for user_id in user_ids],
            [tx.virtual_keys.of_user(user_id) for user_id in user_ids],
            tx.api_keys.list(),
            tx.audit.list(AuditFilter(), limit=1000, offset=0),
        )
