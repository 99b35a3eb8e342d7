"""Overrides of budgets, on every backend."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import NotFound, RulesBroken
from domain.records import BudgetTerms, OverrideMode, PolicyTerms, ProviderTerms, ResetDuration
from handlers.budget_overrides import (
    delete_user_access_profile_budget_override,
    update_user_access_profile_budget_override,
)
from handlers.context import Context
from handlers.contract_types import BudgetOverrideRequest, BudgetOverrideResponse, UserBudget
from handlers.replies.errors import ApiError
from handlers.user_access_profiles import list_user_access_profiles
from tests.handlers.charged_copies import (
    SPENT_MICROS,
    add_template,
    audit_rows,
    budget,
    copy_of,
    hold,
    policy_of,
    spent,
)
from tests.handlers.samples import NOW

MONTHLY = PolicyTerms(budgets=(BudgetTerms(100_000_000, ResetDuration.MONTH),), calendar_aligned=True)
FIFTY_FOREVER: BudgetOverrideRequest = {"amount": 50, "mode": "forever"}
EVERY_DURATION = tuple(BudgetTerms(1_000_000, duration) for duration in ResetDuration)


def at(context: Context, *instant: int) -> Context:
    return replace(context, now=datetime(*instant, tzinfo=UTC))  # type: ignore[misc,arg-type]


def override(
    context: Context, profile_id: int, body: BudgetOverrideRequest, duration: str = "1M"
) -> BudgetOverrideResponse:
    """Override a budget of ada's copy."""
    budget_id = budget(policy_of(context, "ada", profile_id), duration).id
    return update_user_access_profile_budget_override(context, "ada", profile_id, budget_id, body).body


def clear(context: Context, profile_id: int) -> BudgetOverrideResponse:
    """Remove the override of the monthly budget of ada's copy."""
    budget_id = budget(policy_of(context, "ada", profile_id), "1M").id
    return delete_user_access_profile_budget_override(context, "ada", profile_id, budget_id).body


def listed(context: Context, duration: str = "1M") -> UserBudget:
    """Return a budget of ada's only copy as it is listed."""
    [copy] = list_user_access_profiles(context, "ada").body["access_profiles"]
    return next(line for line in copy["budgets"] if line["reset_duration"] == duration)


def held(context: Context, terms: PolicyTerms = MONTHLY) -> int:
    """Return the id of a template of which ada holds a copy."""
    profile_id = add_template(context, terms)
    hold(context, profile_id, "ada")
    return profile_id


@pytest.mark.parametrize(
    ("cycles", "instant", "remaining", "effective"),
    [
        (1, (2026, 2, 28, 23, 59, 59), 1, 150),
        (1, (2026, 3, 1), None, 100),
        (3, (2026, 3, 15), 2, 150),
        (3, (2026, 4, 30, 23, 59, 59), 1, 150),
        (3, (2026, 5, 1), None, 100),
        (3, (2026, 9, 1), None, 100),
    ],
)
def test_cycles_are_used_up_by_windows_idle_or_not(
    context: Context, cycles: int, instant: tuple[int, ...], remaining: int | None, effective: int
) -> None:
    set_at = at(context, 2026, 2, 10)
    profile_id = held(set_at)
    override(set_at, profile_id, {"amount": 50, "mode": "cycles", "cycles": cycles})

    line = listed(at(context, *instant))

    assert line.get("override_cycles_remaining") == remaining
    assert ("override_amount" in line) is (remaining is not None)
    assert line["effective_max_limit"] == effective


@pytest.mark.parametrize("instant", [(2026, 2, 10), (2026, 3, 1), (2031, 12, 31)])
def test_forever_has_no_end_and_no_count(context: Context, instant: tuple[int, ...]) -> None:
    set_at = at(context, 2026, 2, 10)
    override(set_at, held(set_at), FIFTY_FOREVER)

    line = listed(at(context, *instant))

    assert line["effective_max_limit"] == 150
    assert line.get("override_mode") == "forever"
    assert "override_cycles_remaining" not in line
    assert "override_cycles_total" not in line


def test_a_second_override_counts_from_its_own_window(context: Context) -> None:
    set_at = at(context, 2026, 2, 10)
    profile_id = held(set_at)
    override(set_at, profile_id, {"amount": 50, "mode": "cycles", "cycles": 3})
    override(at(context, 2026, 3, 5), profile_id, {"amount": 20, "mode": "cycles", "cycles": 1})

    march, april = listed(at(context, 2026, 3, 31)), listed(at(context, 2026, 4, 1))

    assert (march.get("override_cycles_remaining"), march["effective_max_limit"]) == (1, 120)
    assert april["effective_max_limit"] == 100


