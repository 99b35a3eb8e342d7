"""What a partial update does to a policy."""

from collections.abc import Sequence
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
    Budget,
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


def edit_of(policy: Policy, *, ids: bool) -> PolicyEdit:
    """Return an edit that sends a policy back as it was read, with or without its ids."""

    def budgets(lines: Sequence[Budget]) -> tuple[BudgetEdit, ...]:
        return tuple(BudgetEdit(line.terms, line.id if ids else None) for line in lines)

    def rate_limit(line: RateLimit | None) -> RateLimitEdit | None:
        return None if line is None else RateLimitEdit(line.terms, line.id if ids else None)

    return PolicyEdit(
        provider_configs=tuple(
            ProviderEdit(
                provider_name=config.provider_name,
                all_models_allowed=config.all_models_allowed,
                allowed_models=config.allowed_models,
                budgets=budgets(config.budgets),
                rate_limit=rate_limit(config.rate_limit),
                id=config.id if ids else None,
            )
            for config in policy.provider_configs
        ),
        budgets=budgets(policy.budgets),
        rate_limit=rate_limit(policy.rate_limit),
        calendar_aligned=policy.calendar_aligned,
        tool_groups=policy.mcp.tool_groups,
        servers=policy.mcp.servers,
        tool_overrides=policy.mcp.tool_overrides,
    )


def sending(terms: PolicyTerms) -> PolicyEdit:
    """Return an edit that sends all of these terms, and no ids."""
    return edit_of(in_force(terms, CREATED), ids=False)


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


@pytest.mark.parametrize(
    ("month", "clock_stays"), [(2, True), (5, True), (11, True), (1, False), (3, False), (None, False)]
)
def test_a_quarter_keeps_its_clock_while_its_windows_are_the_same(
    month: int | None, clock_stays: bool
) -> None:
    (budget,) = after(PolicyEdit(budgets=(BudgetEdit(BudgetTerms(60, QUARTER, month)),))).budgets

    assert budget.id == QUARTERLY.id
    assert (budget.created_at == CREATED) is clock_stays


@pytest.mark.parametrize(
    ("sent", "ids"),
    [
        pytest.param([(WEEK, None)], ["fresh-1"], id="another duration without an id"),
        pytest.param([(MONTH, None), (DAY, MONTHLY.id)], ["fresh-1", MONTHLY.id], id="ids before durations"),
        pytest.param([(MONTH, MONTHLY.id), (DAY, MONTHLY.id)], [MONTHLY.id, "fresh-1"], id="an id twice"),
        pytest.param([(MONTH, None), (MONTH, None)], [MONTHLY.id, "fresh-1"], id="a duration twice"),
        pytest.param([(MONTH, "absent")], [MONTHLY.id], id="an id of nothing"),
        pytest.param([(MONTH, OPENAI.budgets[0].id)], [MONTHLY.id], id="an id of another list"),
        pytest.param([(MONTH, QUARTERLY.id)], [MONTHLY.id], id="an id that is gone"),
    ],
)
def test_a_budget_is_found_once_by_its_id_and_else_by_its_duration(
    sent: list[tuple[ResetDuration, str | None]], ids: list[str]
) -> None:
    edit = PolicyEdit(budgets=tuple(BudgetEdit(BudgetTerms(9, each), line_id) for each, line_id in sent))

    assert [line.id for line in after(edit, replace(KEPT, budgets=(MONTHLY,))).budgets] == ids


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
    edit = edit_of(policy, ids=with_ids)

    assert normalised(merged_terms(policy, edit)) == terms_of(policy)
    assert after(edit, policy, now + later) == policy


@seldom
@given(copies(), SIMILAR_TERMS, WHILES)
def test_an_edit_explains_usage_and_keeps_windows_open(
    copy: tuple[Policy, datetime], terms: PolicyTerms, later: timedelta
) -> None:
    policy, now = copy

    changed = after(sending(terms), policy, now)

    assert terms_of(changed) == terms
    assert_usage_is_explained(policy, changed)
    assert_windows_are_open(changed, now)
    assert after(sending(terms), changed, now + later) == changed


@seldom
@given(SIMILAR_TERMS, SIMILAR_TERMS)
def test_the_ids_of_another_policy_are_never_taken(one: PolicyTerms, other: PolicyTerms) -> None:
    foreign = in_force(other, CREATED, Ids("foreign", first=500))

    changed = after(edit_of(foreign, ids=True), in_force(one, CREATED, Ids("kept")))

    assert_no_id_is_shared(changed, foreign)


@seldom
@given(st.data(), copies())
def test_no_id_stands_twice_whatever_ids_are_sent(data: st.DataObject, copy: tuple[Policy, datetime]) -> None:
    policy, now = copy
    ids = st.sampled_from(["copy-1", "copy-2", "copy-3", "copy-4", "absent"]) | st.none()
    config_ids = st.sampled_from([1, 2, 3, 99]) | st.none()
    edit = sending(data.draw(SIMILAR_TERMS))
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
