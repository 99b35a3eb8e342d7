"""Overrides of budgets, on every backend."""

import json
from typing import Any

import pytest

from handlers.budget_overrides import (
    delete_user_access_profile_budget_override,
    update_user_access_profile_budget_override,
)
from handlers.context import Context
from handlers.contract_types import BudgetOverrideRequest, BudgetOverrideResponse, UserBudget
from tests.handlers.kept import copies, log, values
from tests.handlers.people import assign, charge, shown
from tests.handlers.samples import active, at

FIFTY_FOREVER: BudgetOverrideRequest = {"amount": 50, "mode": "forever"}
THREE_CYCLES: BudgetOverrideRequest = {"amount": 50, "mode": "cycles", "cycles": 3}

FEBRUARY = "2026-02-01T00:00:00Z"
FOREVER = {"override_amount": 50, "override_mode": "forever", "override_anchor_reset": FEBRUARY}
CYCLES = {**FOREVER, "override_mode": "cycles", "override_cycles_total": 3}


@pytest.fixture
def charged(holder: Context) -> Context:
    """Give the context in February, in which ada has spent $42 of $100 by her copy of the profile 1."""
    context = at(holder, "2026-02-10")
    monthly: Any = [{"max_limit": 100, "reset_duration": "1M"}]
    assert active(context, {"name": "Analyst", "budgets": monthly, "calendar_aligned": True}) == 1
    charge(context, assign(context, "ada", 1)["access_profile"]["id"], dollars=42)
    return context


def budget_id(context: Context) -> str:
    [copy] = copies(context, "ada")
    return copy.policy.budgets[0].id


def override(context: Context, body: BudgetOverrideRequest) -> BudgetOverrideResponse:
    return update_user_access_profile_budget_override(context, "ada", 1, budget_id(context), body).body


def clear(context: Context) -> BudgetOverrideResponse:
    return delete_user_access_profile_budget_override(context, "ada", 1, budget_id(context)).body


def listed(context: Context) -> UserBudget:
    [copy] = shown(context, "ada")
    [line] = copy["budgets"]
    return line


def told(line: Any) -> dict[str, Any]:
    """Return what a budget says of its override."""
    return {name: value for name, value in line.items() if name.startswith("override_")}


@pytest.mark.parametrize(
    ("body", "when", "expected", "limit"),
    [
        (THREE_CYCLES, "2026-02-28T23:59:59.999999", {**CYCLES, "override_cycles_remaining": 3}, 150),
        (THREE_CYCLES, "2026-04-30T23:59:59", {**CYCLES, "override_cycles_remaining": 1}, 150),
        (THREE_CYCLES, "2026-05-01", {}, 100),
        (FIFTY_FOREVER, "2026-02-10", FOREVER, 150),
        (FIFTY_FOREVER, "2031-12-31", FOREVER, 150),
    ],
)
def test_an_override_is_answered_and_listed_while_it_lasts(
    charged: Context, body: BudgetOverrideRequest, when: str, expected: dict[str, Any], limit: float
) -> None:
    answer = override(charged, body)

    at_first = {**CYCLES, "override_cycles_remaining": 3} if body is THREE_CYCLES else FOREVER
    assert (told(answer["budget"]), answer["effective_max_limit"]) == (at_first, 150)
    line = listed(at(charged, when))
    assert (told(line), line["max_limit"], line["effective_max_limit"]) == (expected, 100, limit)


def test_a_second_override_counts_from_its_own_window(charged: Context) -> None:
    override(charged, THREE_CYCLES)
    override(at(charged, "2026-03-05"), {"amount": 20, "mode": "cycles", "cycles": 1})

    march, april = listed(at(charged, "2026-03-31")), listed(at(charged, "2026-04-01"))

    assert (march.get("override_cycles_remaining"), march["effective_max_limit"]) == (1, 120)
    assert april["effective_max_limit"] == 100


@pytest.mark.parametrize(
    ("when", "usage", "last_reset"), [("2026-02-28", 42, FEBRUARY), ("2026-06-02", 0, "2026-06-01T00:00:00Z")]
)
def test_usage_and_window_stay_until_the_window_has_ended(
    charged: Context, when: str, usage: float, last_reset: str
) -> None:
    answer = override(at(charged, when), FIFTY_FOREVER)["budget"]

    assert (answer["current_usage"], answer["last_reset"]) == (usage, last_reset)
    [line] = copies(charged, "ada")[0].policy.budgets
    assert (line.current_usage_micros, line.created_at) == (usage * 1_000_000, charged.now)


def test_amounts_are_kept_to_the_sixth_decimal(charged: Context) -> None:
    override(charged, {"amount": 0.000001, "mode": "forever"})
    assert listed(charged)["effective_max_limit"] == 100.000001

    override(charged, {"amount": 1_000_000_000, "mode": "cycles", "cycles": 10_000})
    assert listed(charged)["effective_max_limit"] == 1_000_000_100


def test_a_copy_whose_template_is_gone_goes_by_its_own_id(charged: Context) -> None:
    budget: Any = {"max_limit": 7, "reset_duration": "1d"}
    active(charged, {"name": "Other"})
    profile_id = active(charged, {"name": "Gone", "budgets": [budget]})
    copy = assign(charged, "bob", profile_id)["access_profile"]
    with charged.store.write() as tx:
        tx.profiles.delete(profile_id)
    assert copy["id"] != profile_id

    line_id = copy["budgets"][0]["id"]
    update_user_access_profile_budget_override(charged, "bob", copy["id"], line_id, FIFTY_FOREVER)

    assert shown(charged, "bob")[0]["budgets"][0]["effective_max_limit"] == 57


def test_a_removed_override_leaves_the_budget_as_it_was(charged: Context) -> None:
    before = copies(charged, "ada")
    override(charged, FIFTY_FOREVER)

    assert clear(charged)["effective_max_limit"] == 100

    assert copies(charged, "ada") == before


def test_each_change_keeps_one_audit_row_and_no_change_none(charged: Context) -> None:
    before = len(log(charged))

    clear(charged)
    override(charged, THREE_CYCLES)
    override(charged, THREE_CYCLES)
    clear(charged)
    clear(charged)

    none = {"override_amount": None}
    fifty = {"override_amount": 50, "override_mode": "cycles", "override_cycles_total": 3}
    added, removed = log(charged)[before:]
    for row, event, change in (
        (added, "override_set", (none, fifty)),
        (removed, "override_clear", (fifty, none)),
    ):
        assert (row.action, row.access_profile_id, row.user_id, row.actor) == ("update", 1, "ada", "tests")
        assert json.loads(row.metadata or "") == {"event": event, "budget_id": budget_id(charged)}
        assert values(row) == change
