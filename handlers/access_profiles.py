"""Access Profiles: templates of access, and who holds them."""

from dataclasses import replace
from typing import Any

from domain import edits, names, policies
from domain.errors import Fault, RulesBroken
from domain.records import AccessProfile, AuditAction, NewAccessProfile, ProfileDetail
from handlers.actions import audit
from handlers.actions.provisioning import instantiated
from handlers.context import Context
from handlers.contract_types import (
    AccessProfileDetailResponse,
    AccessProfileListResponse,
    AccessProfileResponse,
    CloneProfileRequest,
    CreateAccessProfileRequest,
    MessageResponse,
    UpdateAccessProfileRequest,
)
from handlers.replies.errors import ApiError
from handlers.replies.history import configuration
from handlers.replies.reply import Reply, created, not_modified, ok
from handlers.replies.templates import access_profile, role_attachment
from handlers.requests.pagination import clamped
from handlers.requests.policy_input import policy_edit, policy_terms
from handlers.requests.preconditions import check_if_match, is_known, tagged
from store.api import ProfileFilter, WriteTransaction


def list_access_profiles(
    context: Context,
    limit: int,
    offset: int,
    search: str | None,
    tags: str | None,
    is_active: bool | None,
) -> Reply[AccessProfileListResponse]:
    """Return one page of the profiles that match every filter, ordered by id."""
    limit, offset = clamped(limit, offset)
    profile_filter = ProfileFilter(
        search=search or "",
        tags=tuple(tag for tag in (tags or "").split(",") if tag),
        is_active=is_active,
    )
    with context.store.read() as tx:
        page = tx.profiles.list(profile_filter, limit=limit, offset=offset)
    return ok(
        {
            "access_profiles": [access_profile(row) for row in page.rows],
            "count": len(page.rows),
            "total_count": page.total_count,
            "limit": limit,
            "offset": offset,
        },
        cacheable=True,
    )


def create_access_profile(context: Context, body: CreateAccessProfileRequest) -> Reply[AccessProfileResponse]:
    """Create a template at version 1, inactive."""
    name = names.trimmed(body["name"])
    terms = policy_terms(body)
    if faults := names.faults(name) + policies.faults(terms):
        raise RulesBroken(faults)
    with context.store.write() as tx:
        profile = tx.profiles.add(
            NewAccessProfile(
                name=name,
                description=body.get("description"),
                tags=names.distinct(body.get("tags", ())),
                policy=instantiated(tx, context, policies.normalised(terms)),
                created_at=context.now,
            )
        )
        _record_birth(tx, context, profile, AuditAction.CREATE)
    return _created(context, profile)


def get_access_profile(
    context: Context, profile_id: int, if_none_match: str | None = None
) -> Reply[AccessProfileDetailResponse | None]:
    """Return a profile, its role attachments and the number of users who hold a copy."""
    with context.store.read() as tx:
        detail = tx.profiles.get(profile_id)
    if is_known(detail, if_none_match):
        return not_modified(tagged(detail))
    body: AccessProfileDetailResponse = {
        "access_profile": access_profile(detail.profile),
        "roles": [role_attachment(attachment) for attachment in detail.roles],
        "user_count": detail.user_count,
    }
    return ok(body, tagged(detail), cacheable=True)


def update_access_profile(
    context: Context, profile_id: int, if_match: str | None, body: UpdateAccessProfileRequest
) -> Reply[AccessProfileResponse]:
    """Change what is sent and keep the rest; a change makes a version, copies are not touched."""
    edit = policy_edit(body)
    with context.store.write() as tx:
        detail = tx.profiles.get(profile_id)
        check_if_match(detail, if_match)
        kept = detail.profile
        if faults := _update_faults(kept, edit, body):
            raise RulesBroken(faults)
        changed = _changed(tx, context, kept, edit, body)
        if changed == kept:
            return _answer(detail)
        changed = replace(changed, version=kept.version + 1, updated_at=context.now)
        tx.profiles.save(changed, read_version=kept.version)
        previous, new = audit.changed_values(configuration(kept), audit.add_version(tx, context, changed))
        audit.record(tx, context, AuditAction.UPDATE, profile_id=profile_id, previous=previous, new=new)
        return _answer(replace(detail, profile=changed))