@pytest.mark.parametrize(
    ("now", "starts"),
    [
        (
            (2026, 3, 1),
            {"1h": (3, 1), "1d": (3, 1), "1w": (2, 23), "1M": (3, 1), "1Q": (1, 1), "1Y": (1, 1)},
        ),
        ((2026, 2, 28, 23, 59, 59), {"1d": (2, 28), "1w": (2, 23), "1M": (2, 1), "1Q": (1, 1), "1Y": (1, 1)}),
    ],
)
def test_the_anchor_is_the_begin_of_the_calendars_window(
    context: Context, now: tuple[int, ...], starts: dict[str, tuple[int, int]]
) -> None:
    profile_id = held(at(context, 2025, 12, 31), PolicyTerms(budgets=EVERY_DURATION, calendar_aligned=True))

    for duration, (month, day) in starts.items():
        answer = override(at(context, *now), profile_id, FIFTY_FOREVER, duration)
        start = f"2026-{month:02}-{day:02}T00:00:00Z"
        assert answer["budget"].get("override_anchor_reset") == start
        assert answer["budget"]["last_reset"] == start


@pytest.mark.parametrize(
    ("now", "starts"),
    [
        (
            (2026, 3, 2, 10, 29, 59),
            {
                "1h": "2026-03-02T09:30:00Z",
                "1d": "2026-03-01T10:30:00Z",
                "1w": "2026-02-28T10:30:00Z",
                "1M": "2026-01-31T10:30:00Z",
                "1Q": "2026-01-31T10:30:00Z",
                "1Y": "2026-01-31T10:30:00Z",
            },
        ),
        (
            (2026, 3, 2, 10, 30),
            {"1h": "2026-03-02T10:30:00Z", "1d": "2026-03-02T10:30:00Z", "1M": "2026-03-02T10:30:00Z"},
        ),
        (
            (2027, 2, 1),
            {
                "1h": "2027-01-31T23:30:00Z",
                "1d": "2027-01-31T10:30:00Z",
                "1w": "2027-01-30T10:30:00Z",
                "1M": "2027-01-26T10:30:00Z",
                "1Q": "2027-01-26T10:30:00Z",
                "1Y": "2027-01-31T10:30:00Z",
            },
        ),
    ],
)
def test_the_anchor_is_the_begin_of_the_rolling_window(
    context: Context, now: tuple[int, ...], starts: dict[str, str]
) -> None:
    profile_id = held(at(context, 2026, 1, 31, 10, 30), PolicyTerms(budgets=EVERY_DURATION))

    for duration, start in starts.items():
        answer = override(at(context, *now), profile_id, FIFTY_FOREVER, duration)
        assert answer["budget"].get("override_anchor_reset") == start
        assert answer["budget"]["last_reset"] == start


def test_rolling_months_of_thirty_days_use_cycles_up(context: Context) -> None:
    set_at = at(context, 2026, 1, 31, 10, 30)
    profile_id = held(set_at, PolicyTerms(budgets=EVERY_DURATION))
    override(set_at, profile_id, {"amount": 5, "mode": "cycles", "cycles": 2})

    last = listed(at(context, 2026, 4, 1, 10, 29, 59))
    over = listed(at(context, 2026, 4, 1, 10, 30))

    assert (last.get("override_cycles_remaining"), last["effective_max_limit"]) == (1, 6)
    assert over["effective_max_limit"] == 1


def test_usage_and_window_stay(context: Context) -> None:
    profile_id = held(context)
    before = policy_of(context, "ada", profile_id)

    answer = override(replace(context, now=NOW + timedelta(days=1)), profile_id, FIFTY_FOREVER)

    after = policy_of(context, "ada", profile_id)
    [line] = after.budgets
    assert replace(after, budgets=(replace(line, override=None),)) == before
    assert spent(after) == {"1M": SPENT_MICROS}
    assert answer["budget"]["current_usage"] == 42


def test_an_override_after_the_end_of_a_window_resets_it(context: Context) -> None:
    profile_id = held(context)

    override(at(context, 2026, 6, 2), profile_id, FIFTY_FOREVER)

    after = policy_of(context, "ada", profile_id)
    assert spent(after) == {"1M": 0}
    assert after.budgets[0].last_reset == datetime(2026, 6, 1, tzinfo=UTC)


def test_amounts_are_kept_to_the_sixth_decimal(context: Context) -> None:
    profile_id = held(context)

    override(context, profile_id, {"amount": 0.000001, "mode": "forever"})
    assert listed(context)["effective_max_limit"] == 100.000001

    override(context, profile_id, {"amount": 1_000_000_000, "mode": "cycles", "cycles": 10_000})
    assert listed(context)["effective_max_limit"] == 1_000_000_100


