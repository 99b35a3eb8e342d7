"""Audit rows and versions, kept in the transaction of the change, on every backend."""

import json
from dataclasses import replace

import pytest

from domain.errors import Unavailable
from handlers.access_profiles import delete_access_profile, update_access_profile
from handlers.api_keys import create_api_key
from handlers.context import Context, Principal
from handlers.contract_types import AuditLogListResponse
from handlers.history import (
    get_access_profile_version,
    list_access_profile_audit_logs,
    list_access_profile_audit_logs_by_id,
    list_access_profile_versions,
)
from handlers.user_access_profiles import assign_user_access_profile
from handlers.users import delete_user
from handlers.virtual_keys import add_user_virtual_key
from server.contract.document import load_contract
from tests.handlers.changes import CHANGES, NO_CHANGES
from tests.handlers.kept import everything, log, told, values
from tests.handlers.refusals import REFUSALS
from tests.handlers.samples import NOW, call, create, create_named
from tests.handlers.world import HELD, build, refusal
from tests.store.wrappers import FaultyStore, Moment


def page(
    context: Context,
    *,
    limit: int = 25,
    offset: int = 0,
    action: str | None = None,
    user_id: str | None = None,
) -> AuditLogListResponse:
    return list_access_profile_audit_logs(context, limit, offset, action, user_id).body


def test_the_table_of_changes_has_every_operation_that_is_no_get() -> None:
    operations = load_contract().operations

    assert set(CHANGES) == {
        operation.operation_id for operation in operations if operation.method.upper() != "GET"
    }


@pytest.mark.parametrize("operation_id", CHANGES)
def test_a_change_makes_its_rows(context: Context, operation_id: str) -> None:
    build(context)
    arguments, rows = CHANGES[operation_id]
    before = log(context)
    later = replace(context, now=NOW.replace(hour=11), principal=Principal("ops", frozenset("*")))

    call(later, operation_id, *arguments)

    assert log(context)[: len(before)] == before
    made = log(context)[len(before) :]
    assert [told(row) for row in made] == rows
    assert {(row.actor, row.created_at) for row in made} == {("ops", later.now)}


def test_changes_that_are_not_committed_leave_no_rows(context: Context) -> None:
    build(context)
    before = everything(context)
    failing = FaultyStore(context.store, lambda moment: moment is Moment.WRITE_COMMITS)

    for operation_id, (arguments, _) in CHANGES.items():
        with pytest.raises(Unavailable):
            call(replace(context, store=failing), operation_id, *arguments)
        assert everything(context) == before, operation_id


def test_requests_that_change_nothing_leave_no_rows(context: Context) -> None:
    build(context)
    before = everything(context)

    for operation_id, arguments in NO_CHANGES:
        call(replace(context, now=NOW.replace(hour=11)), operation_id, *arguments)
        assert everything(context) == before, (operation_id, arguments)


def test_refusals_say_why_and_leave_everything_as_it_was(context: Context) -> None:
    build(context)
    before = everything(context)

    wrong = [
        f"{operation_id} {arguments}: {found}, not {expected}"
        for operation_id, arguments, expected in REFUSALS
        if (found := refusal(context, operation_id, *arguments)) != expected or everything(context) != before
    ]

    assert not wrong, "\n".join(wrong)


def test_an_update_tells_what_differs_as_it_was_and_as_it_is(context: Context) -> None:
    [profile_id] = create_named(context, "Analyst", tags=["eu"])

    update_access_profile(context, profile_id, None, {"name": "Editor", "tags": ["eu"], "description": "ü"})

    row = log(context)[-1]
    assert values(row) == (
        {"name": "Analyst", "description": None, "version": 1},
        {"name": "Editor", "description": "ü", "version": 2},
    )
    assert row.metadata is None


