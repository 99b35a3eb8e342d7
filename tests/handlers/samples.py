"""Requests, and how to make them of a handler."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from handlers.access_profiles import (
    activate_access_profile,
    create_access_profile,
    get_access_profile,
    list_access_profiles,
    update_access_profile,
)
from handlers.context import Context
from handlers.contract_types import (
    AccessProfile,
    AccessProfileDetailResponse,
    AccessProfileListResponse,
    CreateAccessProfileRequest,
    UpdateAccessProfileRequest,
)
from handlers.replies.reply import Reply
from server.contract.document import load_contract
from server.contract.resolver import find_handlers

NOW = datetime(2026, 5, 13, 9, 41, 7, 250_000, tzinfo=UTC)
WHEN = "2026-05-13T09:41:07.250000Z"
UNKNOWN = 2**63 - 1

FULL: CreateAccessProfileRequest = {
    "name": "Analyst",
    "description": "Reports.",
    "tags": ["finance", "eu"],
    "provider_configs": [
        {
            "provider_name": "openai",
            "allowed_models": ["gpt-4o"],
            "budgets": [{"max_limit": 20, "reset_duration": "1d"}],
            "rate_limit": {"token_max_limit": 9, "token_reset_duration": "1h"},
        },
        {"provider_name": "azure", "all_models_allowed": True},
    ],
    "budgets": [{"max_limit": 50, "reset_duration": "1M"}, {"max_limit": 5, "reset_duration": "1w"}],
    "rate_limit": {"request_max_limit": 1000, "request_reset_duration": "1w"},
    "calendar_aligned": True,
    "mcp_tool_groups": [{"tool_group_id": 4}],
    "mcp_servers": [{"mcp_server_id": "warehouse"}],
    "mcp_tool_overrides": [{"mcp_client_id": "github", "tool_name": "delete", "action": "exclude"}],
}
"""A profile that uses every field, with values that the server does not change."""

_HANDLERS = find_handlers(load_contract())


def at(context: Context, when: str | datetime) -> Context:
    """Return the context at another instant, UTC."""
    if isinstance(when, str):
        when = datetime.fromisoformat(when).replace(tzinfo=UTC)
    return replace(context, now=when)


def call(context: Context, operation_id: str, *arguments: Any) -> Any:
    """Call an operation's handler and return the body that it answers."""
    reply: Reply[Any] = _HANDLERS[operation_id](context, *arguments)
    return reply.body


def create(context: Context, body: CreateAccessProfileRequest) -> AccessProfile:
    """Create a profile and return it as it was answered."""
    return create_access_profile(context, body).body["access_profile"]


def create_named(context: Context, *names: str, tags: Sequence[str] = ()) -> list[int]:
    """Create profiles of these names and return their ids."""
    return [create(context, {"name": name, "tags": list(tags)})["id"] for name in names]


def active(context: Context, body: CreateAccessProfileRequest) -> int:
    """Create an active profile and return its id."""
    profile_id = create(context, body)["id"]
    activate_access_profile(context, profile_id)
    return profile_id


def add_active(context: Context, name: str) -> int:
    """Create an active profile with one budget and return its id."""
    return active(context, {"name": name, "budgets": [{"max_limit": 20, "reset_duration": "1M"}]})


def read(context: Context, profile_id: int) -> AccessProfileDetailResponse:
    """Read a profile."""
    body = get_access_profile(context, profile_id).body
    assert body is not None
    return body


def update(
    context: Context, profile_id: int, body: UpdateAccessProfileRequest, *, now: datetime | None = None
) -> AccessProfile:
    """Update a profile, at another time if one is given, and return it as it was answered."""
    reply = update_access_profile(at(context, now or context.now), profile_id, None, body)
    return reply.body["access_profile"]


def page(
    context: Context,
    *,
    limit: int = 25,
    offset: int = 0,
    search: str | None = None,
    tags: str | None = None,
    is_active: bool | None = None,
) -> AccessProfileListResponse:
    """List profiles; what is left out has the contract's default."""
    return list_access_profiles(context, limit, offset, search, tags, is_active).body