def test_a_budget_of_a_provider_is_overridden_alone(context: Context) -> None:
    line = BudgetTerms(1_000_000, ResetDuration.MONTH)
    terms = PolicyTerms(provider_configs=(ProviderTerms("openai", budgets=(line,)),), budgets=(line,))
    profile_id = held(context, terms)
    before = policy_of(context, "ada", profile_id)
    [config] = before.provider_configs

    answer = update_user_access_profile_budget_override(
        context, "ada", profile_id, config.budgets[0].id, FIFTY_FOREVER
    ).body

    after = policy_of(context, "ada", profile_id)
    assert answer["effective_max_limit"] == 51
    assert after.budgets == before.budgets
    kept = after.provider_configs[0].budgets[0].override
    assert kept is not None
    assert (kept.mode, kept.amount_micros, kept.cycles_total) == (OverrideMode.FOREVER, 50_000_000, None)


@pytest.mark.parametrize(
    "body",
    [
        {"amount": 5, "mode": "cycles"},
        {"amount": 5, "mode": "cycles", "cycles": 0},
        {"amount": 5, "mode": "forever", "cycles": 1},
    ],
)
def test_cycles_go_with_their_mode(context: Context, body: BudgetOverrideRequest) -> None:
    profile_id = held(context)
    before = copy_of(context, "ada", profile_id)

    with pytest.raises(RulesBroken) as refused:
        override(context, profile_id, body)

    assert [fault.path for fault in refused.value.faults] == [("cycles",)]
    assert copy_of(context, "ada", profile_id) == before
    assert audit_rows(context) == []


def test_what_is_not_there_cannot_be_overridden(context: Context) -> None:
    profile_id = held(context)
    own = policy_of(context, "ada", profile_id).budgets[0].id
    with context.store.read() as tx:
        template = tx.profiles.get(profile_id).profile.policy.budgets[0].id

    for user_id, profile, budget_id, refusal in (
        ("bob", profile_id, own, NotFound),
        ("ada", profile_id + 1, own, ApiError),
        ("ada", profile_id, template, NotFound),
        ("ada", profile_id, "", NotFound),
    ):
        with pytest.raises(refusal):
            update_user_access_profile_budget_override(context, user_id, profile, budget_id, FIFTY_FOREVER)
        with pytest.raises(refusal):
            delete_user_access_profile_budget_override(context, user_id, profile, budget_id)

    assert audit_rows(context) == []


def test_a_copy_whose_template_is_gone_goes_by_its_own_id(context: Context) -> None:
    profile_id = held(context)
    copy = copy_of(context, "ada", profile_id)
    with context.store.write() as tx:
        tx.profiles.delete(profile_id)

    update_user_access_profile_budget_override(
        context, "ada", copy.id, copy.policy.budgets[0].id, FIFTY_FOREVER
    )

    assert listed(context)["effective_max_limit"] == 150


def test_a_removed_override_leaves_the_budget_as_it_was(context: Context) -> None:
    profile_id = held(context)
    before = copy_of(context, "ada", profile_id)
    override(context, profile_id, FIFTY_FOREVER)

    answer = clear(context, profile_id)

    assert answer["effective_max_limit"] == 100
    assert copy_of(context, "ada", profile_id) == before


def test_each_change_keeps_one_audit_row_and_no_change_none(context: Context) -> None:
    profile_id = held(context)
    clear(context, profile_id)
    assert audit_rows(context) == []

    override(context, profile_id, {"amount": 50, "mode": "cycles", "cycles": 3})
    override(context, profile_id, {"amount": 50, "mode": "cycles", "cycles": 3})
    clear(context, profile_id)
    clear(context, profile_id)

    removed, added = audit_rows(context)
    budget_id = policy_of(context, "ada", profile_id).budgets[0].id
    none = {"override_amount": None}
    fifty = {"override_amount": 50, "override_mode": "cycles", "override_cycles_total": 3}
    for row, event, previous, new in (
        (added, "override_set", none, fifty),
        (removed, "override_clear", fifty, none),
    ):
        assert (row.action, row.access_profile_id, row.user_id, row.actor) == (
            "update",
            profile_id,
            "ada",
            "tests",
        )
        values = [row.metadata, row.previous_values, row.new_values]
        assert [json.loads(value) for value in values if value is not None] == [
            {"event": event, "budget_id": budget_id},
            previous,
            new,
        ]
