"""updateAccessProfile and the lines of a policy, on every backend: their ids and their windows."""

from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.context import Context
from handlers.contract_types import AccessProfile, CreateAccessProfileRequest
from tests.handlers.samples import FULL, NOW, WHEN, create, update

LATER = NOW + timedelta(hours=3)


def test_a_budget_keeps_its_window_unless_its_duration_changes(context: Context) -> None:
    created = create(context, {"name": "a", "budgets": FULL["budgets"]})
    month, week = (line["id"] for line in created["budgets"])

    changed = update(
        context,
        created["id"],
        {
            "budgets": [
                {"max_limit": 99, "reset_duration": "1M"},
                {"max_limit": 5, "reset_duration": "1d", "id": week},
            ]
        },
        now=LATER,
    )

    assert [(line["id"], line["last_reset"]) for line in changed["budgets"]] == [
        (month, WHEN),
        (week, "2026-05-13T12:41:07.250000Z"),
    ]


def test_two_budgets_that_swap_their_ids_are_a_change(context: Context) -> None:
    created = create(context, {"name": "a", "budgets": FULL["budgets"]})
    month, week = created["budgets"]

    changed = update(
        context, created["id"], {"budgets": [{**month, "id": week["id"]}, {**week, "id": month["id"]}]}
    )

    assert [line["id"] for line in changed["budgets"]] == [week["id"], month["id"]]
    assert changed["version"] == 2


def test_ids_that_name_nothing_or_are_no_ids_count_for_nothing(context: Context) -> None:
    created = create(context, FULL)
    first, second = created["provider_configs"]
    sent: Any = {
        "budgets": [{**line, "id": 7} for line in created["budgets"]],
        # `True` is 1 for Python, and 1 the id of the first.
        "provider_configs": [{**first, "id": None}, {**second, "id": True}],
        "rate_limit": {**created["rate_limit"], "id": None},
    }

    assert update(context, created["id"], sent) == created


def test_a_removed_line_does_not_come_back(context: Context) -> None:
    created = create(context, FULL)
    update(context, created["id"], {"budgets": [], "provider_configs": [], "rate_limit": None})

    again = update(
        context,
        created["id"],
        {
            "budgets": created["budgets"],  # type: ignore[typeddict-item]
            "provider_configs": created["provider_configs"],  # type: ignore[typeddict-item]
            "rate_limit": created["rate_limit"],  # type: ignore[typeddict-item]
        },
    )

    def ids(profile: AccessProfile) -> set[str | int]:
        budgets = {line["id"] for line in profile["budgets"]}
        return {
            *budgets,
            *(config["id"] for config in profile["provider_configs"]),
            profile["rate_limit"]["id"],
        }

    assert len(ids(again)) == 5
    assert ids(again).isdisjoint(ids(created))


WINDOWS: CreateAccessProfileRequest = {
    "name": "a",
    "budgets": [
        {"max_limit": 1, "reset_duration": "1h"},
        {"max_limit": 1, "reset_duration": "1M"},
        {"max_limit": 1, "reset_duration": "1Y"},
    ],
}


def test_turning_alignment_off_moves_windows_forward_to_those_counted_from_creation(context: Context) -> None:
    profile_id = create(context, {**WINDOWS, "calendar_aligned": True})["id"]

    changed = update(context, profile_id, {"calendar_aligned": False}, now=datetime(2026, 6, 20, tzinfo=UTC))

    assert [line["last_reset"] for line in changed["budgets"]] == [
        "2026-06-19T23:41:07.250000Z",
        "2026-06-12T09:41:07.250000Z",
        WHEN,
    ]
    assert changed["calendar_aligned"] is False
