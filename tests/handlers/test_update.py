"""updateAccessProfile, on every backend."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import Conflict, NotFound, RulesBroken
from handlers.access_profiles import update_access_profile
from handlers.context import Context, Principal
from handlers.contract_types import AccessProfile, UpdateAccessProfileRequest
from store.api import AuditFilter
from tests.handlers.lifecycle import FULL, history, update
from tests.handlers.samples import NOW, create, create_named, read
from tests.server.requests import PATH, new_key, request, store_with_keys

WHEN = "2026-05-13T09:41:07.250000Z"
LATER = NOW + timedelta(hours=3)
KEY = new_key()
LISTS = ("tags", "provider_configs", "budgets", "mcp_tool_groups", "mcp_servers", "mcp_tool_overrides")


def content(profile: AccessProfile) -> dict[str, Any]:
    """Return what an update may change."""
    return {name: value for name, value in profile.items() if name not in ("version", "updated_at")}


@pytest.mark.parametrize("name", [*FULL])
def test_what_is_absent_is_kept(context: Context, name: str) -> None:
    created = create(context, FULL)
    sent: dict[str, Any] = {**FULL, "description": "Other words."}
    del sent[name]

    changed = update(context, created["id"], sent)  # type: ignore[arg-type]

    assert changed.get(name) == created.get(name)
    assert changed == read(context, created["id"])["access_profile"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        *[({name: []}, {name: []}) for name in LISTS],
        ({"rate_limit": None}, {"rate_limit": None}),
        ({"description": None}, {"description": None}),
        ({"description": ""}, {"description": ""}),
        ({"calendar_aligned": None, "tags": []}, {"calendar_aligned": True, "tags": []}),
    ],
)
def test_what_is_empty_or_null_clears_that_field_alone(
    context: Context, body: UpdateAccessProfileRequest, expected: dict[str, Any]
) -> None:
    created = create(context, FULL)

    changed = update(context, created["id"], body)

    cleared = content(created) | expected
    if "rate_limit" in body:
        del cleared["rate_limit"]
    assert content(changed) == cleared
    assert changed == read(context, created["id"])["access_profile"]


def test_each_list_that_is_null_is_refused_at_its_place() -> None:
    store = store_with_keys(KEY)
    request(store, "POST", PATH, KEY.key, json=FULL)

    answer = request(store, "PUT", f"{PATH}/1", KEY.key, json=dict.fromkeys(LISTS))

    assert answer.status_code == 400
    faults = answer.json()["extra_fields"]["errors"]
    assert {(fault["pointer"], fault["code"]) for fault in faults} == {(f"/{name}", "type") for name in LISTS}
    assert history(store, 1) == ([1], ["create"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": " Analyst ", "description": "Reports."},
        {"tags": ["finance", "eu", "finance"], "calendar_aligned": True},
        {"budgets": [{"max_limit": 50.0000004, "reset_duration": "1M"}, *FULL["budgets"][1:]]},
        FULL,
    ],
)
def test_what_changes_nothing_leaves_no_version_and_no_audit_row(
    context: Context, body: UpdateAccessProfileRequest
) -> None:
    created = create(context, FULL)

    assert update(context, created["id"], body, at=LATER) == created
    assert history(context.store, created["id"]) == ([1], ["create"])


def test_a_change_leaves_one_version_and_one_audit_row_of_what_changed(context: Context) -> None:
    profile_id = create(context, FULL)["id"]
    other = replace(context, now=LATER, principal=Principal("another key", frozenset("*")))

    changed = update(other, profile_id, {"name": "Chief", "description": "Reports.", "rate_limit": None})

    assert (changed["version"], changed["created_at"]) == (2, WHEN)
    assert changed["updated_at"] == "2026-05-13T12:41:07.250000Z"
    assert history(context.store, profile_id) == ([1, 2], ["create", "update"])
    with context.store.read() as tx:
        row = tx.audit.list(AuditFilter(profile_id, "update"), limit=1, offset=0).rows[0]
        version = tx.profiles.version(profile_id, 2)
    assert (row.actor, row.created_at) == (version.changed_by, version.created_at) == ("another key", LATER)
    previous, new = json.loads(row.previous_values or ""), json.loads(row.new_values or "")
    assert previous.keys() == new.keys() == {"name", "rate_limit", "version"}
    assert (previous["name"], new["name"]) == ("Analyst", "Chief")
    assert (previous["rate_limit"]["request_max_limit"], new["rate_limit"]) == (1000, None)
    assert json.loads(version.snapshot)["name"] == "Chief"


def test_a_refusal_leaves_nothing(context: Context) -> None:
    created = create(context, FULL)
    create_named(context, "Taken")

    with pytest.raises(Conflict):
        update(context, created["id"], {"name": " Taken", "budgets": []})
    with pytest.raises(RulesBroken):
        update(context, created["id"], {"description": "Other words.", "rate_limit": {}})
    with pytest.raises(NotFound):
        update(context, 99, {"description": "Other words."})

    assert read(context, created["id"])["access_profile"] == created
    assert history(context.store, created["id"]) == ([1], ["create"])
    assert history(context.store, 99) == ([], [])


@pytest.mark.parametrize(
    ("stored", "sent", "path"),
    [
        (
            {"mcp_servers": [{"mcp_server_id": "jira"}, {"mcp_server_id": "github"}]},
            {"mcp_tool_overrides": FULL["mcp_tool_overrides"]},
            ("mcp_tool_overrides", 0),
        ),
        (
            {"mcp_tool_overrides": FULL["mcp_tool_overrides"]},
            {"mcp_servers": [{"mcp_server_id": "jira"}, {"mcp_server_id": "github"}]},
            ("mcp_servers", 1),
        ),
    ],
)
def test_a_conflict_with_what_is_stored_is_placed_in_what_is_sent(
    context: Context, stored: dict[str, Any], sent: UpdateAccessProfileRequest, path: tuple[str, int]
) -> None:
    created = create(context, {"name": "a", **stored})  # type: ignore[typeddict-item]

    with pytest.raises(RulesBroken) as refused:
        update(context, created["id"], {**sent, "budgets": [*FULL["budgets"], *FULL["budgets"][:1]]})

    assert [(fault.path, fault.code) for fault in refused.value.faults] == [
        (("budgets", 2, "reset_duration"), "duplicate"),
        (path, "mcp_conflict"),
    ]


def test_only_lists_that_are_sent_are_too_long(context: Context) -> None:
    tags = [f"t{number}" for number in range(51)]
    configs: Any = [{"provider_name": f"p{number}"} for number in range(101)]
    days: Any = [{"max_limit": 1, "reset_duration": "1d"}] * 101
    created = create(context, {"name": "a", "tags": tags, "provider_configs": configs})

    assert update(context, created["id"], {"description": "Other words."})["tags"] == tags

    with pytest.raises(RulesBroken) as refused:
        update(
            context,
            created["id"],
            {
                "tags": tags,
                "provider_configs": [*configs[1:], {"provider_name": "p", "budgets": days}],
                "budgets": days,
            },
        )
    assert [fault.path for fault in refused.value.faults if fault.code == "too_many"] == [
        ("tags",),
        ("provider_configs",),
        ("provider_configs", 100, "budgets"),
        ("budgets",),
    ]


def test_an_update_answers_with_the_tag_of_the_profile_as_it_is(context: Context) -> None:
    profile_id = create(context, FULL)["id"]

    first = update_access_profile(context, profile_id, None, {"description": None}).headers["ETag"]
    idle = update_access_profile(context, profile_id, first, {}).headers["ETag"]
    second = update_access_profile(context, profile_id, idle, {"tags": []}).headers["ETag"]

    assert first == idle != second
