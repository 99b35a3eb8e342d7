"""Access Profiles: templates of access, and who holds them."""

from domain import names, policies
from domain.errors import RulesBroken
from domain.records import NewAccessProfile
from handlers.context import Context
from handlers.contract_types import (
    AccessProfileDetailResponse,
    AccessProfileListResponse,
    AccessProfileResponse,
    CreateAccessProfileRequest,
)
from handlers.reply import Reply, created, ok
from handlers.representation import access_profile, role_attachment
from handlers.terms import policy_terms
from store.api import ProfileFilter

DEFAULT_LIMIT = 25
MAX_LIMIT = 100


def list_access_profiles(
    context: Context,
    limit: int,
    offset: int,
    search: str | None,
    tags: str | None,
    is_active: bool | None,
) -> Reply[AccessProfileListResponse]:
    """Return one page of the profiles that match every filter, ordered by id."""
    limit = min(limit, MAX_LIMIT) if limit >= 1 else DEFAULT_LIMIT
    offset = max(offset, 0)
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
        }
    )


def create_access_profile(context: Context, body: CreateAccessProfileRequest) -> Reply[AccessProfileResponse]:
    """Create a template at version 1, inactive."""
    name = names.trimmed(body["name"])
    terms = policy_terms(body)
    if faults := names.faults(name) + policies.faults(terms):
        raise RulesBroken(faults)
    terms = policies.normalised(terms)
    with context.store.write() as tx:
        provider_config_ids = iter(tx.profiles.reserve_provider_config_ids(len(terms.provider_configs)))
        profile = tx.profiles.add(
            NewAccessProfile(
                name=name,
                description=body.get("description"),
                tags=names.distinct(body.get("tags", ())),
                policy=policies.put_in_force(
                    terms,
                    line_id=context.new_line_id,
                    provider_config_id=provider_config_ids.__next__,
                    now=context.now,
                ),
                created_at=context.now,
            )
        )
    return created(
        {"access_profile": access_profile(profile)},
        location=f"{context.base_path}/access-profiles/{profile.id}",
    )


def get_access_profile(context: Context, profile_id: int) -> Reply[AccessProfileDetailResponse]:
    """Return a profile, its role attachments and the number of users who hold a copy."""
    with context.store.read() as tx:
        detail = tx.profiles.get(profile_id)
    return ok(
        {
            "access_profile": access_profile(detail.profile),
            "roles": [role_attachment(attachment) for attachment in detail.roles],
            "user_count": detail.user_count,
        }
    )
