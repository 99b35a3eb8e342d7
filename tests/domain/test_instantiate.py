"""How terms come into force, and back."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.policies import terms_of
from domain.records import BudgetTerms, PolicyTerms, ProviderTerms, RateLimitTerms
from domain.windows import window_start
from tests.domain.samples import DAY, HOUR, MONTH, QUARTER, WEEK, YEAR, budgets, in_force, rate_limits
from tests.domain.strategies import INSTANTS, POLICY_TERMS, repeatable

NOW = datetime(2026, 5, 13, 9, 41, 7, 250_000, tzinfo=UTC)
TERMS = PolicyTerms(
    provider_configs=(
        ProviderTerms(
            "openai",
            allowed_models=("gpt-4o",),
            budgets=(BudgetTerms(5_000_000, HOUR), BudgetTerms(9, WEEK)),
            rate_limit=RateLimitTerms(100, DAY, 7, HOUR),
        ),
        ProviderTerms("azure", all_models_allowed=True),
    ),
    budgets=(
        BudgetTerms(20_000_000, MONTH),
        BudgetTerms(60_000_000, QUARTER, quarter_start_month=2),
        BudgetTerms(200_000_000, YEAR),
    ),
    rate_limit=RateLimitTerms(request_max_limit=50, request_reset_duration=MONTH),
    calendar_aligned=True,
)


def test_aligned_lines_begin_at_the_calendar_and_hours_now() -> None:
    policy = in_force(TERMS, NOW)

    assert [line.last_reset for line in budgets(policy)] == [
        NOW,
        datetime(2026, 5, 11, tzinfo=UTC),
        datetime(2026, 5, 1, tzinfo=UTC),
        datetime(2026, 5, 1, tzinfo=UTC),
        datetime(2026, 1, 1, tzinfo=UTC),
    ]


def test_the_two_counters_of_a_rate_limit_begin_each_in_its_own_window() -> None:
    of_provider, of_profile = rate_limits(in_force(TERMS, NOW))

    assert of_provider.token_last_reset == datetime(2026, 5, 13, tzinfo=UTC)
    assert of_provider.request_last_reset == NOW
    assert of_profile.token_last_reset == NOW
    assert of_profile.request_last_reset == datetime(2026, 5, 1, tzinfo=UTC)


def test_provider_configs_keep_their_terms_and_get_ids_in_order() -> None:
    first, second = in_force(TERMS, NOW).provider_configs

    assert (first.id, first.provider_name, first.allowed_models) == (1, "openai", ("gpt-4o",))
    assert (second.id, second.provider_name, second.all_models_allowed) == (2, "azure", True)
    assert (second.budgets, second.rate_limit) == ((), None)


@repeatable
@given(POLICY_TERMS, INSTANTS)
def test_every_line_has_an_id_of_its_own_and_no_usage(terms: PolicyTerms, now: datetime) -> None:
    policy = in_force(terms, now)

    ids = [line.id for line in budgets(policy)] + [limit.id for limit in rate_limits(policy)]
    config_ids = [config.id for config in policy.provider_configs]
    assert sorted(ids) == sorted(f"line-{number}" for number in range(1, len(ids) + 1))
    assert config_ids == list(range(1, len(terms.provider_configs) + 1))
    assert all(line.current_usage_micros == 0 for line in budgets(policy))
    assert all(limit.token_current_usage == limit.request_current_usage == 0 for limit in rate_limits(policy))


@repeatable
@given(POLICY_TERMS, INSTANTS)
def test_every_window_is_anchored_now_and_begins_where_it_should(terms: PolicyTerms, now: datetime) -> None:
    policy = in_force(terms, now)

    assert policy.calendar_aligned is terms.calendar_aligned
    assert all(limit.created_at == now for limit in rate_limits(policy))
    for line in budgets(policy):
        assert line.created_at == now
        assert line.last_reset == window_start(
            line.terms.reset_duration,
            anchor=now,
            now=now,
            calendar_aligned=terms.calendar_aligned,
            quarter_start_month=line.terms.quarter_start_month,
        )


@repeatable
@given(POLICY_TERMS.filter(lambda terms: not terms.calendar_aligned), INSTANTS)
def test_rolling_windows_begin_now(terms: PolicyTerms, now: datetime) -> None:
    policy = in_force(terms, now)

    assert all(line.last_reset == now for line in budgets(policy))
    assert all(limit.token_last_reset == limit.request_last_reset == now for limit in rate_limits(policy))


@repeatable
@given(POLICY_TERMS, st.lists(INSTANTS, min_size=1, max_size=2))
def test_the_terms_of_a_policy_are_those_that_made_it(terms: PolicyTerms, instants: list[datetime]) -> None:
    for now in instants:
        assert terms_of(in_force(terms, now)) == terms
