"""What a copy takes from its template."""

from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import RulesBroken
from domain.overrides import with_override
from domain.policies import terms_of
from domain.propagation import ALIGNING_FIELDS, PropagatedField, new_provider_configs, propagated
from domain.records import (
    BudgetTerms,
    MCPGrants,
    MCPToolOverride,
    OverrideAction,
    OverrideMode,
    Policy,
    PolicyTerms,
    ProviderTerms,
    RateLimitTerms,
)
from domain.usage import without_usage
from tests.domain.invariants import (
    assert_no_id_is_shared,
    assert_no_id_stands_twice,
    assert_usage_is_explained,
    assert_windows_are_open,
    assert_windows_hold,
)
from tests.domain.samples import DAY, MONTH, QUARTER, WEEK, YEAR, Ids, at, charged, in_force
from tests.domain.strategies import SIMILAR_TERMS, WHILES, copies, seldom

PROVIDER_CONFIGS, BUDGETS, RATE_LIMIT, MCP_TOOL_GROUPS, MCP_SERVERS, MCP_TOOL_OVERRIDES = PropagatedField
EVERYTHING = frozenset(PropagatedField)
FIELDS = st.frozensets(st.sampled_from(PropagatedField), min_size=1)

CREATED = at("2026-05-13T09:41")
NOW = at("2026-05-20T15:00")


def template(terms: PolicyTerms) -> Policy:
    return in_force(terms, at("2026-01-01"), Ids("template", first=500))


def used_copy(terms: PolicyTerms) -> Policy:
    """Return a copy with some usage in every window."""
    return charged(in_force(terms, CREATED, Ids("copy")), micros=11, tokens=13, requests=14)


def take(
    copy: Policy,
    source: Policy,
    *fields: PropagatedField,
    reset_usage: bool = False,
    now: datetime = NOW,
) -> Policy:
    """Return the copy after propagation, after checks that hold for every one."""
    ids, chosen = Ids("fresh", first=1000), frozenset(fields)
    policy = propagated(
        copy,
        source,
        chosen,
        reset_usage=reset_usage,
        line_id=ids.line,
        provider_config_id=ids.provider_config,
        now=now,
    )
    assert ids.configs_given == new_provider_configs(copy, source, chosen)
    assert_no_id_stands_twice(policy)
    assert_no_id_is_shared(policy, source)
    return policy


@pytest.mark.parametrize("cap", [50, 1, 0])
def test_another_cap_keeps_what_was_spent_even_beyond_it(cap: int) -> None:
    copy = used_copy(PolicyTerms(budgets=(BudgetTerms(20, MONTH),)))

    policy = take(copy, template(PolicyTerms(budgets=(BudgetTerms(cap, MONTH),))), BUDGETS)

    assert policy.budgets == (replace(copy.budgets[0], terms=BudgetTerms(cap, MONTH)),)


def test_a_line_with_another_duration_starts_and_the_old_one_goes() -> None:
    copy = used_copy(PolicyTerms(budgets=(BudgetTerms(20, MONTH),)))

    (budget,) = take(copy, template(PolicyTerms(budgets=(BudgetTerms(20, WEEK),))), BUDGETS).budgets

    assert (budget.id, budget.current_usage_micros) == ("fresh-1", 0)
    assert (budget.created_at, budget.last_reset) == (NOW, NOW)


def test_a_line_that_starts_in_an_aligned_policy_begins_at_the_calendar() -> None:
    terms = PolicyTerms(budgets=(BudgetTerms(20, WEEK),), calendar_aligned=True)

    (budget,) = take(used_copy(PolicyTerms()), template(terms), BUDGETS).budgets

    assert (budget.created_at, budget.last_reset) == (NOW, at("2026-05-18"))


@pytest.mark.parametrize(
    ("before", "month", "usage"),
    [
        *[(1, month, 11) for month in (None, 1, 4)],
        *[(1, month, 0) for month in (2, 3, 12)],
        *[(None, 1, 11), (4, None, 11), (2, 5, 11), (None, 2, 0), (2, 3, 0)],
    ],
)
def test_a_quarter_keeps_usage_when_it_starts_in_the_same_months(
    before: int | None, month: int | None, usage: int
) -> None:
    copy = used_copy(PolicyTerms(budgets=(BudgetTerms(20, QUARTER, before),), calendar_aligned=True))
    terms = PolicyTerms(budgets=(BudgetTerms(20, QUARTER, month),), calendar_aligned=True)

    (budget,) = take(copy, template(terms), BUDGETS).budgets

    assert budget.current_usage_micros == usage
    assert budget.terms.quarter_start_month == month


