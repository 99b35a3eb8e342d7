"""Calendar alignment, turned on and off."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given

from domain.alignment import realigned
from domain.overrides import with_override
from domain.records import (
    Budget,
    BudgetTerms,
    OverrideMode,
    Policy,
    PolicyTerms,
    RateLimitTerms,
)
from domain.usage import override_cycles_remaining, rolled_forward
from tests.domain.invariants import assert_usage_is_explained, assert_windows_are_open, assert_windows_hold
from tests.domain.samples import DAY, HOUR, MONTH, at, budgets, in_force
from tests.domain.strategies import WHILES, copies, seldom


def monthly(created: str, *, aligned: bool) -> Policy:
    """Return a policy with one monthly budget of which $42 are used."""
    terms = PolicyTerms(budgets=(BudgetTerms(100_000_000, MONTH),), calendar_aligned=aligned)
    policy = in_force(terms, at(created))
    return replace(policy, budgets=(replace(policy.budgets[0], current_usage_micros=42_000_000),))


def standing(policy: Policy, when: str) -> tuple[int, datetime]:
    """Return the dollars used, and the begin of the window."""
    budget: Budget = rolled_forward(policy, at(when)).budgets[0]
    return budget.current_usage_micros // 1_000_000, budget.last_reset


def test_turned_on_usage_stays_until_the_next_month() -> None:
    policy = realigned(monthly("2026-01-20T08:00", aligned=False), True, at("2026-02-05T12:00"))

    assert standing(policy, "2026-02-05T12:00") == (42, at("2026-02-01"))
    assert standing(policy, "2026-02-28T23:59:59") == (42, at("2026-02-01"))
    assert standing(policy, "2026-03-01") == (0, at("2026-03-01"))


def test_turned_on_the_window_does_not_move_back() -> None:
    policy = realigned(monthly("2026-02-03T08:00", aligned=False), True, at("2026-02-05"))

    assert standing(policy, "2026-02-05") == (42, at("2026-02-03T08:00"))
    assert standing(policy, "2026-03-01") == (0, at("2026-03-01"))


def test_turned_off_usage_stays_until_the_rolling_window_ends() -> None:
    in_february = rolled_forward(monthly("2026-01-20T08:00", aligned=True), at("2026-02-01"))
    used = replace(in_february, budgets=(replace(in_february.budgets[0], current_usage_micros=42_000_000),))

    policy = realigned(used, False, at("2026-02-05"))

    assert standing(policy, "2026-02-19T07:59:59") == (42, at("2026-02-01"))
    assert standing(policy, "2026-02-19T08:00") == (0, at("2026-02-19T08:00"))


def test_turned_off_the_window_moves_forward_to_the_rolling_one() -> None:
    policy = realigned(monthly("2026-01-02T08:00", aligned=True), False, at("2026-01-31T23:00"))

    assert standing(policy, "2026-01-31T23:00") == (42, at("2026-01-02T08:00"))


def test_what_was_used_in_a_window_that_has_ended_is_not_carried_along() -> None:
    policy = realigned(monthly("2026-01-20T08:00", aligned=False), True, at("2026-06-05"))

    assert standing(policy, "2026-06-05") == (0, at("2026-06-01"))


def test_hours_and_their_overrides_stay() -> None:
    created = at("2026-01-20T08:17")
    policy = in_force(PolicyTerms(budgets=(BudgetTerms(9, HOUR),)), created)
    policy = with_override(
        policy, policy.budgets[0].id, amount_micros=1, mode=OverrideMode.CYCLES, cycles=3, now=created
    )

    now = at("2026-01-20T09:20")

    assert realigned(policy, True, now).budgets == rolled_forward(policy, now).budgets


def test_both_counters_of_a_rate_limit_move_forward() -> None:
    terms = PolicyTerms(rate_limit=RateLimitTerms(9, DAY, 9, MONTH))
    policy = in_force(terms, at("2026-01-20T08:00"))

    limit = realigned(policy, True, at("2026-02-05T07:00")).rate_limit

    assert limit is not None
    assert limit.token_last_reset == at("2026-02-05")
    assert limit.request_last_reset == at("2026-02-01")


def test_the_counters_of_a_rate_limit_do_not_move_back() -> None:
    created = at("2026-02-05T08:00")
    terms = PolicyTerms(rate_limit=RateLimitTerms(9, DAY, 9, MONTH))

    limit = realigned(in_force(terms, created), True, created).rate_limit

    assert limit is not None
    assert limit.token_last_reset == limit.request_last_reset == created


def test_an_override_keeps_the_cycles_that_it_has_left() -> None:
    policy = monthly("2026-01-20T08:00", aligned=False)
    policy = with_override(
        policy,
        policy.budgets[0].id,
        amount_micros=1,
        mode=OverrideMode.CYCLES,
        cycles=1,
        now=at("2026-02-05"),
    )

    (budget,) = realigned(policy, True, at("2026-02-05")).budgets

    assert override_cycles_remaining(budget, calendar_aligned=True, now=at("2026-02-28")) == 1
    assert override_cycles_remaining(budget, calendar_aligned=True, now=at("2026-03-01")) is None


def test_what_is_so_already_stays() -> None:
    policy = monthly("2026-01-20T08:00", aligned=True)

    assert realigned(policy, True, at("2026-06-05")) is policy


@seldom
@given(copies(), WHILES, WHILES)
def test_usage_and_cycles_stay_and_windows_find_the_lattice_at_their_next_reset(
    copy: tuple[Policy, datetime], later: timedelta, later_still: timedelta
) -> None:
    policy, now = copy[0], copy[1] + later
    before = rolled_forward(policy, now)

    after = realigned(policy, not policy.calendar_aligned, now)
    a_year_on = now + timedelta(days=366) + later_still

    assert_windows_are_open(after, now)
    assert_windows_hold(rolled_forward(after, a_year_on), a_year_on)
    for line, moved in zip(budgets(before), budgets(after), strict=True):
        assert moved.current_usage_micros == line.current_usage_micros
        assert moved.last_reset >= line.last_reset
        assert override_cycles_remaining(
            moved, calendar_aligned=after.calendar_aligned, now=now
        ) == override_cycles_remaining(line, calendar_aligned=before.calendar_aligned, now=now)
    assert_usage_is_explained(policy, after)
