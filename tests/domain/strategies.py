"""Hypothesis strategies for the domain's records."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from domain.records import (
    BudgetTerms,
    MCPGrants,
    MCPToolOverride,
    OverrideAction,
    PolicyTerms,
    ProviderTerms,
    RateLimitTerms,
    ResetDuration,
)

NAMES = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)

INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001

_AMOUNTS = st.integers(0, 10**18)
_COUNTS = st.integers(1, 2**53 - 1)
_RATE_LIMIT_DURATIONS = st.sampled_from(
    [duration for duration in ResetDuration if duration is not ResetDuration.QUARTER]
)


@st.composite
def budget_lists(draw: st.DrawFn) -> tuple[BudgetTerms, ...]:
    """Return budgets without faults: each duration once, a quarter's start for quarters only."""
    durations = draw(st.lists(st.sampled_from(ResetDuration), unique=True, max_size=4))
    return tuple(
        BudgetTerms(
            max_limit_micros=draw(_AMOUNTS),
            reset_duration=duration,
            quarter_start_month=(
                draw(st.none() | st.integers(1, 12)) if duration is ResetDuration.QUARTER else None
            ),
        )
        for duration in durations
    )


@st.composite
def rate_limits(draw: st.DrawFn) -> RateLimitTerms:
    """Return a rate limit without faults: tokens, requests or both."""
    tokens, requests = draw(st.sampled_from([(True, False), (False, True), (True, True)]))
    return RateLimitTerms(
        token_max_limit=draw(_COUNTS) if tokens else None,
        token_reset_duration=draw(_RATE_LIMIT_DURATIONS) if tokens else None,
        request_max_limit=draw(_COUNTS) if requests else None,
        request_reset_duration=draw(_RATE_LIMIT_DURATIONS) if requests else None,
    )


@st.composite
def provider_lists(draw: st.DrawFn) -> tuple[ProviderTerms, ...]:
    """Return providers without faults: each name once."""
    return tuple(
        ProviderTerms(
            provider_name=name,
            all_models_allowed=draw(st.booleans()),
            allowed_models=tuple(draw(st.lists(NAMES.filter(lambda model: model != "*"), max_size=3))),
            budgets=draw(budget_lists()),
            rate_limit=draw(st.none() | rate_limits()),
        )
        for name in draw(st.lists(NAMES, unique=True, max_size=3))
    )


MCP_GRANTS = st.builds(
    MCPGrants,
    tool_groups=st.lists(_COUNTS, max_size=3).map(tuple),
    servers=st.lists(NAMES, max_size=3).map(tuple),
    # Only inclusions: they never contradict a server or each other.
    tool_overrides=st.lists(
        st.builds(MCPToolOverride, NAMES, NAMES, st.just(OverrideAction.INCLUDE)), max_size=3
    ).map(tuple),
)

POLICY_TERMS = st.builds(
    PolicyTerms,
    provider_configs=provider_lists(),
    budgets=budget_lists(),
    rate_limit=st.none() | rate_limits(),
    calendar_aligned=st.booleans(),
    mcp=MCP_GRANTS,
)
"""Terms that break no rule."""