def test_usage_in_one_scope_says_nothing_of_another() -> None:
    copy = used_copy(PolicyTerms(budgets=(BudgetTerms(20, MONTH),)))
    terms = PolicyTerms(provider_configs=(ProviderTerms("openai", budgets=(BudgetTerms(20, MONTH),)),))

    policy = take(copy, template(terms), PROVIDER_CONFIGS)

    assert policy.provider_configs[0].budgets[0].current_usage_micros == 0
    assert policy.budgets is copy.budgets


def test_a_provider_that_the_copy_has_keeps_id_and_usage() -> None:
    providers = (
        ProviderTerms("openai", allowed_models=("gpt-4o",), budgets=(BudgetTerms(5, MONTH),)),
        ProviderTerms("azure"),
    )
    copy = used_copy(PolicyTerms(provider_configs=providers))
    changed = (
        ProviderTerms("bedrock"),
        ProviderTerms("openai", all_models_allowed=True, budgets=(BudgetTerms(9, MONTH),)),
    )

    bedrock, openai = take(
        copy, template(PolicyTerms(provider_configs=changed)), PROVIDER_CONFIGS
    ).provider_configs

    kept = copy.provider_configs[0]
    assert (bedrock.id, bedrock.provider_name) == (1000, "bedrock")
    assert (openai.id, openai.all_models_allowed, openai.allowed_models) == (kept.id, True, ())
    assert openai.budgets == (replace(kept.budgets[0], terms=BudgetTerms(9, MONTH)),)


def test_each_counter_of_a_rate_limit_keeps_its_own_usage() -> None:
    copy = used_copy(PolicyTerms(rate_limit=RateLimitTerms(100, YEAR, 7, MONTH)))
    terms = PolicyTerms(rate_limit=RateLimitTerms(100, DAY, 9, MONTH))

    limit, kept = take(copy, template(terms), RATE_LIMIT).rate_limit, copy.rate_limit

    assert limit is not None
    assert kept is not None
    assert (limit.id, limit.created_at, limit.terms.request_max_limit) == (kept.id, CREATED, 9)
    assert (limit.request_current_usage, limit.request_last_reset) == (14, CREATED)
    assert (limit.token_current_usage, limit.token_last_reset) == (0, at("2026-05-20T09:41"))


def test_a_rate_limit_without_a_common_duration_is_another_one() -> None:
    copy = used_copy(PolicyTerms(rate_limit=RateLimitTerms(100, WEEK)))

    limit = take(copy, template(PolicyTerms(rate_limit=RateLimitTerms(100, DAY))), RATE_LIMIT).rate_limit

    assert limit is not None
    assert (limit.id, limit.created_at, limit.token_current_usage) == ("fresh-1", NOW, 0)


def test_a_template_without_rate_limit_removes_the_copys() -> None:
    copy = used_copy(PolicyTerms(rate_limit=RateLimitTerms(100, WEEK)))

    assert take(copy, template(PolicyTerms()), RATE_LIMIT).rate_limit is None
    assert take(copy, template(PolicyTerms()), BUDGETS).rate_limit is not None


def test_an_override_survives_on_a_line_that_survives() -> None:
    copy = used_copy(PolicyTerms(budgets=(BudgetTerms(20, MONTH), BudgetTerms(20, WEEK))))
    for line in copy.budgets:
        copy = with_override(copy, line.id, amount_micros=5, mode=OverrideMode.CYCLES, cycles=2, now=CREATED)
    terms = PolicyTerms(budgets=(BudgetTerms(50, MONTH), BudgetTerms(1, DAY)))

    monthly, daily = take(copy, template(terms), BUDGETS).budgets

    assert monthly.override == copy.budgets[0].override
    assert daily.override is None


def test_usage_of_a_window_that_has_ended_is_not_kept() -> None:
    copy = used_copy(PolicyTerms(budgets=(BudgetTerms(20, DAY),)))

    (budget,) = take(copy, template(PolicyTerms(budgets=(BudgetTerms(50, DAY),))), BUDGETS).budgets

    assert (budget.current_usage_micros, budget.last_reset) == (0, at("2026-05-20T09:41"))


@pytest.mark.parametrize("field", PropagatedField)
def test_reset_usage_clears_the_chosen_field_only_and_leaves_windows(field: PropagatedField) -> None:
    terms = PolicyTerms(
        provider_configs=(ProviderTerms("openai", budgets=(BudgetTerms(5, MONTH),)),),
        budgets=(BudgetTerms(20, MONTH),),
        rate_limit=RateLimitTerms(100, YEAR, 7, MONTH),
    )
    copy = used_copy(terms)
    cleared = without_usage(copy)

    policy = take(copy, template(terms), field, reset_usage=True)

    assert policy == replace(
        copy,
        provider_configs=(cleared if field is PROVIDER_CONFIGS else copy).provider_configs,
        budgets=(cleared if field is BUDGETS else copy).budgets,
        rate_limit=(cleared if field is RATE_LIMIT else copy).rate_limit,
    )
    assert cleared != copy


