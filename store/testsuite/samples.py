"""Records to keep in stores, and the shortest ways to keep them."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from domain.records import (
    AccessProfile,
    AuditAction,
    Budget,
    BudgetOverride,
    BudgetTerms,
    MCPGrants,
    MCPToolOverride,
    NewAccessProfile,
    NewApiKey,
    NewAuditLog,
    NewUserAccessProfile,
    NewVersion,
    OverrideAction,
    OverrideMode,
    Policy,
    ProviderConfig,
    RateLimit,
    RateLimitTerms,
    ResetDuration,
    User,
    UserAccessProfile,
    VirtualKey,
)
from store.api import ProfileFilter, Store

UNKNOWN = 2**53 - 1
"""An id that no store gives in a test."""

NOW = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
EMPTY = Policy(provider_configs=(), budgets=(), rate_limit=None, calendar_aligned=False, mcp=MCPGrants())


def full_policy() -> Policy:
    """Return a policy in which every field has a value of its own."""
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    return Policy(
        provider_configs=(
            ProviderConfig(
                id=11,
                provider_name="openai",
                all_models_allowed=True,
                allowed_models=("gpt-4o-mini", "模型"),
                budgets=(
                    Budget("b-1", BudgetTerms(1, ResetDuration.HOUR), NOW, NOW, 7),
                    Budget("b-2", BudgetTerms(10**18, ResetDuration.WEEK), NOW, midnight, 10**18),
                ),
                rate_limit=RateLimit(
                    "r-1", RateLimitTerms(5, ResetDuration.DAY, None, None), NOW, midnight, NOW, 3, 0
                ),
            ),
            ProviderConfig(
                12, "azure", all_models_allowed=False, allowed_models=(), budgets=(), rate_limit=None
            ),
        ),
        budgets=(
            Budget(
                "b-3",
                BudgetTerms(5, ResetDuration.QUARTER, 11),
                NOW,
                midnight,
                2,
                BudgetOverride(3, OverrideMode.CYCLES, 4, midnight),
            ),
        ),
        rate_limit=RateLimit(
            "r-2",
            RateLimitTerms(2**53 - 1, ResetDuration.MONTH, 9, ResetDuration.YEAR),
            NOW,
            midnight,
            NOW,
            2**53 - 2,
            8,
        ),
        calendar_aligned=True,
        mcp=MCPGrants(
            tool_groups=(4, 2**53 - 1),
            servers=("warehouse",),
            tool_overrides=(
                MCPToolOverride("github", "read", OverrideAction.INCLUDE),
                MCPToolOverride("github", 'del"ete', OverrideAction.EXCLUDE),
            ),
        ),
    )


def new_profile(
    name: str, *, tags: Sequence[str] = (), is_active: bool = False, policy: Policy = EMPTY
) -> NewAccessProfile:
    """Return a profile to add."""
    return NewAccessProfile(name, f"About {name}.", tuple(tags), policy, NOW, is_active)


def new_version(profile: AccessProfile, changed_by: str = "ops") -> NewVersion:
    """Return the version that a profile is at, to add."""
    return NewVersion(
        profile.id, profile.version, profile.name, profile.description, '{"policy": {}}', changed_by, NOW
    )


def new_copy(user_id: str, profile_id: int, granted_by_role_id: int | None = None) -> NewUserAccessProfile:
    """Return a copy to add."""
    return NewUserAccessProfile(
        user_id, profile_id, "Analyst", EMPTY, NOW, granted_by_role_id=granted_by_role_id
    )


def virtual_key(
    key_id: str, copy: UserAccessProfile, *, name: str | None = None, secret: str | None = None
) -> VirtualKey:
    """Return a virtual key of a copy, to add."""
    return VirtualKey(
        key_id,
        copy.user_id,
        copy.id,
        name or f"Key {key_id}",
        "For notebooks.",
        digest(secret or key_id),
        f"sk-…{key_id}",
        NOW,
    )


def audit_row(
    action: AuditAction, *, profile_id: int | None = None, user_id: str | None = None
) -> NewAuditLog:
    """Return an audit row to add."""
    return NewAuditLog(profile_id, "ops", action, NOW, user_id)


def new_key(name: str, secret: str | None = None) -> NewApiKey:
    """Return an API key to add."""
    return NewApiKey(name, digest(secret or name), "bfst-01234567...", ("AccessProfiles:View",), NOW)


def digest(secret: str) -> bytes:
    """Return the SHA-256 of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def user(user_id: str, role_id: int | None = None, *group_ids: str) -> User:
    """Return a user to add."""
    return User(user_id, user_id.title(), f"{user_id}@example.com", role_id, NOW, group_ids)


def add_profiles(store: Store, names: Iterable[str]) -> list[int]:
    """Add profiles of these names in one transaction and return their ids."""
    with store.write() as tx:
        return [tx.profiles.add(new_profile(name)).id for name in names]


def names_of(store: Store, profile_filter: ProfileFilter | None = None) -> list[str]:
    """Return the names of the profiles that match a filter, in the store's order."""
    with store.read() as tx:
        page = tx.profiles.list(profile_filter or ProfileFilter(), limit=1000, offset=0)
    assert page.total_count == len(page.rows)
    return [row.name for row in page.rows]


def add_roles(store: Store, *names: str) -> list[int]:
    """Add roles of these names in one transaction and return their ids."""
    with store.write() as tx:
        return [tx.roles.add(name, None, NOW).id for name in names]


def add_users(store: Store, *users: User | str) -> None:
    """Add users, or users of these ids, in one transaction."""
    with store.write() as tx:
        for each in users:
            tx.users.add(user(each) if isinstance(each, str) else each)


def add_copies(store: Store, *copies: NewUserAccessProfile) -> list[UserAccessProfile]:
    """Add copies in one transaction and return them."""
    with store.write() as tx:
        return [tx.copies.add(copy) for copy in copies]


def add_holders(store: Store, profile_id: int, *user_ids: str) -> list[UserAccessProfile]:
    """Add users who hold a profile, in one transaction, and return their copies."""
    with store.write() as tx:
        for user_id in user_ids:
            tx.users.add(user(user_id))
        return [tx.copies.add(new_copy(user_id, profile_id)) for user_id in user_ids]


def profile_of(store: Store, profile_id: int) -> AccessProfile:
    """Return a profile as it is kept."""
    with store.read() as tx:
        return tx.profiles.get(profile_id).profile


def user_count(store: Store, profile_id: int) -> int:
    """Return how many users hold a copy of a profile, as the profile tells it."""
    with store.read() as tx:
        return tx.profiles.get(profile_id).user_count
