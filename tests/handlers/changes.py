"""A change by every operation, with the audit rows that it makes; and requests that change nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from handlers import (
    access_profiles,
    api_keys,
    budget_overrides,
    propagation,
    role_attachments,
    roles,
    user_access_profiles,
    users,
    virtual_keys,
)
from handlers.access_profiles import activate_access_profile, get_access_profile
from handlers.context import Context
from handlers.role_attachments import attach_roles_to_access_profile
from handlers.roles import create_role
from handlers.user_access_profiles import assign_user_access_profile
from handlers.users import create_user
from handlers.virtual_keys import add_user_virtual_key
from store.api import AuditFilter, ProfileFilter
from tests.handlers.samples import create


@dataclass(frozen=True, slots=True)
class World:
    """What is there before a request.

    `held` is active, a role `sales` has it, and Ada and Bob (of the role) hold copies; Ada's has an override.
    `changed` is active, differs from Ada's copy and was deactivated once. `spare` is new, and nobody has it.
    """

    held: int
    changed: int
    spare: int
    sales: int
    ops: int
    api_key: int
    budget: str
    virtual_key: str


Row: TypeAlias = tuple[str, int | None, str | None, str | None]
"""What a test compares of an audit row: action, profile, user and event."""

Act: TypeAlias = Callable[[Context, World], object]


@dataclass(frozen=True, slots=True)
class Change:
    """A request that changes something."""

    act: Act
    rows: Callable[[World], list[Row]]


def build(context: Context) -> World:
    """Make what requests work on."""
    held, changed, spare = (
        create(context, {"name": name, "budgets": [{"max_limit": 10, "reset_duration": "1M"}]})["id"]
        for name in ("Held", "Changed", "Spare")
    )
    for profile_id in (held, changed):
        activate_access_profile(context, profile_id)
    sales, ops = (create_role(context, {"name": name}).body["role"]["id"] for name in ("Sales", "Ops"))
    attach_roles_to_access_profile(context, held, {"role_ids": [sales], "is_default": True})
    create_user(context, {"id": "ada", "name": "Ada", "email": "ada@example.com", "group_ids": ["x"]})
    create_user(context, {"id": "bob", "name": "Bob", "email": "bob@example.com", "role_id": sales})
    create_user(context, {"id": "eve", "name": "Eve", "email": "eve@example.com"})
    given = assign_user_access_profile(context, "ada", {"profile_id": held}).body
    assign_user_access_profile(context, "ada", {"profile_id": changed})
    budget = given["access_profile"]["budgets"][0]["id"]
    _override(context, held, budget, 5)
    access_profiles.update_access_profile(
        context, changed, None, {"budgets": [{"max_limit": 20, "reset_duration": "1M"}]}
    )
    key = api_keys.create_api_key(context, {"name": "ci", "scopes": ["AccessProfiles:View"]}).body["api_key"]
    extra = add_user_virtual_key(context, "ada", {"name": "laptop"}).body["virtual_key"]
    return World(held, changed, spare, sales, ops, key["id"], budget, extra["id"])


def _override(context: Context, profile_id: int, budget: str, amount: float) -> object:
    return budget_overrides.update_user_access_profile_budget_override(
        context, "ada", profile_id, budget, {"amount": amount, "mode": "forever"}
    )


def _rows(*rows: Row) -> Callable[[World], list[Row]]:
    return lambda _world: list(rows)


CHANGES: Mapping[str, Change] = {
    "createAccessProfile": Change(
        lambda c, _w: create(c, {"name": "Fresh"}),
        lambda w: [("create", w.spare + 1, None, None)],
    ),
    "updateAccessProfile": Change(
        lambda c, w: access_profiles.update_access_profile(c, w.held, None, {"tags": ["eu"]}),
        lambda w: [("update", w.held, None, None)],
    ),
    "deleteAccessProfile": Change(
        lambda c, w: access_profiles.delete_access_profile(c, w.spare, None),
        lambda w: [("delete", w.spare, None, None)],
    ),
    "activateAccessProfile": Change(
        lambda c, w: activate_access_profile(c, w.spare),
        lambda w: [("activate", w.spare, None, None)],
    ),
    "deactivateAccessProfile": Change(
        lambda c, w: access_profiles.deactivate_access_profile(c, w.held),
        lambda w: [("deactivate", w.held, None, None)],
    ),
    "cloneAccessProfile": Change(
        lambda c, w: access_profiles.clone_access_profile(c, w.held, {"name": "Clone"}),
        lambda w: [("clone", w.spare + 1, None, None)],
    ),
    "propagateAccessProfile": Change(
        lambda c, w: propagation.propagate_access_profile(c, w.changed, {"fields": ["budgets"]}),
        lambda w: [("propagate", w.changed, None, None)],
    ),
    "attachRolesToAccessProfile": Change(
        lambda c, w: attach_roles_to_access_profile(
            c, w.changed, {"role_ids": [w.sales, w.ops], "is_default": True, "apply_to_existing": True}
        ),
        # The role's default so far is displaced, and Bob, who is a member, gets a copy.
        lambda w: [
            ("attach_role", w.held, None, None),
            ("update", w.changed, "bob", "user_assign"),
            ("attach_role", w.changed, None, None),
        ],
    ),
    "detachRoleFromAccessProfile": Change(
        lambda c, w: role_attachments.detach_role_from_access_profile(c, w.held, w.sales),
        lambda w: [("detach_role", w.held, None, None)],
    ),
    "assignUserAccessProfile": Change(
        lambda c, w: assign_user_access_profile(c, "eve", {"profile_id": w.held}),
        lambda w: [("update", w.held, "eve", "user_assign")],
    ),
    "detachUserAccessProfile": Change(
        lambda c, w: user_access_profiles.detach_user_access_profile(c, "ada", w.held),
        lambda w: [("update", w.held, "ada", "user_detach")],
    ),
    "updateUserAccessProfileBudgetOverride": Change(
        lambda c, w: _override(c, w.held, w.budget, 6),
        lambda w: [("update", w.held, "ada", "override_set")],
    ),
    "deleteUserAccessProfileBudgetOverride": Change(
        lambda c, w: budget_overrides.delete_user_access_profile_budget_override(c, "ada", w.held, w.budget),
        lambda w: [("update", w.held, "ada", "override_clear")],
    ),
    "addUserAccessProfileVirtualKey": Change(
        lambda c, w: virtual_keys.add_user_access_profile_virtual_key(c, "ada", w.changed, None),
        lambda w: [("update", w.changed, "ada", "vk_add")],
    ),
    "addUserVirtualKey": Change(
        lambda c, _w: add_user_virtual_key(c, "bob", {"name": "notebook"}),
        lambda w: [("update", w.held, "bob", "vk_add")],
    ),
    "deleteUserAccessProfileVirtualKey": Change(
        lambda c, w: virtual_keys.delete_user_access_profile_virtual_key(c, "ada", w.virtual_key),
        lambda w: [("update", w.held, "ada", "vk_delete")],
    ),
    "createRole": Change(
        lambda c, _w: create_role(c, {"name": "Research"}),
        _rows(("create", None, None, "role_create")),
    ),
    "updateRole": Change(
        lambda c, w: roles.update_role(c, w.sales, {"description": "Sells."}),
        _rows(("update", None, None, "role_update")),
    ),
    "deleteRole": Change(
        lambda c, w: roles.delete_role(c, w.sales),
        lambda w: [("delete", None, None, "role_delete"), ("detach_role", w.held, None, "role_delete")],
    ),
    "createUser": Change(
        lambda c, w: create_user(
            c, {"id": "dan", "name": "Dan", "email": "dan@example.com", "role_id": w.sales}
        ),
        lambda w: [("create", None, "dan", "user_create"), ("update", w.held, "dan", "user_assign")],
    ),
    "deleteUser": Change(
        lambda c, _w: users.delete_user(c, "ada"),
        lambda w: [
            ("update", w.held, "ada", "user_detach"),
            ("update", w.changed, "ada", "user_detach"),
            ("delete", None, "ada", "user_delete"),
        ],
    ),
    "updateUserRole": Change(
        lambda c, _w: users.update_user_role(c, "bob", {"role_id": None}),
        lambda w: [("update", None, "bob", "user_role"), ("update", w.held, "bob", "user_detach")],
    ),
    "updateUserGroups": Change(
        lambda c, _w: users.update_user_groups(c, "ada", {"group_ids": ["x", "y"]}),
        _rows(("update", None, "ada", "user_groups")),
    ),
    "createApiKey": Change(
        lambda c, _w: api_keys.create_api_key(c, {"name": "dashboard", "scopes": ["*"]}),
        _rows(("create", None, None, "api_key_create")),
    ),
    "revokeApiKey": Change(
        lambda c, w: api_keys.revoke_api_key(c, w.api_key),
        _rows(("delete", None, None, "api_key_revoke")),
    ),
}
"""One change by each operation of the contract that is no GET; its rows are ordered oldest first."""

NO_CHANGES: Mapping[str, Act] = {
    "an update without fields": lambda c, w: access_profiles.update_access_profile(c, w.held, None, {}),
    "an update with what is there": lambda c, w: access_profiles.update_access_profile(
        c,
        w.held,
        None,
        {"name": " Held ", "tags": [], "budgets": [{"max_limit": 10, "reset_duration": "1M"}]},
    ),
    "an activation of what is active": lambda c, w: activate_access_profile(c, w.held),
    "a dry run": lambda c, w: propagation.propagate_access_profile(
        c, w.changed, {"fields": ["budgets"], "dry_run": True}
    ),
    "a propagation to copies that are up to date": lambda c, w: propagation.propagate_access_profile(
        c, w.held, {"fields": ["provider_configs", "budgets", "rate_limit"]}
    ),
    "an attachment that is there": lambda c, w: attach_roles_to_access_profile(
        c, w.held, {"role_ids": [w.sales], "is_default": True, "apply_to_existing": True}
    ),
    "the override that is there": lambda c, w: _override(c, w.held, w.budget, 5),
    "no override to clear": lambda c, w: budget_overrides.delete_user_access_profile_budget_override(
        c, "ada", w.changed, _budget_of(c, w.changed)
    ),
    "a role's own name": lambda c, w: roles.update_role(c, w.sales, {"name": "Sales"}),
    "the user's own role": lambda c, w: users.update_user_role(c, "bob", {"role_id": w.sales}),
    "the user's own groups": lambda c, _w: users.update_user_groups(c, "ada", {"group_ids": ["x", "x"]}),
}
"""Requests that are answered as if they changed something, and find it done."""

REFUSALS: Mapping[str, Act] = {
    "a taken name": lambda c, _w: create(c, {"name": "Held"}),
    "an update to a taken name": lambda c, w: access_profiles.update_access_profile(
        c, w.held, None, {"name": "Spare", "budgets": []}
    ),
    "an update of what has changed": lambda c, w: access_profiles.update_access_profile(
        c, w.held, '"v0"', {"tags": ["eu"]}
    ),
    "an update against the rules": lambda c, w: access_profiles.update_access_profile(
        c, w.held, None, {"tags": ["eu"], "rate_limit": {}}
    ),
    "a deletion of what is held": lambda c, w: access_profiles.delete_access_profile(c, w.held, None),
    "a deletion of what has changed": lambda c, w: access_profiles.delete_access_profile(c, w.spare, '"v0"'),
    "a clone under a taken name": lambda c, w: access_profiles.clone_access_profile(
        c, w.held, {"name": "Spare"}
    ),
    "a clone of nothing": lambda c, _w: access_profiles.clone_access_profile(c, 99, {"name": "Clone"}),
    "an unknown role among known ones": lambda c, w: attach_roles_to_access_profile(
        c, w.spare, {"role_ids": [w.sales, 99], "is_default": True}
    ),
    "a role that is not attached": lambda c, w: role_attachments.detach_role_from_access_profile(
        c, w.held, w.ops
    ),
    "an inactive profile for a user": lambda c, w: assign_user_access_profile(
        c, "eve", {"profile_id": w.spare}
    ),
    "a profile that is held already": lambda c, w: assign_user_access_profile(
        c, "ada", {"profile_id": w.held}
    ),
    "a copy that is not held": lambda c, w: user_access_profiles.detach_user_access_profile(c, "eve", w.held),
    "a virtual key's taken name": lambda c, _w: add_user_virtual_key(c, "bob", {"name": "laptop"}),
    "another user's virtual key": lambda c, w: virtual_keys.delete_user_access_profile_virtual_key(
        c, "bob", w.virtual_key
    ),
    "a user's taken id": lambda c, _w: create_user(
        c, {"id": "ada", "name": "Ada", "email": "a@example.com", "group_ids": ["z"]}
    ),
    "an unknown role for a user": lambda c, _w: users.update_user_role(c, "bob", {"role_id": 99}),
    "a role's taken name": lambda c, w: roles.update_role(c, w.ops, {"name": "Sales"}),
    "an API key's taken name": lambda c, _w: api_keys.create_api_key(c, {"name": "ci", "scopes": ["*"]}),
    "an API key that is not there": lambda c, _w: api_keys.revoke_api_key(c, 99),
}
"""Requests that are refused, some after a part of the work was done."""


def _budget_of(context: Context, profile_id: int) -> str:
    with context.store.read() as tx:
        copy = tx.copies.find("ada", profile_id)
        assert copy is not None
        return copy.policy.budgets[0].id


def log(context: Context) -> list[Any]:
    """Return all audit rows as they are kept, the oldest first."""
    with context.store.read() as tx:
        return list(tx.audit.list(AuditFilter(), limit=1000, offset=0).rows)[::-1]


def told(row: Any) -> Row:
    """Return what a test compares of an audit row."""
    event = json.loads(row.metadata or "{}").get("event")
    return row.action.value, row.access_profile_id, row.user_id, event


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
