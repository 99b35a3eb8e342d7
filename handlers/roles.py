"""Roles: roles of the organisation."""

from dataclasses import replace

from domain import names
from domain.records import AuditAction
from handlers.actions import audit
from handlers.context import Context
from handlers.contract_types import (
    MessageResponse,
    RoleDetailResponse,
    RoleListResponse,
    RoleRequest,
    RoleResponse,
    UpdateRoleRequest,
)
from handlers.replies.people import role_reply
from handlers.replies.reply import Reply, created, ok
from handlers.replies.templates import role_attachment


def list_roles(context: Context) -> Reply[RoleListResponse]:
    """Return all roles, ordered by id."""
    with context.store.read() as tx:
        roles = tx.roles.list()
    return ok({"roles": [role_reply(role) for role in roles]})


def create_role(context: Context, body: RoleRequest) -> Reply[RoleResponse]:
    """Create a role without members and profiles."""
    name = names.accepted(body["name"])
    with context.store.write() as tx:
        role = tx.roles.add(name, body.get("description"), context.now)
        audit.record(tx, context, AuditAction.CREATE, new=role_reply(role), event="role_create")
    return created({"role": role_reply(role)}, location=f"{context.base_path}/roles/{role.id}")


def get_role(context: Context, role_id: int) -> Reply[RoleDetailResponse]:
    """Return a role, the profiles that are attached to it and its number of members."""
    with context.store.read() as tx:
        role = tx.roles.get(role_id)
        attachments = tx.roles.attachments(role_id)
        user_count = tx.users.count_in_role(role_id)
    return ok(
        {
            "role": role_reply(role),
            "access_profiles": [role_attachment(attachment) for attachment in attachments],
            "user_count": user_count,
        }
    )


def update_role(context: Context, role_id: int, body: UpdateRoleRequest) -> Reply[RoleResponse]:
    """Change what is sent and keep the rest."""
    name = names.accepted(body["name"]) if "name" in body else None
    with context.store.write() as tx:
        kept = tx.roles.get(role_id)
        changed = replace(kept, name=name or kept.name, description=body.get("description", kept.description))
        if changed != kept:
            tx.roles.save(changed)
            audit.record(
                tx,
                context,
                AuditAction.UPDATE,
                previous=role_reply(kept),
                new=role_reply(changed),
                event="role_update",
            )
    return ok({"role": role_reply(changed)})


def delete_role(context: Context, role_id: int) -> Reply[MessageResponse]:
    """Remove a role with its attachments; its members keep their copies."""
    with context.store.write() as tx:
        role = tx.roles.get(role_id)
        attachments = tx.roles.attachments(role_id)
        tx.roles.delete(role_id)
        audit.record(tx, context, AuditAction.DELETE, previous=role_reply(role), event="role_delete")
        for attachment in attachments:
            audit.record(
                tx,
                context,
                AuditAction.DETACH_ROLE,
                profile_id=attachment.access_profile_id,
                role_ids=[role_id],
                event="role_delete",
            )
    return ok({"message": f"The role {role_id} was deleted."})
