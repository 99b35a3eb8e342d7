"""Policies to keep in stores: every value of every field that the records allow."""

from datetime import UTC, datetime
from typing import TypeVar

from hypothesis import strategies as st

from domain.records import (
    Budget,
    BudgetOverride,
    BudgetTerms,
    MCPGrants,
    MCPToolOverride,
    OverrideAction,
    OverrideMode,
    Policy,
    ProviderConfig,
    RateLimit,
    RateLimitTerms,
    ResetDuration,
)

T = TypeVar("T")

TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
AMOUNTS = st.integers(0, 10**18)
COUNTS = st.integers(0, 2**53 - 1)
DURATIONS = st.sampled_from(ResetDuration)


def _some(values: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(values, max_size=2).map(tuple)


_BUDGETS = _some(
    st.builds(
        Budget,
        id=TEXTS,
        terms=st.builds(BudgetTerms, AMOUNTS, DURATIONS, st.none() | st.integers(1, 12)),
        created_at=INSTANTS,
        last_reset=INSTANTS,
        current_usage_micros=AMOUNTS,
        override=st.none()
        | st.builds(
            BudgetOverride, AMOUNTS, st.sampled_from(OverrideMode), st.none() | st.integers(1, 99), INSTANTS
        ),
    )
)

_RATE_LIMITS = st.builds(
    RateLimit,
    id=TEXTS,
    terms=st.builds(
        RateLimitTerms,
        st.none() | COUNTS,
        st.none() | DURATIONS,
        st.none() | COUNTS,
        st.none() | DURATIONS,
    ),
    created_at=INSTANTS,
    token_last_reset=INSTANTS,
    request_last_reset=INSTANTS,
    token_current_usage=COUNTS,
    request_current_usage=COUNTS,
)

POLICIES = st.builds(
    Policy,
    provider_configs=_some(
        st.builds(
            ProviderConfig,
            id=COUNTS,
            provider_name=TEXTS,
            all_models_allowed=st.booleans(),
            allowed_models=_some(TEXTS),
            budgets=_BUDGETS,
            rate_limit=st.none() | _RATE_LIMITS,
        )
    ),
    budgets=_BUDGETS,
    rate_limit=st.none() | _RATE_LIMITS,
    calendar_aligned=st.booleans(),
    mcp=st.builds(
        MCPGrants,
        tool_groups=_some(COUNTS),
        servers=_some(TEXTS),
        tool_overrides=_some(
            st.builds(MCPToolOverride, TEXTS, TEXTS, st.sampled_from(OverrideAction)),
        ),
    ),
)
"""Policies in force."""