def delete_access_profile(context: Context, profile_id: int, if_match: str | None) -> Reply[MessageResponse]:
    """Remove a template that nobody holds a usable copy of, with its versions and attachments."""
    with context.store.write() as tx:
        detail = tx.profiles.get(profile_id)
        check_if_match(detail, if_match)
        if detail.user_count and any(
            copy.expires_at is None or copy.expires_at > context.now
            for copy in tx.copies.of_profile(profile_id)
        ):
            raise ApiError(
                "profile_in_use",
                f"Users hold copies of the access profile {profile_id}, {detail.user_count} in all. "
                "Detach it from them first.",
            )
        tx.profiles.delete(profile_id)
        previous = configuration(detail.profile)
        audit.record(tx, context, AuditAction.DELETE, profile_id=profile_id, previous=previous)
    return ok({"message": f"The access profile {profile_id} was deleted."})


def activate_access_profile(
    context: Context, profile_id: int, if_match: str | None = None
) -> Reply[AccessProfileResponse]:
    """Make a profile selectable; one that is so stays as it is."""
    return _set_active(context, profile_id, if_match, is_active=True)


def deactivate_access_profile(
    context: Context, profile_id: int, if_match: str | None = None
) -> Reply[AccessProfileResponse]:
    """Take a profile out of selection; copies that users hold stay."""
    return _set_active(context, profile_id, if_match, is_active=False)


def clone_access_profile(
    context: Context, profile_id: int, body: CloneProfileRequest
) -> Reply[AccessProfileResponse]:
    """Create a template with another one's configuration, and ids of its own."""
    name = names.accepted(body["name"])
    with context.store.write() as tx:
        source = tx.profiles.get(profile_id).profile
        profile = tx.profiles.add(
            NewAccessProfile(
                name=name,
                description=body.get("description", source.description),
                tags=source.tags,
                policy=instantiated(tx, context, policies.terms_of(source.policy)),
                created_at=context.now,
            )
        )
        _record_birth(tx, context, profile, AuditAction.CLONE, source_id=source.id)
    return _created(context, profile)


def _set_active(
    context: Context, profile_id: int, if_match: str | None, *, is_active: bool
) -> Reply[AccessProfileResponse]:
    with context.store.write() as tx:
        detail = tx.profiles.get(profile_id)
        check_if_match(detail, if_match)
        kept = detail.profile
        if (kept.is_active, kept.deactivated_by_operator) == (is_active, not is_active):
            return _answer(detail)
        tx.profiles.set_active(profile_id, is_active, by_operator=True)
        # One that was inactive is from now on kept so when it gets a role: nothing that anybody can read.
        if kept.is_active != is_active:
            audit.record(
                tx,
                context,
                AuditAction.ACTIVATE if is_active else AuditAction.DEACTIVATE,
                profile_id=profile_id,
                previous={"is_active": kept.is_active},
                new={"is_active": is_active},
            )
        return _answer(tx.profiles.get(profile_id))


def _update_faults(
    kept: AccessProfile, edit: edits.PolicyEdit, body: UpdateAccessProfileRequest
) -> list[Fault]:
    name_faults = names.faults(names.trimmed(body["name"])) if "name" in body else []
    size_faults = edits.size_faults(edit, tuple(body["tags"]) if "tags" in body else None)
    return name_faults + size_faults + edits.faults(kept.policy, edit)


def _changed(
    tx: WriteTransaction,
    context: Context,
    kept: AccessProfile,
    edit: edits.PolicyEdit,
    body: UpdateAccessProfileRequest,
) -> AccessProfile:
    provider_config_ids = iter(
        tx.profiles.reserve_provider_config_ids(edits.new_provider_configs(kept.policy, edit))
    )
    return replace(
        kept,
        name=names.trimmed(body["name"]) if "name" in body else kept.name,
        description=body.get("description", kept.description),
        tags=names.distinct(body["tags"]) if "tags" in body else kept.tags,
        policy=edits.edited(
            kept.policy,
            edit,
            line_id=context.new_id,
            provider_config_id=provider_config_ids.__next__,
            now=context.now,
        ),
    )


def _record_birth(
    tx: WriteTransaction, context: Context, profile: AccessProfile, action: AuditAction, **metadata: Any
) -> None:
    new = audit.add_version(tx, context, profile)
    audit.record(tx, context, action, profile_id=profile.id, new=new, **metadata)


def _created(context: Context, profile: AccessProfile) -> Reply[AccessProfileResponse]:
    return created(
        {"access_profile": access_profile(profile)},
        location=f"{context.base_path}/access-profiles/{profile.id}",
        headers=tagged(ProfileDetail(profile, roles=(), user_count=0)),
    )


def _answer(detail: ProfileDetail) -> Reply[AccessProfileResponse]:
    return ok({"access_profile": access_profile(detail.profile)}, tagged(detail))
