"""updateAccessProfile, on every backend."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handlers.access_profiles import update_access_profile
from handlers.context import Context, Principal
from handlers.contract_types import AccessProfile, UpdateAccessProfileRequest
from store.api import AuditFilter
from tests.handlers.kept import history
from tests.handlers.samples import FULL, NOW, WHEN, create, read, update
from tests.server.requests import PATH, new_key, request, store_with_keys

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

    assert update(context, created["id"], body, now=LATER) == created
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


def test_lists_that_are_not_sent_may_be_longer_than_an_update_may_make_them(context: Context) -> None:
    tags = [f"t{number}" for number in range(51)]
    configs: Any = [{"provider_name": f"p{number}"} for number in range(101)]
    created = create(context, {"name": "a", "tags": tags, "provider_configs": configs})

    assert update(context, created["id"], {"description": "Other words."})["tags"] == tags


def test_an_update_answers_with_the_tag_of_the_profile_as_it_is(context: Context) -> None:
    profile_id = create(context, FULL)["id"]

    first = update_access_profile(context, profile_id, None, {"description": None}).headers["ETag"]
    idle = update_access_profile(context, profile_id, first, {}).headers["ETag"]
    second = update_access_profile(context, profile_id, idle, {"tags": []}).headers["ETag"]

    assert first == idle != second
