"""What holds for every policy at any time."""

from collections.abc import Iterator
from datetime import datetime

from domain.lines import same_windows
from domain.records import BudgetTerms, Policy, ResetDuration
from domain.windows import window_start
from tests.domain.samples import budgets, config_ids, line_ids, rate_limits


def assert_no_id_stands_twice(policy: Policy) -> None:
    assert len(set(line_ids(policy))) == len(line_ids(policy))
    assert len(set(config_ids(policy))) == len(config_ids(policy))


def assert_no_id_is_shared(one: Policy, other: Policy) -> None:
    assert not set(line_ids(one)) & set(line_ids(other))
    assert not set(config_ids(one)) & set(config_ids(other))


def assert_windows_hold(policy: Policy, now: datetime) -> None:
    """Every window is the one that holds `now`, and begins where the lattice says."""
    for start, last_reset in _clocks(policy, now):
        assert start == last_reset <= now


def assert_windows_are_open(policy: Policy, now: datetime) -> None:
    """Every window is the one that holds `now`; a switch of alignment may have left it a later begin."""
    for start, last_reset in _clocks(policy, now):
        assert start <= last_reset <= now


def assert_usage_is_explained(before: Policy, after: Policy) -> None:
    """Usage stays, but is 0 where a window has ended and where the windows are others."""
    earlier_usages = _usages(before)
    for key, (usage, last_reset, kind) in _usages(after).items():
        earlier = earlier_usages.get(key)
        if earlier is None or not _same_kind(kind, earlier[2]):
            assert usage == 0
        elif usage != earlier[0]:
            assert usage == 0
            assert last_reset > earlier[1]


_Kind = BudgetTerms | ResetDuration | None


def _same_kind(one: _Kind, other: _Kind) -> bool:
    if isinstance(one, BudgetTerms) and isinstance(other, BudgetTerms):
        return same_windows(one, other)
    return one is other


def _usages(policy: Policy) -> dict[str, tuple[int, datetime, _Kind]]:
    found: dict[str, tuple[int, datetime, _Kind]] = {}
    for budget in budgets(policy):
        found[budget.id] = (budget.current_usage_micros, budget.last_reset, budget.terms)
    for limit in rate_limits(policy):
        terms = limit.terms
        found[f"{limit.id} token"] = (
            limit.token_current_usage,
            limit.token_last_reset,
            terms.token_reset_duration,
        )
        found[f"{limit.id} request"] = (
            limit.request_current_usage,
            limit.request_last_reset,
            terms.request_reset_duration,
        )
    return found


def _clocks(policy: Policy, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield for each window the begin of the one that holds `now`, and the one that the policy states."""
    aligned = policy.calendar_aligned
    for budget in budgets(policy):
        start = window_start(
            budget.terms.reset_duration,
            anchor=budget.created_at,
            now=now,
            calendar_aligned=aligned,
            quarter_start_month=budget.terms.quarter_start_month,
        )
        yield start, budget.last_reset
    for limit in rate_limits(policy):
        for duration, last_reset in (
            (limit.terms.token_reset_duration, limit.token_last_reset),
            (limit.terms.request_reset_duration, limit.request_last_reset),
        ):
            if duration is not None:
                start = window_start(duration, anchor=limit.created_at, now=now, calendar_aligned=aligned)
                yield start, last_reset
