"""Roles, and users who hold copies: how to make them of handlers, charge them, and look at what they hold."""

from dataclasses import replace

from domain.lines import with_lines
from domain.records import User, UserAccessProfile
from handlers.context import Context
from handlers.contract_types import AssignProfileResponse
from handlers.contract_types import UserAccessProfile as ShownCopy
from handlers.role_attachments import attach_roles_to_access_profile
from handlers.roles import create_role
from handlers.user_access_profiles import assign_user_access_profile, list_user_access_profiles
from handlers.users import create_user


def add_role(context: Context, name: str, *, default: int | None = None) -> int:
    """Create a role, with a default profile if one is named, and return its id."""
    role_id = create_role(context, {"name": name}).body["role"]["id"]
    if default is not None:
        attach(context, default, role_id, is_default=True)
    return role_id


def add_user(context: Context, user_id: str, role_id: int | None = None) -> str:
    """Create a user and return the id."""
    email = f"{user_id}@example.com"
    create_user(context, {"id": user_id, "name": user_id, "email": email, "role_id": role_id})
    return user_id


def add_users(context: Context, *user_ids: str, role_id: int | None = None) -> None:
    """Keep users without an audit row, and without what their role gives."""
    with context.store.write() as tx:
        for user_id in user_ids:
            tx.users.add(User(user_id, user_id, f"{user_id}@example.com", role_id, context.now))


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


def assign(
    context: Context, user_id: str, profile_id: int, expires_at: str | None = None
) -> AssignProfileResponse:
    """Give a user a copy and return what was answered."""
    body = {"profile_id": profile_id, "expires_at": expires_at}
    return assign_user_access_profile(context, user_id, body).body  # type: ignore[arg-type]


def shown(context: Context, user_id: str) -> list[ShownCopy]:
    """Return the copies that a user holds, as they are answered."""
    return list(list_user_access_profiles(context, user_id).body["access_profiles"])


def charge(
    context: Context, copy_id: int, *, dollars: float = 42, tokens: int = 7, requests: int = 8
) -> UserAccessProfile:
    """Set the usage of every line of a copy, and return the copy as it is kept."""
    with context.store.write() as tx:
        copy = tx.copies.get(copy_id)
        policy = with_lines(
            copy.policy,
            budget=lambda line: replace(line, current_usage_micros=round(dollars * 1_000_000)),
            rate_limit=lambda line: replace(line, token_current_usage=tokens, request_current_usage=requests),
        )
        charged = replace(copy, policy=policy)
        tx.copies.save(charged)
    return charged
