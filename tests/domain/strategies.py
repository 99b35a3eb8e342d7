"""Hypothesis strategies for the domain's records."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from domain.lines import with_lines
from domain.policies import normalised
from domain.records import (
    Budget,
    BudgetOverride,
    BudgetTerms,
    MCPGrants,
    MCPToolOverride,
    OverrideAction,
    OverrideMode,
    Policy,
    PolicyTerms,
    ProviderTerms,
    RateLimit,
    RateLimitTerms,
    ResetDuration,
)
from domain.usage import rolled_forward
from tests.domain.samples import Ids, in_force

repeatable = settings(derandomize=True, deadline=None)
seldom = settings(repeatable, max_examples=50)
"""For properties of whole copies, which take long to draw."""

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
def provider_lists(draw: st.DrawFn, names: st.SearchStrategy[str] = NAMES) -> tuple[ProviderTerms, ...]:
    """Return providers without faults: each name once."""
    return tuple(
        ProviderTerms(
            provider_name=name,
            all_models_allowed=draw(st.booleans()),
            allowed_models=tuple(draw(st.lists(NAMES.filter(lambda model: model != "*"), max_size=3))),
            budgets=draw(budget_lists()),
            rate_limit=draw(st.none() | rate_limits()),
        )
        for name in draw(st.lists(names, unique=True, max_size=3))
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

SIMILAR_TERMS = st.builds(
    PolicyTerms,
    provider_configs=provider_lists(st.sampled_from(["openai", "azure", "bedrock", "vertex"])),
    budgets=budget_lists(),
    rate_limit=st.none() | rate_limits(),
    calendar_aligned=st.booleans(),
    mcp=MCP_GRANTS,
).map(normalised)
"""Normalised terms that break no rule and often have providers in common."""

WHILES = st.timedeltas(timedelta(0), timedelta(days=3)) | st.timedeltas(timedelta(0), timedelta(days=1000))
"""How long it takes until something happens: often short, seldom long."""


@st.composite
def copies(draw: st.DrawFn) -> tuple[Policy, datetime]:
    """Return the policy of a user's copy, and when it stands so: lines of any age, used, with overrides."""
    now = draw(INSTANTS)
    never = datetime.min.replace(tzinfo=UTC)

    def aged_budget(line: Budget) -> Budget:
        return replace(line, created_at=now - draw(WHILES), last_reset=never)

    def aged_rate_limit(line: RateLimit) -> RateLimit:
        created_at = now - draw(WHILES)
        return replace(line, created_at=created_at, token_last_reset=never, request_last_reset=never)

    def used_budget(line: Budget) -> Budget:
        return replace(line, current_usage_micros=draw(_AMOUNTS), override=draw(st.none() | overrides(line)))

    def used_rate_limit(line: RateLimit) -> RateLimit:
        return replace(
            line,
            token_current_usage=0 if line.terms.token_max_limit is None else draw(_COUNTS),
            request_current_usage=0 if line.terms.request_max_limit is None else draw(_COUNTS),
        )

    fresh = in_force(draw(SIMILAR_TERMS), now, Ids("copy"))
    aged = rolled_forward(with_lines(fresh, budget=aged_budget, rate_limit=aged_rate_limit), now)
    return with_lines(aged, budget=used_budget, rate_limit=used_rate_limit), now


def overrides(line: Budget) -> st.SearchStrategy[BudgetOverride]:
    """Return overrides that were set in the budget's window."""
    cycles = st.builds(
        BudgetOverride,
        st.integers(1, 10**15),
        st.just(OverrideMode.CYCLES),
        st.integers(1, 5),
        st.just(line.last_reset),
    )
    forever = st.builds(
        BudgetOverride,
        st.integers(1, 10**15),
        st.just(OverrideMode.FOREVER),
        st.none(),
        st.just(line.last_reset),
    )
    return cycles | forever
