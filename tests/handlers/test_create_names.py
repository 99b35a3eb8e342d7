"""createAccessProfile and names that are taken, on every backend."""

import pytest

from domain.errors import Conflict, RulesBroken
from handlers.context import Context
from tests.handlers.samples import create, create_named, page


def test_rules_are_checked_before_the_name_is_compared(context: Context) -> None:
    create_named(context, "Analyst")

    with pytest.raises(RulesBroken):
        create(context, {"name": "Analyst", "rate_limit": {}})


@pytest.mark.parametrize("name", ["Analyst", " Analyst", "Analyst\u3000\n"])
def test_a_name_is_compared_after_trimming(context: Context, name: str) -> None:
    create_named(context, "Analyst")

    with pytest.raises(Conflict) as refused:
        create(context, {"name": name})

    assert (refused.value.kind, refused.value.field, refused.value.value) == (
        "access profile",
        "name",
        "Analyst",
    )
    assert page(context)["total_count"] == 1


def test_names_in_other_case_are_other_names(context: Context) -> None:
    assert create_named(context, "Analyst", "analyst", "ANALYST") == [1, 2, 3]
