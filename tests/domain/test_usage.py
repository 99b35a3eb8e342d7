"""Usage as time goes on."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from domain.records import (
    Budget,
    BudgetOverride,
    BudgetTerms,
    OverrideMode,
    Policy,
    PolicyTerms,
    RateLimitTerms,
    ResetDuration,
)
from domain.usage import (
    active_override,
    effective_limit_micros,
    next_budget_reset,
    next_counter_reset,
    override_cycles_remaining,
    rolled_forward,
    without_usage,
)
from tests.domain.invariants import assert_usage_is_explained, assert_windows_hold
from tests.domain.samples import DAY, HOUR, MONTH, QUARTER, at, budgets, in_force, rate_limits
from tests.domain.strategies import INSTANTS, WHILES, copies, seldom

CREATED = at("2026-01-31T10:30")


def spent(duration: ResetDuration, *, aligned: bool, micros: int = 42_000_000) -> Policy:
    """Return a policy with one budget, created and used at `CREATED`."""
    terms = PolicyTerms(budgets=(BudgetTerms(100_000_000, duration),), calendar_aligned=aligned)
    policy = in_force(terms, CREATED)
    return replace(policy, budgets=(replace(policy.budgets[0], current_usage_micros=micros),))


def only_budget(policy: Policy) -> Budget:
    (budget,) = policy.budgets
    return budget


@pytest.mark.parametrize(
    ("duration", "aligned", "now", "last_reset"),
    [
        (MONTH, True, "2026-02-01T00:00:00", "2026-02-01"),
        (MONTH, True, "2026-07-14T12:00:00", "2026-07-01"),
        (MONTH, False, "2026-03-02T10:30:00", "2026-03-02T10:30"),
        (MONTH, False, "2026-04-01T10:29:59", "2026-03-02T10:30"),
        (HOUR, True, "2026-01-31T12:00:00", "2026-01-31T11:30"),
        (QUARTER, True, "2026-04-01T00:00:00", "2026-04-01"),
    ],
)
def test_a_window_that_has_ended_is_reset_to_the_lattice(
    duration: ResetDuration, aligned: bool, now: str, last_reset: str
) -> None:
    budget = only_budget(rolled_forward(spent(duration, aligned=aligned), at(now)))

    assert (budget.current_usage_micros, budget.last_reset) == (0, at(last_reset))
    assert budget.created_at == CREATED


@pytest.mark.parametrize(
    ("duration", "aligned", "now"),
    [
        (MONTH, True, "2026-01-31T23:59:59.999999"),
        (MONTH, False, "2026-03-02T10:29:59.999999"),
        (HOUR, True, "2026-01-31T11:29:59.999999"),
    ],
)
def test_until_its_last_moment_a_window_stays(duration: ResetDuration, aligned: bool, now: str) -> None:
    policy = spent(duration, aligned=aligned)

    assert rolled_forward(policy, at(now)) is policy


def test_a_clock_that_was_set_back_resets_nothing() -> None:
    policy = spent(MONTH, aligned=True)

    assert rolled_forward(policy, at("2025-12-31")) is policy


def test_the_counters_of_a_rate_limit_are_reset_each_at_its_time() -> None:
    policy = in_force(PolicyTerms(rate_limit=RateLimitTerms(100, HOUR, 10, DAY)), CREATED)
    (limit,) = rate_limits(policy)
    used = replace(policy, rate_limit=replace(limit, token_current_usage=99, request_current_usage=9))

    (after,) = rate_limits(rolled_forward(used, at("2026-01-31T13:00")))

    assert (after.token_current_usage, after.token_last_reset) == (0, at("2026-01-31T12:30"))
    assert (after.request_current_usage, after.request_last_reset) == (9, CREATED)


def test_without_usage_windows_and_overrides_stay() -> None:
    override = BudgetOverride(1, OverrideMode.FOREVER, None, CREATED)
    used = spent(MONTH, aligned=True)
    budget = replace(only_budget(used), override=override)

    cleared = only_budget(without_usage(replace(used, budgets=(budget,))))

    assert cleared == replace(budget, current_usage_micros=0)


def test_the_next_reset_of_a_budget_is_the_end_of_its_window() -> None:
    aligned = only_budget(spent(MONTH, aligned=True))
    quarterly = replace(aligned, terms=BudgetTerms(0, QUARTER, quarter_start_month=3))

    def ends(budget: Budget, *, calendar_aligned: bool, now: str) -> datetime:
        return next_budget_reset(budget, calendar_aligned=calendar_aligned, now=at(now))

    assert ends(aligned, calendar_aligned=True, now="2026-02-05") == at("2026-03-01")
    assert ends(aligned, calendar_aligned=False, now="2026-03-02T10:30") == at("2026-04-01T10:30")
    assert ends(quarterly, calendar_aligned=True, now="2026-02-05") == at("2026-03-01")
    assert ends(quarterly, calendar_aligned=True, now="2026-03-01") == at("2026-06-01")


def test_the_next_reset_of_a_counter_is_the_end_of_its_window() -> None:
    now = at("2026-02-05T12:00")

    assert next_counter_reset(DAY, anchor=CREATED, calendar_aligned=True, now=now) == at("2026-02-06")
    assert next_counter_reset(DAY, anchor=CREATED, calendar_aligned=False, now=now) == at("2026-02-06T10:30")


def overridden(mode: OverrideMode, cycles: int | None, anchor: str = "2026-02-01") -> Budget:
    override = BudgetOverride(50_000_000, mode, cycles, at(anchor))
    return replace(only_budget(spent(MONTH, aligned=True)), override=override)


@pytest.mark.parametrize(
    ("mode", "cycles", "read_at", "remaining", "effective"),
    [
        (OverrideMode.CYCLES, 1, "2026-02-28T23:59:59.999999", 1, 150),
        (OverrideMode.CYCLES, 1, "2026-03-01T00:00:00", None, 100),
        (OverrideMode.CYCLES, 3, "2026-02-10T00:00:00", 3, 150),
        (OverrideMode.CYCLES, 3, "2026-03-15T00:00:00", 2, 150),
        (OverrideMode.CYCLES, 3, "2026-04-30T23:59:59", 1, 150),
        (OverrideMode.CYCLES, 3, "2026-05-01T00:00:00", None, 100),
        (OverrideMode.CYCLES, 3, "2026-09-01T00:00:00", None, 100),
        (OverrideMode.FOREVER, None, "2026-02-10T00:00:00", None, 150),
        (OverrideMode.FOREVER, None, "2026-03-01T00:00:00", None, 150),
        (OverrideMode.FOREVER, None, "2051-01-01T00:00:00", None, 150),
    ],
)
def test_an_override_raises_the_limit_while_it_has_cycles(
    mode: OverrideMode, cycles: int | None, read_at: str, remaining: int | None, effective: int
) -> None:
    budget, now = overridden(mode, cycles), at(read_at)

    assert override_cycles_remaining(budget, calendar_aligned=True, now=now) == remaining
    assert effective_limit_micros(budget, calendar_aligned=True, now=now) == effective * 1_000_000


def test_a_budget_without_override_has_its_limit() -> None:
    budget = only_budget(spent(MONTH, aligned=True))

    assert effective_limit_micros(budget, calendar_aligned=True, now=CREATED) == 100_000_000
    assert override_cycles_remaining(budget, calendar_aligned=True, now=CREATED) is None


def test_a_clock_that_was_set_back_adds_no_cycles() -> None:
    budget = overridden(OverrideMode.CYCLES, 2)

    assert override_cycles_remaining(budget, calendar_aligned=True, now=at("2025-01-01")) == 2


def test_the_cycles_of_a_rolling_budget_are_its_own_windows() -> None:
    budget = overridden(OverrideMode.CYCLES, 2, anchor="2026-01-31T10:30")

    def remaining(now: str) -> int | None:
        return override_cycles_remaining(budget, calendar_aligned=False, now=at(now))

    assert remaining("2026-03-02T10:29:59") == 2
    assert remaining("2026-03-02T10:30:00") == 1
    assert remaining("2026-04-01T10:30:00") is None


def test_an_override_that_is_used_up_is_gone() -> None:
    policy = replace(spent(MONTH, aligned=True), budgets=(overridden(OverrideMode.CYCLES, 2),))

    assert only_budget(rolled_forward(policy, at("2026-03-31"))).override is not None
    assert only_budget(rolled_forward(policy, at("2026-04-01"))).override is None


@seldom
@given(copies(), WHILES)
def test_a_rolled_forward_policy_stays_as_it_is(copy: tuple[Policy, datetime], later: timedelta) -> None:
    policy, now = copy
    once = rolled_forward(policy, now + later)

    assert rolled_forward(once, now + later) is once


@seldom
@given(copies(), WHILES, WHILES)
def test_to_roll_forward_on_the_way_changes_nothing(
    copy: tuple[Policy, datetime], first: timedelta, second: timedelta
) -> None:
    policy, now = copy

    on_the_way = rolled_forward(rolled_forward(policy, now + first), now + first + second)

    assert on_the_way == rolled_forward(policy, now + first + second)


@seldom
@given(copies(), WHILES)
def test_rolled_forward_windows_hold_now_and_usage_goes_with_its_window(
    copy: tuple[Policy, datetime], later: timedelta
) -> None:
    policy, now = copy

    after = rolled_forward(policy, now + later)

    assert_windows_hold(after, now + later)
    assert_usage_is_explained(policy, after)


@seldom
@given(copies(), INSTANTS)
def test_no_instant_moves_a_window_back(copy: tuple[Policy, datetime], instant: datetime) -> None:
    policy, _ = copy

    after = rolled_forward(policy, instant)

    pairs = list(zip(budgets(policy), budgets(after), strict=True))
    assert all(line.last_reset <= other.last_reset for line, other in pairs)
    assert_usage_is_explained(policy, after)


@seldom
@given(copies(), WHILES)
def test_remaining_cycles_are_between_one_and_all(copy: tuple[Policy, datetime], later: timedelta) -> None:
    policy, now = copy
    aligned = policy.calendar_aligned

    for line in budgets(policy):
        remaining = override_cycles_remaining(line, calendar_aligned=aligned, now=now + later)
        active = active_override(line, calendar_aligned=aligned, now=now + later)
        raised = effective_limit_micros(line, calendar_aligned=aligned, now=now + later)
        assert (raised > line.terms.max_limit_micros) is (active is not None)
        if line.override is not None and line.override.cycles_total is not None:
            assert (remaining is None) is (active is None)
            assert remaining is None or 1 <= remaining <= line.override.cycles_total
