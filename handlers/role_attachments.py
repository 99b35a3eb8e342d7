"""Role Attachments: which roles give which profiles to their members."""

from collections.abc import Sequence

from domain.errors import Fault, NotFound, RulesBroken
from domain.provisioning import displaced_defaults
from domain.records import AuditAction, ProfileDetail
from handlers.actions import audit
from handlers.actions.provisioning import give_copy
from handlers.context import Context
from handlers.contract_types import AttachRolesRequest, AttachRolesResponse, MessageResponse
from handlers.replies.reply import Reply, ok
from store.api import WriteTransaction


def attach_roles_to_access_profile(
    context: Context, profile_id: int, body: AttachRolesRequest
) -> Reply[AttachRolesResponse]:
    """Attach roles, or change how they are attached, and give copies to present members if asked to."""
    role_ids = list(dict.fromkeys(body["role_ids"]))
    is_default = body.get("is_default", False)
    with context.store.write() as tx:
        detail = tx.profiles.get(profile_id)
        if faults := _faults(tx, detail, body):
            raise RulesBroken(faults)
        for role_id in role_ids:
            if is_default:
                _displace_defaults(tx, context, profile_id, role_id)
            tx.roles.attach(profile_id, role_id, is_default=is_default)
        if not detail.profile.is_active and not detail.profile.deactivated_by_operator:
            tx.profiles.set_active(profile_id, is_active=True)
        applied = _apply(tx, context, profile_id, role_ids) if body.get("apply_to_existing", False) else 0
        changed = tx.profiles.get(profile_id)
        if changed != detail:
            audit.record(
                tx,
                context,
                AuditAction.ATTACH_ROLE,
                profile_id=profile_id,
                role_ids=role_ids,
                is_default=is_default,
                users_applied=applied,
            )
    count = "1 role is" if len(role_ids) == 1 else f"{len(role_ids)} roles are"
    return ok({"message": f"{count} attached.", "users_applied": applied})


def detach_role_from_access_profile(
    context: Context, profile_id: int, role_id: int
) -> Reply[MessageResponse]:
    """Remove an attachment; copies that members hold stay."""
    with context.store.write() as tx:
        tx.roles.detach(profile_id, role_id)
        audit.record(tx, context, AuditAction.DETACH_ROLE, profile_id=profile_id, role_ids=[role_id])
    return ok({"message": f"The role {role_id} was detached from the access profile {profile_id}."})


def _faults(tx: WriteTransaction, detail: ProfileDetail, body: AttachRolesRequest) -> list[Fault]:
    found = [
        Fault(("role_ids", index), "unknown_role", f"There is no role {role_id}.")
        for index, role_id in enumerate(body["role_ids"])
        if not _exists(tx, role_id)
    ]
    if body.get("apply_to_existing", False) and detail.profile.deactivated_by_operator:
        message = "The access profile was deactivated and is given to nobody: activate it first."
        found.append(Fault(("apply_to_existing",), "profile_inactive", message))
    return found


def _exists(tx: WriteTransaction, role_id: int) -> bool:
    try:
        tx.roles.get(role_id)
    except NotFound:
        return False
    return True


def _displace_defaults(tx: WriteTransaction, context: Context, profile_id: int, role_id: int) -> None:
    """Make room for a role's default: it has one at a time, and the displaced profile's log says so."""
    for displaced in displaced_defaults(tx.roles.attachments(role_id), profile_id):
        tx.roles.attach(displaced.access_profile_id, role_id, is_default=False)
        audit.record(
            tx,
            context,
            AuditAction.ATTACH_ROLE,
            profile_id=displaced.access_profile_id,
            role_ids=[role_id],
            is_default=False,
            users_applied=0,
            displaced_by=profile_id,
        )


def _apply(tx: WriteTransaction, context: Context, profile_id: int, role_ids: Sequence[int]) -> int:
    """Give a copy to each member who holds none, and return to how many."""
    profile = tx.profiles.get(profile_id).profile
    applied = 0
    for role_id in role_ids:
        for user_id in tx.users.in_role(role_id):
            if tx.copies.find(user_id, profile_id) is None:
                give_copy(tx, context, profile, user_id, granted_by_role_id=role_id)
                applied += 1
    return applied
