"""Lines of a policy: how terms become one, what a changed line keeps, and a walk over all of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from operator import is_
from typing import TypeVar

from domain.records import (
    Budget,
    BudgetTerms,
    Policy,
    ProviderConfig,
    RateLimit,
    RateLimitTerms,
    ResetDuration,
)
from domain.windows import window_start

_Item = TypeVar("_Item")


def same_windows(one: BudgetTerms, other: BudgetTerms) -> bool:
    """Return whether two budgets have the same windows: one duration and, for quarters, one start.

    Start months are compared by their place within a quarter, as nothing else of them matters.
    """
    return one.reset_duration is other.reset_duration and (
        one.reset_duration is not ResetDuration.QUARTER or _quarter_place(one) == _quarter_place(other)
    )


def share_windows(one: RateLimitTerms, other: RateLimitTerms) -> bool:
    """Return whether two rate limits have the same windows for tokens, or for requests."""
    return _same_counter(one.token_reset_duration, other.token_reset_duration) or _same_counter(
        one.request_reset_duration, other.request_reset_duration
    )


@dataclass(frozen=True, slots=True)
class LineFactory:
    """Makes lines of terms.

    Attributes:
        line_id: gives the id of a budget or rate limit, never the same twice.
        calendar_aligned: whether the policy's windows begin at calendar boundaries.
        now: the anchor of windows that begin, UTC.
    """

    line_id: Callable[[], str]
    calendar_aligned: bool
    now: datetime

    def budget(self, terms: BudgetTerms, kept: Budget | None = None) -> Budget:
        """Return the line that these terms make.

        Args:
            terms: the terms.
            kept: the line that it takes the place of. The id stays; the clock, usage and override stay if the
                windows are the same, else a window without usage begins.
        """
        if kept is not None and same_windows(kept.terms, terms):
            return kept if kept.terms == terms else replace(kept, terms=terms)
        return Budget(
            id=self.line_id() if kept is None else kept.id,
            terms=terms,
            created_at=self.now,
            last_reset=window_start(
                terms.reset_duration,
                anchor=self.now,
                now=self.now,
                calendar_aligned=self.calendar_aligned,
                quarter_start_month=terms.quarter_start_month,
            ),
        )

    def rate_limit(self, terms: RateLimitTerms, kept: RateLimit | None = None) -> RateLimit:
        """Return the line that these terms make.

        Args:
            terms: the terms.
            kept: the line that it takes the place of. The id stays, and each counter whose duration stays
                keeps its window and usage. The two counters have one anchor: while one of them stays, the
                other's windows are counted from it as well.
        """
        if kept is None or not share_windows(kept.terms, terms):
            return RateLimit(
                id=self.line_id() if kept is None else kept.id,
                terms=terms,
                created_at=self.now,
                token_last_reset=self._counter_start(terms.token_reset_duration, self.now),
                request_last_reset=self._counter_start(terms.request_reset_duration, self.now),
            )
        changed = replace(kept, terms=terms)
        if terms.token_reset_duration is not kept.terms.token_reset_duration:
            start = self._counter_start(terms.token_reset_duration, kept.created_at)
            changed = replace(changed, token_last_reset=start, token_current_usage=0)
        if terms.request_reset_duration is not kept.terms.request_reset_duration:
            start = self._counter_start(terms.request_reset_duration, kept.created_at)
            changed = replace(changed, request_last_reset=start, request_current_usage=0)
        return changed

    def _counter_start(self, duration: ResetDuration | None, anchor: datetime) -> datetime:
        if duration is None:
            return self.now
        return window_start(duration, anchor=anchor, now=self.now, calendar_aligned=self.calendar_aligned)


def with_lines(
    policy: Policy,
    *,
    budget: Callable[[Budget], Budget] = lambda line: line,
    rate_limit: Callable[[RateLimit], RateLimit] = lambda line: line,
) -> Policy:
    """Return the policy with what the functions make of each line; the same object when all lines stay."""

    def config(given: ProviderConfig) -> ProviderConfig:
        budgets = _each(given.budgets, budget)
        limit = None if given.rate_limit is None else rate_limit(given.rate_limit)
        if budgets is given.budgets and limit is given.rate_limit:
            return given
        return replace(given, budgets=budgets, rate_limit=limit)

    configs = _each(policy.provider_configs, config)
    budgets = _each(policy.budgets, budget)
    limit = None if policy.rate_limit is None else rate_limit(policy.rate_limit)
    if configs is policy.provider_configs and budgets is policy.budgets and limit is policy.rate_limit:
        return policy
    return replace(policy, provider_configs=configs, budgets=budgets, rate_limit=limit)


def _each(items: tuple[_Item, ...], change: Callable[[_Item], _Item]) -> tuple[_Item, ...]:
    changed = tuple(map(change, items))
    return items if all(map(is_, changed, items)) else changed


def _quarter_place(terms: BudgetTerms) -> int:
    return (terms.quarter_start_month or 1) % 3


def _same_counter(one: ResetDuration | None, other: ResetDuration | None) -> bool:
    return one is not None and one is other