def test_a_snapshot_is_the_configuration_with_its_ids(context: Context) -> None:
    profile = create(
        context,
        {
            "name": "Analyst",
            "provider_configs": [
                {
                    "provider_name": "openai",
                    "rate_limit": {"token_max_limit": 5, "token_reset_duration": "1h"},
                }
            ],
            "budgets": [
                {"max_limit": 0.5, "reset_duration": "1Q", "reset_config": {"quarter_start_month": 2}}
            ],
        },
    )

    version = get_access_profile_version(context, profile["id"], 1).body["version"]

    assert json.loads(version["snapshot"]) == {
        "id": 1,
        "name": "Analyst",
        "description": None,
        "version": 1,
        "tags": [],
        "provider_configs": [
            {
                "id": 1,
                "provider_name": "openai",
                "all_models_allowed": False,
                "allowed_models": [],
                "budgets": [],
                "rate_limit": {"id": "id-1", "token_max_limit": 5, "token_reset_duration": "1h"},
            }
        ],
        "budgets": [
            {
                "id": "id-2",
                "max_limit": 0.5,
                "reset_duration": "1Q",
                "reset_config": {"quarter_start_month": 2},
                "scope": "total",
            }
        ],
        "calendar_aligned": False,
        "mcp_tool_groups": [],
        "mcp_servers": [],
        "mcp_tool_overrides": [],
    }
    assert version["changed_by"] == "tests"


def test_a_version_is_kept_with_the_change_and_never_altered(context: Context) -> None:
    [profile_id] = create_named(context, "Analyst")
    first = get_access_profile_version(context, profile_id, 1).body["version"]
    later = replace(context, now=NOW.replace(hour=11), principal=Principal("ops", frozenset("*")))

    update_access_profile(later, profile_id, None, {"name": "Editor"})

    newest, oldest = list_access_profile_versions(context, profile_id).body["versions"]
    assert oldest == first
    assert (newest["version"], newest["name"], newest["changed_by"]) == (2, "Editor", "ops")
    assert newest["created_at"] == "2026-05-13T11:41:07.250000Z"


@pytest.mark.parametrize(("limit", "rows"), [(-1, 25), (0, 25), (1, 1), (25, 25), (100, 30), (101, 30)])
def test_pages_of_the_log_are_clamped(context: Context, limit: int, rows: int) -> None:
    create_named(context, *(f"profile {number}" for number in range(30)))

    found = page(context, limit=limit, offset=-1)

    assert len(found["audit_logs"]) == rows
    assert found["total_count"] == 30
    assert [row["access_profile_id"] for row in found["audit_logs"][:2]] == [30, 29][:rows]


def test_filters_of_the_whole_log_are_joined(context: Context) -> None:
    build(context)

    found = page(context, action="update", user_id="ada")
    nothing = page(context, action="create", user_id="nobody")

    assert {(row["action"], row["user_id"]) for row in found["audit_logs"]} == {("update", "ada")}
    assert found["total_count"] == len(found["audit_logs"]) == 4
    assert nothing == {"audit_logs": [], "total_count": 0}


def test_the_log_of_a_profile_outlives_it(context: Context) -> None:
    [profile_id] = create_named(context, "Analyst", tags=["eu"])
    delete_access_profile(context, profile_id, None)

    found = list_access_profile_audit_logs_by_id(context, profile_id, 25, 0, None, None).body

    assert [row["action"] for row in found["audit_logs"]] == ["delete", "create"]
    assert {row["access_profile_id"] for row in found["audit_logs"]} == {profile_id}
    assert json.loads(found["audit_logs"][0]["previous_values"] or "")["tags"] == ["eu"]


def test_no_row_and_no_version_holds_a_secret(context: Context) -> None:
    numbers = iter(range(10))
    planted = replace(context, random_text=lambda length: f"{next(numbers)}PLANTED".ljust(length, "x"))
    build(planted)
    given = assign_user_access_profile(planted, "eve", {"profile_id": HELD}).body["virtual_key"]
    added = add_user_virtual_key(planted, "eve", {"name": "phone"}).body["virtual_key"]
    key = create_api_key(planted, {"name": "dashboard", "scopes": ["*"]}).body["key"]
    delete_user(planted, "eve")

    shown = repr(log(context)) + repr(list_access_profile_versions(context, HELD).body)

    with context.store.read() as tx:
        hashes = [api_key.secret_hash for api_key in tx.api_keys.list()]
        hashes += [kept.secret_hash for kept in tx.virtual_keys.of_user("ada")]
    secrets = [given["value"], added["value"], key]
    assert all("PLANTED" in secret for secret in secrets)
    assert hashes
    # The first eight characters of an API key are its `key_prefix`, which every list of keys shows.
    assert [secret for secret in secrets if secret in shown or secret[13:] in shown] == []
    assert [found for found in hashes if found.hex() in shown or repr(found) in shown] == []
