"""Overrides of budgets."""

from dataclasses import replace

import pytest

from domain.errors import NotFound
from domain.overrides import find_budget, with_override, without_override
from domain.records import (
    BudgetOverride,
    BudgetTerms,
    OverrideMode,
    Policy,
    PolicyTerms,
    ProviderTerms,
    ResetDuration,
)
from domain.usage import effective_limit_micros, override_cycles_remaining, rolled_forward
from tests.domain.samples import DAY, HOUR, MONTH, at, in_force

TERMS = PolicyTerms(
    provider_configs=(
        ProviderTerms("openai", budgets=(BudgetTerms(7, DAY),)),
        ProviderTerms("azure", budgets=(BudgetTerms(8, DAY),)),
    ),
    budgets=(BudgetTerms(100_000_000, MONTH), BudgetTerms(9, HOUR)),
    calendar_aligned=True,
)
COPY = in_force(TERMS, at("2026-01-20T08:00"))
MONTHLY = COPY.budgets[0].id
AZURE = COPY.provider_configs[1].budgets[0].id


def raised(
    policy: Policy,
    when: str,
    *,
    amount: int = 50,
    mode: OverrideMode = OverrideMode.CYCLES,
    cycles: int | None,
) -> Policy:
    return with_override(
        policy, MONTHLY, amount_micros=amount * 1_000_000, mode=mode, cycles=cycles, now=at(when)
    )


def read(policy: Policy, when: str) -> tuple[int | None, int]:
    """Return the remaining cycles and the effective limit in dollars."""
    budget, _ = find_budget(rolled_forward(policy, at(when)), MONTHLY)
    remaining = override_cycles_remaining(budget, calendar_aligned=True, now=at(when))
    return remaining, effective_limit_micros(budget, calendar_aligned=True, now=at(when)) // 1_000_000


def test_an_override_is_kept_with_the_begin_of_its_window_and_is_gone_when_it_is_used_up() -> None:
    policy = raised(COPY, "2026-02-10", cycles=2)

    budget, _ = find_budget(policy, MONTHLY)
    assert budget.override == BudgetOverride(50_000_000, OverrideMode.CYCLES, 2, at("2026-02-01"))
    assert [read(policy, when) for when in ("2026-02-10", "2026-03-31", "2026-04-01")] == [
        (2, 150),
        (1, 150),
        (None, 100),
    ]


@pytest.mark.parametrize("now", ["2026-02-28T23:59:59", "2026-03-02T10:29:59", "2027-02-01"])
@pytest.mark.parametrize("aligned", [True, False])
def test_the_anchor_is_the_begin_of_the_window_of_every_duration(now: str, aligned: bool) -> None:
    budgets = tuple(BudgetTerms(9, duration) for duration in ResetDuration)
    copy = in_force(PolicyTerms(budgets=budgets, calendar_aligned=aligned), at("2026-01-31T10:30"))

    for line in rolled_forward(copy, at(now)).budgets:
        policy = with_override(
            copy, line.id, amount_micros=1, mode=OverrideMode.FOREVER, cycles=None, now=at(now)
        )
        override = find_budget(policy, line.id)[0].override
        assert override is not None
        assert override.anchor == line.last_reset


def test_an_override_takes_the_place_of_an_earlier_one() -> None:
    policy = raised(raised(COPY, "2026-02-10", cycles=3), "2026-03-05", amount=20, cycles=1)

    assert read(policy, "2026-03-31") == (1, 120)


def test_cycles_mean_nothing_to_an_override_without_end() -> None:
    budget, _ = find_budget(raised(COPY, "2026-02-10", mode=OverrideMode.FOREVER, cycles=2), MONTHLY)

    assert budget.override is not None
    assert budget.override.cycles_total is None


def test_an_override_leaves_window_usage_and_other_budgets_alone() -> None:
    used = replace(COPY, budgets=(replace(COPY.budgets[0], current_usage_micros=42), COPY.budgets[1]))

    policy = raised(used, "2026-02-10", cycles=1)

    assert replace(policy.budgets[0], override=None) == used.budgets[0]
    assert policy.budgets[1] is used.budgets[1]
    assert policy.provider_configs is used.provider_configs


def test_the_budget_of_a_provider_takes_an_override_as_well() -> None:
    policy = with_override(
        COPY, AZURE, amount_micros=5, mode=OverrideMode.CYCLES, cycles=2, now=at("2026-02-10T15:00")
    )

    budget, scope = find_budget(policy, AZURE)
    assert budget.override is not None
    assert (scope, budget.override.anchor) == ("provider:azure", at("2026-02-10"))
    assert policy.provider_configs[0] is COPY.provider_configs[0]
    assert policy.budgets is COPY.budgets


def test_a_budget_of_the_policy_itself_has_the_scope_total() -> None:
    assert find_budget(COPY, MONTHLY) == (COPY.budgets[0], "total")


def test_an_override_is_removed() -> None:
    assert without_override(raised(COPY, "2026-02-10", cycles=3), MONTHLY) == COPY


def test_to_remove_no_override_changes_nothing() -> None:
    assert without_override(COPY, MONTHLY) is COPY


def test_an_unknown_budget_is_not_found() -> None:
    with pytest.raises(NotFound) as found:
        find_budget(COPY, "absent")
    assert (found.value.kind, found.value.key) == ("budget", "absent")
    with pytest.raises(NotFound):
        without_override(COPY, "absent")
    with pytest.raises(NotFound):
        with_override(
            COPY, "absent", amount_micros=1, mode=OverrideMode.FOREVER, cycles=None, now=at("2026-02-10")
        )
