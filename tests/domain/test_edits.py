"""What a partial update does to a policy."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.edits import (
    KEEP,
    BudgetEdit,
    PolicyEdit,
    ProviderEdit,
    RateLimitEdit,
    edited,
    merged_terms,
    new_provider_configs,
)
from domain.overrides import with_override
from domain.policies import faults, normalised, terms_of
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
from tests.domain.invariants import (
    assert_no_id_is_shared,
    assert_no_id_stands_twice,
    assert_usage_is_explained,
    assert_windows_are_open,
)
from tests.domain.samples import DAY, HOUR, MONTH, QUARTER, WEEK, Ids, at, in_force
from tests.domain.strategies import SIMILAR_TERMS, WHILES, copies, seldom

CREATED = at("2026-05-13T09:41")
NOW = at("2026-05-20T15:00")

TERMS = PolicyTerms(
    provider_configs=(
        ProviderTerms("openai", allowed_models=("gpt-4o",), budgets=(BudgetTerms(5, MONTH),)),
        ProviderTerms("azure", all_models_allowed=True),
    ),
    budgets=(BudgetTerms(20, MONTH), BudgetTerms(60, QUARTER, quarter_start_month=2)),
    rate_limit=RateLimitTerms(100, DAY, 7, HOUR),
    mcp=MCPGrants(tool_groups=(4,), servers=("warehouse",)),
)
KEPT = in_force(TERMS, CREATED, Ids("kept"))
OPENAI, AZURE = KEPT.provider_configs
MONTHLY, QUARTERLY = KEPT.budgets


def after(edit: PolicyEdit, kept: Policy = KEPT, now: datetime = NOW) -> Policy:
    """Return the edited policy, after checks that hold for every edit."""
    ids = Ids("fresh", first=1000)
    policy = edited(kept, edit, line_id=ids.line, provider_config_id=ids.provider_config, now=now)
    assert ids.configs_given == new_provider_configs(kept, edit)
    assert terms_of(policy) == normalised(merged_terms(kept, edit))
    assert_no_id_stands_twice(policy)
    return policy


def edit_of(terms: PolicyTerms) -> PolicyEdit:
    """Return an edit that sends all of these terms, and no ids."""
    return PolicyEdit(
        provider_configs=tuple(
            ProviderEdit(
                provider_name=config.provider_name,
                all_models_allowed=config.all_models_allowed,
                allowed_models=config.allowed_models,
                budgets=tuple(BudgetEdit(line) for line in config.budgets),
                rate_limit=None if config.rate_limit is None else RateLimitEdit(config.rate_limit),
            )
            for config in terms.provider_configs
        ),
        budgets=tuple(BudgetEdit(line) for line in terms.budgets),
        rate_limit=None if terms.rate_limit is None else RateLimitEdit(terms.rate_limit),
        calendar_aligned=terms.calendar_aligned,
        tool_groups=terms.mcp.tool_groups,
        servers=terms.mcp.servers,
        tool_overrides=terms.mcp.tool_overrides,
    )


def edit_with_ids_of(policy: Policy) -> PolicyEdit:
    """Return an edit that sends a policy back as it was read, ids included."""
    edit = edit_of(terms_of(policy))
    assert edit.provider_configs is not None
    assert edit.budgets is not None
    return replace(
        edit,
        provider_configs=tuple(
            replace(
                sent,
                id=config.id,
                budgets=tuple(
                    replace(budget, id=line.id)
                    for budget, line in zip(sent.budgets, config.budgets, strict=True)
                ),
                rate_limit=(
                    None
                    if config.rate_limit is None
                    else RateLimitEdit(config.rate_limit.terms, config.rate_limit.id)
                ),
            )
            for sent, config in zip(edit.provider_configs, policy.provider_configs, strict=True)
        ),
        budgets=tuple(BudgetEdit(line.terms, line.id) for line in policy.budgets),
        rate_limit=(
            None
            if policy.rate_limit is None
            else RateLimitEdit(policy.rate_limit.terms, policy.rate_limit.id)
        ),
    )


def test_an_edit_that_says_nothing_changes_nothing() -> None:
    assert after(PolicyEdit()) == KEPT
    assert merged_terms(KEPT, PolicyEdit()) == TERMS
    assert PolicyEdit().rate_limit is KEEP


def test_a_list_that_is_sent_takes_the_place_of_the_stored_one() -> None:
    policy = after(PolicyEdit(budgets=(BudgetEdit(BudgetTerms(1, DAY)),), servers=()))

    assert [line.terms for line in policy.budgets] == [BudgetTerms(1, DAY)]
    assert policy.mcp == MCPGrants(tool_groups=(4,))
    assert policy.provider_configs is KEPT.provider_configs
    assert policy.rate_limit is KEPT.rate_limit


def test_an_empty_list_clears() -> None:
    policy = after(PolicyEdit(provider_configs=(), budgets=(), tool_groups=()))

    assert (policy.provider_configs, policy.budgets, policy.mcp.tool_groups) == ((), (), ())


def test_none_removes_a_rate_limit() -> None:
    assert after(PolicyEdit(rate_limit=None)).rate_limit is None


def test_an_amount_changes_while_id_and_clock_stay() -> None:
    policy = after(PolicyEdit(budgets=(BudgetEdit(BudgetTerms(0, MONTH)),)))

    assert policy.budgets == (replace(MONTHLY, terms=BudgetTerms(0, MONTH)),)


def test_an_amount_below_what_is_used_keeps_usage_and_override() -> None:
    used = replace(KEPT, budgets=(replace(MONTHLY, current_usage_micros=19),))
    used = with_override(
        used, MONTHLY.id, amount_micros=5, mode=OverrideMode.FOREVER, cycles=None, now=CREATED
    )

    (budget,) = after(PolicyEdit(budgets=(BudgetEdit(BudgetTerms(1, MONTH)),)), used).budgets

    assert budget == replace(used.budgets[0], terms=BudgetTerms(1, MONTH))


def test_a_line_that_is_named_keeps_its_id_when_its_duration_changes() -> None:
    used = replace(KEPT, budgets=(replace(MONTHLY, current_usage_micros=19), QUARTERLY))

    (budget,) = after(PolicyEdit(budgets=(BudgetEdit(BudgetTerms(20, WEEK), MONTHLY.id),)), used).budgets

    assert (budget.id, budget.current_usage_micros) == (MONTHLY.id, 0)
    assert (budget.created_at, budget.last_reset) == (NOW, NOW)


def test_a_line_that_is_not_named_is_another_one_when_its_duration_changes() -> None:
    (budget,) = after(PolicyEdit(budgets=(BudgetEdit(BudgetTerms(20, WEEK)),))).budgets

    assert budget.id == "fresh-1"


@pytest.mark.parametrize(
    ("month", "clock_stays"), [(2, True), (5, True), (11, True), (1, False), (3, False), (None, False)]
)
def test_a_quarter_keeps_its_clock_while_its_windows_are_the_same(
    month: int | None, clock_stays: bool
) -> None:
    (budget,) = after(PolicyEdit(budgets=(BudgetEdit(BudgetTerms(60, QUARTER, month)),))).budgets

    assert budget.id == QUARTERLY.id
    assert (budget.created_at == CREATED) is clock_stays


def test_ids_are_looked_up_before_durations() -> None:
    sent = (BudgetEdit(BudgetTerms(20, MONTH)), BudgetEdit(BudgetTerms(20, DAY), MONTHLY.id))

    first, second = after(PolicyEdit(budgets=sent)).budgets

    assert (first.id, second.id) == ("fresh-1", MONTHLY.id)


def test_an_id_that_is_sent_twice_is_used_once() -> None:
    sent = (BudgetEdit(BudgetTerms(20, MONTH), MONTHLY.id), BudgetEdit(BudgetTerms(20, DAY), MONTHLY.id))

    first, second = after(PolicyEdit(budgets=sent)).budgets

    assert (first.id, second.id) == (MONTHLY.id, "fresh-1")


def test_a_duration_that_is_sent_twice_finds_the_stored_line_once() -> None:
    sent = (BudgetEdit(BudgetTerms(20, MONTH)), BudgetEdit(BudgetTerms(30, MONTH)))

    first, second = after(PolicyEdit(budgets=sent)).budgets

    assert (first.id, second.id) == (MONTHLY.id, "fresh-1")


@pytest.mark.parametrize("foreign", ["absent", OPENAI.budgets[0].id, QUARTERLY.id])
def test_an_id_of_another_list_is_as_good_as_none(foreign: str) -> None:
    (budget,) = after(
        PolicyEdit(budgets=(BudgetEdit(BudgetTerms(9, MONTH), foreign),)),
        replace(KEPT, budgets=(MONTHLY,)),
    ).budgets

    assert budget.id == MONTHLY.id


def test_a_provider_is_found_by_its_name() -> None:
    sent = (ProviderEdit("azure"), ProviderEdit("bedrock"))

    azure, bedrock = after(PolicyEdit(provider_configs=sent)).provider_configs

    assert (azure.id, azure.all_models_allowed) == (AZURE.id, False)
    assert bedrock.id == 1000


def test_a_provider_that_is_named_by_id_may_change_its_name() -> None:
    sent = (ProviderEdit("bedrock", id=OPENAI.id), ProviderEdit("openai"))

    renamed, fresh = after(PolicyEdit(provider_configs=sent)).provider_configs

    assert (renamed.id, renamed.provider_name) == (OPENAI.id, "bedrock")
    assert fresh.id == 1000


def test_the_budgets_of_a_provider_that_is_found_are_found_in_it() -> None:
    sent = (
        ProviderEdit("openai", budgets=(BudgetEdit(BudgetTerms(6, MONTH)),)),
        ProviderEdit("azure", budgets=(BudgetEdit(BudgetTerms(6, MONTH), OPENAI.budgets[0].id),)),
    )

    openai, azure = after(PolicyEdit(provider_configs=sent)).provider_configs

    assert openai.budgets == (replace(OPENAI.budgets[0], terms=BudgetTerms(6, MONTH)),)
    assert azure.budgets[0].id == "fresh-1"


def used_rate_limit() -> Policy:
    assert KEPT.rate_limit is not None
    limit = replace(KEPT.rate_limit, token_current_usage=99, request_current_usage=6)
    return replace(KEPT, rate_limit=limit)


def test_a_counter_keeps_its_usage_while_the_other_one_changes() -> None:
    edit = PolicyEdit(rate_limit=RateLimitEdit(RateLimitTerms(100, DAY, 7, WEEK)))

    limit, kept = after(edit, used_rate_limit()).rate_limit, used_rate_limit().rate_limit

    assert limit is not None
    assert kept is not None
    assert (limit.id, limit.created_at) == (kept.id, CREATED)
    assert (limit.token_current_usage, limit.token_last_reset) == (99, kept.token_last_reset)
    assert (limit.request_current_usage, limit.request_last_reset) == (0, NOW.replace(hour=9, minute=41))


@pytest.mark.parametrize("named", [True, False])
def test_a_rate_limit_with_other_durations_starts_and_keeps_its_id_if_it_is_named(named: bool) -> None:
    kept = used_rate_limit().rate_limit
    assert kept is not None
    edit = PolicyEdit(rate_limit=RateLimitEdit(RateLimitTerms(100, WEEK), kept.id if named else None))

    limit = after(edit, used_rate_limit()).rate_limit

    assert limit is not None
    assert limit.id == (kept.id if named else "fresh-1")
    assert (limit.created_at, limit.token_last_reset, limit.token_current_usage) == (NOW, NOW, 0)


def test_what_is_sent_is_normalised() -> None:
    policy = after(
        PolicyEdit(
            provider_configs=(ProviderEdit("openai", allowed_models=("*",)),),
            servers=("a", "b", "a"),
        )
    )

    assert policy.provider_configs[0].all_models_allowed
    assert policy.provider_configs[0].allowed_models == ()
    assert policy.mcp.servers == ("a", "b")


def test_an_mcp_conflict_shows_in_the_merged_terms() -> None:
    edit = PolicyEdit(tool_overrides=(MCPToolOverride("warehouse", "drop", OverrideAction.EXCLUDE),))

    assert [fault.code for fault in faults(merged_terms(KEPT, edit))] == ["mcp_conflict"]
    assert faults(merged_terms(KEPT, replace(edit, servers=()))) == []


def test_alignment_moves_the_clocks_of_lines_that_are_not_sent() -> None:
    used = replace(KEPT, budgets=(replace(MONTHLY, current_usage_micros=19), QUARTERLY))

    policy = after(PolicyEdit(calendar_aligned=True), used, at("2026-06-05"))

    monthly, quarterly = policy.budgets
    assert (monthly.current_usage_micros, monthly.last_reset) == (19, at("2026-06-01"))
    assert (quarterly.created_at, quarterly.last_reset) == (CREATED, CREATED)


def test_alignment_that_is_so_already_moves_nothing() -> None:
    assert after(PolicyEdit(calendar_aligned=False), now=at("2027-06-05")) == KEPT


@seldom
@given(copies(), WHILES, st.booleans())
def test_an_edit_that_sends_what_is_stored_changes_nothing(
    copy: tuple[Policy, datetime], later: timedelta, with_ids: bool
) -> None:
    policy, now = copy
    edit = edit_with_ids_of(policy) if with_ids else edit_of(terms_of(policy))

    assert normalised(merged_terms(policy, edit)) == terms_of(policy)
    assert after(edit, policy, now + later) == policy


@seldom
@given(copies(), SIMILAR_TERMS, WHILES)
def test_an_edit_explains_usage_and_keeps_windows_open(
    copy: tuple[Policy, datetime], terms: PolicyTerms, later: timedelta
) -> None:
    policy, now = copy

    changed = after(edit_of(terms), policy, now)

    assert terms_of(changed) == terms
    assert_usage_is_explained(policy, changed)
    assert_windows_are_open(changed, now)
    assert after(edit_of(terms), changed, now + later) == changed


@seldom
@given(SIMILAR_TERMS, SIMILAR_TERMS)
def test_the_ids_of_another_policy_are_never_taken(one: PolicyTerms, other: PolicyTerms) -> None:
    foreign = in_force(other, CREATED, Ids("foreign", first=500))

    changed = after(edit_with_ids_of(foreign), in_force(one, CREATED, Ids("kept")))

    assert_no_id_is_shared(changed, foreign)


@seldom
@given(st.data(), copies())
def test_no_id_stands_twice_whatever_ids_are_sent(data: st.DataObject, copy: tuple[Policy, datetime]) -> None:
    policy, now = copy
    ids = st.sampled_from(["copy-1", "copy-2", "copy-3", "copy-4", "absent"]) | st.none()
    config_ids = st.sampled_from([1, 2, 3, 99]) | st.none()
    edit = edit_of(data.draw(SIMILAR_TERMS))
    assert edit.provider_configs is not None
    assert edit.budgets is not None

    changed = after(
        replace(
            edit,
            provider_configs=tuple(
                replace(
                    sent,
                    id=data.draw(config_ids),
                    budgets=tuple(replace(line, id=data.draw(ids)) for line in sent.budgets),
                )
                for sent in edit.provider_configs
            ),
            budgets=tuple(replace(line, id=data.draw(ids)) for line in edit.budgets),
        ),
        policy,
        now,
    )

    assert_no_id_stands_twice(changed)
    assert_windows_are_open(changed, now)
