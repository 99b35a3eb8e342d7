"""Users: the people who hold copies, with their roles and groups."""

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from domain import names
from domain.errors import Fault, NotFound, RulesBroken
from domain.records import AuditAction, Group, User
from handlers.actions import audit
from handlers.actions.provisioning import change_role, take_copy
from handlers.context import Context
from handlers.contract_types import (
    CreateUserRequest,
    MessageResponse,
    UpdateUserGroupsRequest,
    UpdateUserRoleRequest,
    UserListResponse,
    UserResponse,
)
from handlers.replies.people import user_reply
from handlers.replies.reply import Reply, created, ok
from handlers.requests.pagination import clamped
from store.api import WriteTransaction


def list_users(context: Context, limit: int, offset: int) -> Reply[UserListResponse]:
    """Return one page of users, ordered by the code points of their ids."""
    limit, offset = clamped(limit, offset)
    with context.store.read() as tx:
        page = tx.users.list(limit=limit, offset=offset)
    return ok(
        {
            "users": [user_reply(row) for row in page.rows],
            "count": len(page.rows),
            "total_count": page.total_count,
            "limit": limit,
            "offset": offset,
        }
    )


def create_user(context: Context, body: CreateUserRequest) -> Reply[UserResponse]:
    """Create a user; a role gives its default profile at once."""
    name = names.accepted(body["name"])
    user = User(
        id=body["id"],
        name=name,
        email=body["email"],
        role_id=body.get("role_id"),
        created_at=context.now,
        group_ids=_ordered(body.get("group_ids", ())),
    )
    with context.store.write() as tx:
        _check_role(tx, user.role_id)
        _add_missing_groups(tx, user.group_ids)
        tx.users.add(user)
        _record(tx, context, AuditAction.CREATE, None, user, event="user_create")
        change_role(tx, context, user.id, None, user.role_id)
    return created({"user": user_reply(user)}, location=f"{context.base_path}/users/{_quoted(user.id)}")


def get_user(context: Context, user_id: str) -> Reply[UserResponse]:
    """Return a user with role and groups."""
    with context.store.read() as tx:
        user = tx.users.get(user_id)
    return ok({"user": user_reply(user)})


def delete_user(context: Context, user_id: str) -> Reply[MessageResponse]:
    """Remove a user with the copies and virtual keys that the user holds."""
    with context.store.write() as tx:
        user = tx.users.get(user_id)
        for copy in tx.copies.of_user(user_id):
            take_copy(tx, context, copy)
        tx.users.delete(user_id)
        _record(tx, context, AuditAction.DELETE, user, None, event="user_delete")
    return ok({"message": f"The user {user_id} was deleted."})


def update_user_role(context: Context, user_id: str, body: UpdateUserRoleRequest) -> Reply[UserResponse]:
    """Give a user another role, or none, and swap what the roles give."""
    with context.store.write() as tx:
        kept = tx.users.get(user_id)
        changed = replace(kept, role_id=body["role_id"])
        _check_role(tx, changed.role_id)
        if changed != kept:
            tx.users.save(changed)
            _record(tx, context, AuditAction.UPDATE, kept, changed, event="user_role")
            change_role(tx, context, user_id, kept.role_id, changed.role_id)
    return ok({"user": user_reply(changed)})


def update_user_groups(context: Context, user_id: str, body: UpdateUserGroupsRequest) -> Reply[UserResponse]:
    """Make a user a member of exactly the groups that are sent."""
    with context.store.write() as tx:
        kept = tx.users.get(user_id)
        changed = replace(kept, group_ids=_ordered(body["group_ids"]))
        if changed != kept:
            _add_missing_groups(tx, changed.group_ids)
            tx.users.save(changed)
            _record(tx, context, AuditAction.UPDATE, kept, changed, event="user_groups")
    return ok({"user": user_reply(changed)})


def _check_role(tx: WriteTransaction, role_id: int | None) -> None:
    if role_id is None:
        return
    try:
        tx.roles.get(role_id)
    except NotFound as error:
        raise RulesBroken([Fault(("role_id",), "unknown_role", str(error))]) from None


def _add_missing_groups(tx: WriteTransaction, group_ids: Iterable[str]) -> None:
    """Add the groups that are not there yet: a group comes into being with its first member."""
    for group_id in tx.users.missing_groups(group_ids):
        tx.users.add_group(Group(group_id, group_id))


def _ordered(group_ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(group_ids)))


def _quoted(user_id: str) -> str:
    return quote(user_id, safe="@:!$&'()*+,;=~")


def _record(
    tx: WriteTransaction,
    context: Context,
    action: AuditAction,
    previous: User | None,
    new: User | None,
    *,
    event: str,
) -> None:
    user = new or previous
    audit.record(
        tx,
        context,
        action,
        user_id=None if user is None else user.id,
        previous=None if previous is None else user_reply(previous),
        new=None if new is None else user_reply(new),
        event=event,
    )
