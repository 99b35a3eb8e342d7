"""Roles and their members, what they hold, and what was written down about them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from domain.records import AuditLog, RoleAttachment, UserAccessProfile, VirtualKey
from handlers.access_profiles import activate_access_profile, deactivate_access_profile
from handlers.context import Context
from handlers.role_attachments import attach_roles_to_access_profile
from handlers.roles import create_role
from handlers.user_access_profiles import assign_user_access_profile
from handlers.users import create_user
from store.api import AuditFilter
from tests.handlers.samples import create


class Row(NamedTuple):
    """What an audit row says beside its time and actor."""

    action: str
    profile_id: int | None
    user_id: str | None
    metadata: Mapping[str, Any]


def add_role(context: Context, name: str) -> int:
    """Create a role and return its id."""
    return create_role(context, {"name": name}).body["role"]["id"]


def add_user(context: Context, user_id: str, role_id: int | None = None) -> str:
    """Create a user and return the id."""
    body = create_user(
        context, {"id": user_id, "name": user_id, "email": f"{user_id}@example.com", "role_id": role_id}
    ).body
    return body["user"]["id"]


def add_active(context: Context, name: str) -> int:
    """Create an active profile with one budget and return its id."""
    profile_id = create(context, {"name": name, "budgets": [{"max_limit": 20, "reset_duration": "1M"}]})["id"]
    activate_access_profile(context, profile_id, None)
    return profile_id


def deactivate(context: Context, profile_id: int) -> None:
    """Deactivate a profile."""
    deactivate_access_profile(context, profile_id, None)


def attach(
    context: Context, profile_id: int, *role_ids: int, is_default: bool = False, apply: bool = False
) -> int:
    """Attach roles, and return to how many users a copy was given."""
    body = attach_roles_to_access_profile(
        context,
        profile_id,
        {"role_ids": list(role_ids), "is_default": is_default, "apply_to_existing": apply},
    ).body
    return body["users_applied"]


def assign(context: Context, user_id: str, profile_id: int) -> None:
    """Give a user a copy directly."""
    assign_user_access_profile(context, user_id, {"profile_id": profile_id})


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


def spend(context: Context, copy: UserAccessProfile, micros: int) -> UserAccessProfile:
    """Charge the first budget of a copy, and return the copy as it is kept."""
    [budget, *others] = copy.policy.budgets
    spent = replace(
        copy,
        policy=replace(copy.policy, budgets=(replace(budget, current_usage_micros=micros), *others)),
    )
    with context.store.write() as tx:
        tx.copies.save(spent)
    return spent


def history(context: Context) -> list[AuditLog]:
    """Return all audit rows, the oldest first."""
    with context.store.read() as tx:
        rows = tx.audit.list(AuditFilter(), limit=1000, offset=0).rows
    return [*reversed(rows)]


def rows_since(context: Context, before: Sequence[AuditLog]) -> Sequence[Row]:
    """Return what the audit rows after some say, the oldest first."""
    return [
        Row(row.action.value, row.access_profile_id, row.user_id, json.loads(row.metadata or "{}"))
        for row in history(context)[len(before) :]
    ]
