"""createAccessProfile, on every backend."""

from dataclasses import replace

import pytest

from handlers.access_profiles import create_access_profile
from handlers.context import Context
from handlers.contract_types import CreateAccessProfileRequest
from tests.handlers.samples import NOW, WHEN, create, create_named, read

FULL: CreateAccessProfileRequest = {
    "name": "  Data analyst\u00a0",
    "description": "Reports.",
    "tags": ["finance", "eu", "finance"],
    "provider_configs": [
        {
            "provider_name": "openai",
            "allowed_models": ["gpt-4o", "gpt-4o-mini", "gpt-4o"],
            "budgets": [{"max_limit": 20, "reset_duration": "1h"}],
            "rate_limit": {
                "token_max_limit": 100_000,
                "token_reset_duration": "1h",
                "request_max_limit": None,
            },
        },
        {"provider_name": "azure", "allowed_models": ["*"], "rate_limit": None},
    ],
    "budgets": [
        {"max_limit": 0.1234565, "reset_duration": "1M"},
        {"max_limit": 120, "reset_duration": "1Q", "reset_config": {"quarter_start_month": 2}},
    ],
    "rate_limit": {"request_max_limit": 1000, "request_reset_duration": "1w"},
    "calendar_aligned": True,
    "mcp_tool_groups": [{"tool_group_id": 4}, {"tool_group_id": 4}],
    "mcp_servers": [{"mcp_server_id": "warehouse"}],
    "mcp_tool_overrides": [{"mcp_client_id": "github", "tool_name": "delete", "action": "exclude"}],
    # The server sets these; a client may send back what it read.
    "id": 99,
    "is_active": True,
    "version": 7,
    "created_at": "1999-01-01T00:00:00Z",
    "updated_at": "1999-01-01T00:00:00Z",
}


def test_everything_that_is_sent_is_answered_in_force(context: Context) -> None:
    assert create(context, FULL) == {
        "id": 1,
        "name": "Data analyst",
        "description": "Reports.",
        "is_active": False,
        "version": 1,
        "tags": ["finance", "eu"],
        "provider_configs": [
            {
                "id": 1,
                "provider_name": "openai",
                "all_models_allowed": False,
                "allowed_models": ["gpt-4o", "gpt-4o-mini"],
                "budgets": [
                    {
                        "id": "id-1",
                        "max_limit": 20,
                        "reset_duration": "1h",
                        "scope": "provider:openai",
                        "current_usage": 0,
                        "last_reset": WHEN,
                    }
                ],
                "rate_limit": {
                    "id": "id-2",
                    "token_max_limit": 100_000,
                    "token_reset_duration": "1h",
                    "token_current_usage": 0,
                    "request_current_usage": 0,
                },
            },
            {
                "id": 2,
                "provider_name": "azure",
                "all_models_allowed": True,
                "allowed_models": [],
                "budgets": [],
            },
        ],
        "budgets": [
            {
                "id": "id-3",
                "max_limit": 0.123456,
                "reset_duration": "1M",
                "scope": "total",
                "current_usage": 0,
                "last_reset": "2026-05-01T00:00:00Z",
            },
            {
                "id": "id-4",
                "max_limit": 120,
                "reset_duration": "1Q",
                "reset_config": {"quarter_start_month": 2},
                "scope": "total",
                "current_usage": 0,
                "last_reset": "2026-05-01T00:00:00Z",
            },
        ],
        "rate_limit": {
            "id": "id-5",
            "request_max_limit": 1000,
            "request_reset_duration": "1w",
            "token_current_usage": 0,
            "request_current_usage": 0,
        },
        "calendar_aligned": True,
        "mcp_tool_groups": [{"tool_group_id": 4}],
        "mcp_servers": [{"mcp_server_id": "warehouse"}],
        "mcp_tool_overrides": [{"mcp_client_id": "github", "tool_name": "delete", "action": "exclude"}],
        "created_at": WHEN,
        "updated_at": WHEN,
    }


def test_what_is_left_out_has_its_default(context: Context) -> None:
    assert create(context, {"name": "Analyst"}) == {
        "id": 1,
        "name": "Analyst",
        "description": None,
        "is_active": False,
        "version": 1,
        "tags": [],
        "provider_configs": [],
        "budgets": [],
        "calendar_aligned": False,
        "mcp_tool_groups": [],
        "mcp_servers": [],
        "mcp_tool_overrides": [],
        "created_at": WHEN,
        "updated_at": WHEN,
    }


def test_what_is_created_is_what_is_read(context: Context) -> None:
    created = create(context, FULL)

    assert read(context, created["id"]) == {
        "access_profile": created,
        "roles": [],
        "user_count": 0,
    }


def test_a_null_stands_for_nothing(context: Context) -> None:
    created = create(context, {"name": "Analyst", "description": None, "rate_limit": None})

    assert created["description"] is None
    assert "rate_limit" not in created


def test_an_empty_description_is_kept(context: Context) -> None:
    assert create(context, {"name": "Analyst", "description": ""})["description"] == ""


@pytest.mark.parametrize("base_path", ["/api", "/api/governance"])
def test_the_answer_says_where_the_profile_is(context: Context, base_path: str) -> None:
    reply = create_access_profile(replace(context, base_path=base_path), {"name": "Analyst"})

    assert reply.status == 201
    assert reply.headers["Location"] == f"{base_path}/access-profiles/1"


def test_a_profile_that_was_read_can_be_sent_again_under_another_name(context: Context) -> None:
    first = create(context, FULL)
    again: CreateAccessProfileRequest = {**first, "name": "Copy"}  # type: ignore[typeddict-item]

    second = create(context, again)

    ids = {first["id"], *(config["id"] for config in first["provider_configs"])}
    assert second["id"] == 2
    assert [config["id"] for config in second["provider_configs"]] == [3, 4]
    assert ids == {1, 2}
    assert [line["id"] for line in second["budgets"]] == ["id-8", "id-9"]
    assert second["provider_configs"][1]["all_models_allowed"] is True
    assert [line["max_limit"] for line in second["budgets"]] == [0.123456, 120]


def test_fifty_one_tags_and_a_hundred_and_one_budgets_are_no_fault_of_their_number(context: Context) -> None:
    tags = [f"t{number}" for number in range(51)]

    created = create(
        context,
        {
            "name": "Many",
            "tags": tags,
            "provider_configs": [
                {"provider_name": f"p{number}", "budgets": [{"max_limit": 1, "reset_duration": "1d"}]}
                for number in range(101)
            ],
        },
    )

    assert created["tags"] == tags
    assert [config["id"] for config in created["provider_configs"]] == list(range(1, 102))


def test_the_time_is_the_requests(context: Context) -> None:
    later = replace(context, now=NOW.replace(microsecond=0))

    created = create(later, {"name": "Analyst"})

    assert created["created_at"] == created["updated_at"] == "2026-05-13T09:41:07Z"


def test_names_in_other_case_are_other_names(context: Context) -> None:
    assert create_named(context, "Analyst", "analyst", "ANALYST") == [1, 2, 3]
