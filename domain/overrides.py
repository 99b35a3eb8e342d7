"""Overrides: a temporary raise of one copy's budget."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from domain.errors import NotFound
from domain.lines import with_lines
from domain.records import Budget, BudgetOverride, OverrideMode, Policy
from domain.usage import budget_window_start


def find_budget(policy: Policy, budget_id: str) -> tuple[Budget, str]:
    """Return a budget of the policy with its scope: `total`, or `provider:` and the provider's name.

    Raises:
        NotFound: the policy has no such budget.
    """
    for budget, scope in _scoped_budgets(policy):
        if budget.id == budget_id:
            return budget, scope
    raise NotFound("budget", budget_id)


def with_override(
    policy: Policy,
    budget_id: str,
    *,
    amount_micros: int,
    mode: OverrideMode,
    cycles: int | None,
    now: datetime,
) -> Policy:
    """Return the policy with an override of a budget, in the place of an earlier one.

    The budget's window and usage stay.

    Args:
        policy: the policy of a copy.
        budget_id: the budget, of the policy itself or of a provider.
        amount_micros: micro-dollars on top of the limit.
        mode: how long it lasts.
        cycles: with the mode `cycles`, how many windows, the current one included. Without meaning otherwise.
        now: when it is set.

    Raises:
        NotFound: the policy has no such budget.
    """
    budget, _ = find_budget(policy, budget_id)
    override = BudgetOverride(
        amount_micros=amount_micros,
        mode=mode,
        cycles_total=cycles if mode is OverrideMode.CYCLES else None,
        anchor=budget_window_start(budget, calendar_aligned=policy.calendar_aligned, now=now),
    )
    return _replaced(policy, budget, replace(budget, override=override))


def without_override(policy: Policy, budget_id: str) -> Policy:
    """Return the policy without the override of a budget; the same object when there is none.

    Raises:
        NotFound: the policy has no such budget.
    """
    budget, _ = find_budget(policy, budget_id)
    return policy if budget.override is None else _replaced(policy, budget, replace(budget, override=None))


def _scoped_budgets(policy: Policy) -> Iterator[tuple[Budget, str]]:
    for budget in policy.budgets:
        yield budget, "total"
    for config in policy.provider_configs:
        for budget in config.budgets:
            yield budget, f"provider:{config.provider_name}"


def _replaced(policy: Policy, budget: Budget, changed: Budget) -> Policy:
    return with_lines(policy, budget=lambda line: changed if line is budget else line)
