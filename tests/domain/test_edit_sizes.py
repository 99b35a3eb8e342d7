"""How long the lists of a partial update may be."""

import pytest

from domain.edits import BudgetEdit, PolicyEdit, ProviderEdit, size_faults
from domain.records import BudgetTerms
from tests.domain.samples import DAY


@pytest.mark.parametrize(
    ("edit", "tags", "path"),
    [
        (PolicyEdit(), ("t",) * 51, ("tags",)),
        (PolicyEdit(budgets=(BudgetEdit(BudgetTerms(1, DAY)),) * 101), None, ("budgets",)),
        (PolicyEdit(provider_configs=(ProviderEdit("a"),) * 101), None, ("provider_configs",)),
        (
            PolicyEdit(
                provider_configs=(
                    ProviderEdit("a"),
                    ProviderEdit("b", budgets=(BudgetEdit(BudgetTerms(1, DAY)),) * 101),
                )
            ),
            None,
            ("provider_configs", 1, "budgets"),
        ),
    ],
)
def test_a_list_that_is_too_long_is_a_fault(
    edit: PolicyEdit, tags: tuple[str, ...] | None, path: tuple[str | int, ...]
) -> None:
    assert [(fault.path, fault.code) for fault in size_faults(edit, tags)] == [(path, "too_many")]


def test_lists_at_their_limits_are_no_fault() -> None:
    budgets = (BudgetEdit(BudgetTerms(1, DAY)),) * 100
    edit = PolicyEdit(provider_configs=(ProviderEdit("a", budgets=budgets),) * 100, budgets=budgets)

    assert size_faults(edit, ("t",) * 50) == []
    assert size_faults(PolicyEdit(), None) == []


def test_every_list_that_is_too_long_is_named() -> None:
    budgets = (BudgetEdit(BudgetTerms(1, DAY)),) * 101
    edit = PolicyEdit(provider_configs=(ProviderEdit("a", budgets=budgets),) * 101, budgets=budgets)

    found = size_faults(edit, ("t",) * 51)

    assert len(found) == 2 + 101 + 1
    assert found[0].message == "This list may have 50 entries at most, not 51."
