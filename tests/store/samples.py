"""Records to keep in stores."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from domain.records import (
    Budget,
    BudgetTerms,
    MCPGrants,
    MCPToolOverride,
    NewAccessProfile,
    NewApiKey,
    NewUserAccessProfile,
    OverrideAction,
    Policy,
    ProviderConfig,
    RateLimit,
    RateLimitTerms,
    ResetDuration,
    User,
)
from store.api import ProfileFilter, Store

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
        budgets=(Budget("b-3", BudgetTerms(5, ResetDuration.QUARTER, 11), NOW, midnight, 2),),
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


def new_copy(user_id: str, profile_id: int) -> NewUserAccessProfile:
    """Return a copy to add."""
    return NewUserAccessProfile(user_id, profile_id, "Analyst", EMPTY, NOW)


def new_key(name: str, secret: str | None = None) -> NewApiKey:
    """Return an API key to add."""
    return NewApiKey(name, digest(secret or name), "bfst-01234567...", ("AccessProfiles:View",), NOW)


def digest(secret: str) -> bytes:
    """Return the SHA-256 of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def user(user_id: str, role_id: int | None = None) -> User:
    """Return a user to add."""
    return User(user_id, user_id.title(), f"{user_id}@example.com", role_id, NOW)


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