@pytest.mark.parametrize("field", PropagatedField)
def test_alignment_travels_with_budgets_and_rate_limits(field: PropagatedField) -> None:
    policy = take(used_copy(PolicyTerms()), template(PolicyTerms(calendar_aligned=True)), field)

    assert policy.calendar_aligned is (field in {BUDGETS, RATE_LIMIT})


def test_alignment_that_travels_keeps_usage_and_moves_all_clocks_forward() -> None:
    terms = PolicyTerms(
        provider_configs=(ProviderTerms("openai", budgets=(BudgetTerms(5, MONTH),)),),
        budgets=(BudgetTerms(20, MONTH),),
    )
    now = at("2026-06-05")

    policy = take(used_copy(terms), template(replace(terms, calendar_aligned=True)), BUDGETS, now=now)

    (budget,), (of_provider,) = policy.budgets, policy.provider_configs[0].budgets
    assert (budget.current_usage_micros, budget.last_reset) == (11, at("2026-06-01"))
    assert (of_provider.current_usage_micros, of_provider.last_reset) == (11, at("2026-06-01"))


def test_mcp_fields_are_taken_one_by_one() -> None:
    include = MCPToolOverride("github", "search", OverrideAction.INCLUDE)
    copy = used_copy(PolicyTerms(mcp=MCPGrants((1,), ("a",), ())))
    source = template(PolicyTerms(mcp=MCPGrants((2,), ("b",), (include,))))

    assert take(copy, source, MCP_TOOL_GROUPS).mcp == MCPGrants((2,), ("a",), ())
    assert take(copy, source, MCP_SERVERS).mcp == MCPGrants((1,), ("b",), ())
    assert take(copy, source, MCP_TOOL_OVERRIDES).mcp == MCPGrants((1,), ("a",), (include,))


@pytest.mark.parametrize("field", [MCP_SERVERS, MCP_TOOL_OVERRIDES])
def test_a_whole_server_and_an_exclusion_from_it_do_not_come_together(field: PropagatedField) -> None:
    whole = PolicyTerms(mcp=MCPGrants(servers=("github",)))
    exclusion = MCPToolOverride("github", "delete_repo", OverrideAction.EXCLUDE)
    without_one = PolicyTerms(mcp=MCPGrants(tool_overrides=(exclusion,)))
    copy, source = (without_one, whole) if field is MCP_SERVERS else (whole, without_one)

    with pytest.raises(RulesBroken) as broken:
        take(used_copy(copy), template(source), field)

    assert [(fault.path, fault.code) for fault in broken.value.faults] == [
        (("mcp_tool_overrides", 0), "mcp_conflict")
    ]
    assert take(used_copy(copy), template(source), MCP_SERVERS, MCP_TOOL_OVERRIDES).mcp == source.mcp


@seldom
@given(copies(), SIMILAR_TERMS, FIELDS, st.booleans(), WHILES)
def test_chosen_fields_are_the_templates_and_others_stay(
    copy: tuple[Policy, datetime],
    terms: PolicyTerms,
    fields: frozenset[PropagatedField],
    reset_usage: bool,
    later: timedelta,
) -> None:
    policy, now = copy[0], copy[1] + later

    after = take(policy, template(terms), *fields, reset_usage=reset_usage, now=now)

    said, before = terms_of(after), terms_of(policy)
    for field in PropagatedField:
        value = attrgetter(field.replace("mcp_", "mcp."))
        assert value(said) == value(terms if field in fields else before), field
    assert said.calendar_aligned == (terms if fields & ALIGNING_FIELDS else before).calendar_aligned
    if reset_usage and fields == EVERYTHING:
        assert without_usage(after) == after


@seldom
@given(copies(), SIMILAR_TERMS, FIELDS, WHILES)
def test_propagation_explains_usage_and_keeps_windows_open(
    copy: tuple[Policy, datetime], terms: PolicyTerms, fields: frozenset[PropagatedField], later: timedelta
) -> None:
    policy, now = copy[0], copy[1] + later

    after = take(policy, template(terms), *fields, now=now)

    assert_usage_is_explained(policy, after)
    assert_windows_are_open(after, now)
    if after.calendar_aligned == policy.calendar_aligned:
        assert_windows_hold(after, now)


@seldom
@given(copies(), SIMILAR_TERMS, FIELDS, st.booleans(), WHILES)
def test_propagating_twice_is_the_same_as_once(
    copy: tuple[Policy, datetime],
    terms: PolicyTerms,
    fields: frozenset[PropagatedField],
    reset_usage: bool,
    later: timedelta,
) -> None:
    policy, now = copy[0], copy[1] + later
    source = template(terms)

    once = take(policy, source, *fields, reset_usage=reset_usage, now=now)

    assert take(once, source, *fields, reset_usage=reset_usage, now=now) == once
