"""Usage as time goes on: which windows have ended, when the next ones begin, and what an override adds."""

from dataclasses import replace
from datetime import datetime

from domain.lines import with_lines
from domain.records import Budget, BudgetOverride, Policy, RateLimit, ResetDuration
from domain.windows import window_end, window_number, window_start


def rolled_forward(policy: Policy, now: datetime) -> Policy:
    """Return the policy as it stands at `now`; the same object when nothing changes.

    Windows that have ended are reset: usage is 0 and `last_reset` is the begin of the window that holds
    `now`, however many have passed. It never moves back. Overrides whose cycles are used up are gone.
    """
    aligned = policy.calendar_aligned
    return with_lines(
        policy,
        budget=lambda line: _budget_rolled_forward(line, aligned, now),
        rate_limit=lambda line: _rate_limit_rolled_forward(line, aligned, now),
    )


def without_usage(policy: Policy) -> Policy:
    """Return the policy with no usage; its windows and overrides stay."""
    return with_lines(
        policy,
        budget=lambda line: replace(line, current_usage_micros=0),
        rate_limit=lambda line: replace(line, token_current_usage=0, request_current_usage=0),
    )


def budget_window_start(budget: Budget, *, calendar_aligned: bool, now: datetime) -> datetime:
    """Return the begin of the budget's window that holds `now`."""
    return window_start(
        budget.terms.reset_duration,
        anchor=budget.created_at,
        now=now,
        calendar_aligned=calendar_aligned,
        quarter_start_month=budget.terms.quarter_start_month,
    )


def next_budget_reset(budget: Budget, *, calendar_aligned: bool, now: datetime) -> datetime:
    """Return when the budget's window that holds `now` ends."""
    return window_end(
        budget.terms.reset_duration,
        anchor=budget.created_at,
        now=now,
        calendar_aligned=calendar_aligned,
        quarter_start_month=budget.terms.quarter_start_month,
    )


def next_counter_reset(
    duration: ResetDuration, *, anchor: datetime, calendar_aligned: bool, now: datetime
) -> datetime:
    """Return when a counter's window that holds `now` ends.

    Args:
        duration: the counter's reset duration.
        anchor: when the rate limit was created.
        calendar_aligned: whether the policy's windows begin at calendar boundaries.
        now: the instant asked about.
    """
    return window_end(duration, anchor=anchor, now=now, calendar_aligned=calendar_aligned)


def effective_limit_micros(budget: Budget, *, calendar_aligned: bool, now: datetime) -> int:
    """Return the most that may be spent in the window that holds `now`: the limit and an active override."""
    override = active_override(budget, calendar_aligned=calendar_aligned, now=now)
    return budget.terms.max_limit_micros + (0 if override is None else override.amount_micros)


def active_override(budget: Budget, *, calendar_aligned: bool, now: datetime) -> BudgetOverride | None:
    """Return the override that is in effect at `now`, or None."""
    override = budget.override
    if override is None or override.cycles_total is None:
        return override
    remaining = override_cycles_remaining(budget, calendar_aligned=calendar_aligned, now=now)
    return None if remaining is None else override


def override_cycles_remaining(budget: Budget, *, calendar_aligned: bool, now: datetime) -> int | None:
    """Return how many windows the override lasts, the one that holds `now` included.

    None stands for an override without end, for one that is used up, and for none.
    """
    override = budget.override
    if override is None or override.cycles_total is None:
        return None

    def number(instant: datetime) -> int:
        return window_number(
            budget.terms.reset_duration,
            anchor=budget.created_at,
            now=instant,
            calendar_aligned=calendar_aligned,
            quarter_start_month=budget.terms.quarter_start_month,
        )

    # A clock that was set back must not add cycles.
    passed = max(0, number(now) - number(override.anchor))
    remaining = override.cycles_total - passed
    return remaining if remaining > 0 else None


def _budget_rolled_forward(line: Budget, calendar_aligned: bool, now: datetime) -> Budget:
    override = active_override(line, calendar_aligned=calendar_aligned, now=now)
    if override is not line.override:
        line = replace(line, override=override)
    start = budget_window_start(line, calendar_aligned=calendar_aligned, now=now)
    if start > line.last_reset:
        line = replace(line, last_reset=start, current_usage_micros=0)
    return line


def _rate_limit_rolled_forward(line: RateLimit, calendar_aligned: bool, now: datetime) -> RateLimit:
    def ended(duration: ResetDuration | None, last_reset: datetime) -> datetime | None:
        """Return the begin of the window that holds `now` when that is a later one than the counter's."""
        if duration is None:
            return None
        start = window_start(duration, anchor=line.created_at, now=now, calendar_aligned=calendar_aligned)
        return start if start > last_reset else None

    token_start = ended(line.terms.token_reset_duration, line.token_last_reset)
    request_start = ended(line.terms.request_reset_duration, line.request_last_reset)
    if token_start is not None:
        line = replace(line, token_last_reset=token_start, token_current_usage=0)
    if request_start is not None:
        line = replace(line, request_last_reset=request_start, request_current_usage=0)
    return line
