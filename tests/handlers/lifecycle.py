"""Changing profiles by their handlers, and what is kept of it."""

from dataclasses import replace
from datetime import datetime

from handlers.access_profiles import update_access_profile
from handlers.context import Context
from handlers.contract_types import AccessProfile, CreateAccessProfileRequest, UpdateAccessProfileRequest
from store.api import AuditFilter, Store

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
        {"provider_name": "azure"},
    ],
    "budgets": [{"max_limit": 50, "reset_duration": "1M"}, {"max_limit": 5, "reset_duration": "1w"}],
    "rate_limit": {"request_max_limit": 1000, "request_reset_duration": "1w"},
    "calendar_aligned": True,
    "mcp_tool_groups": [{"tool_group_id": 4}],
    "mcp_servers": [{"mcp_server_id": "warehouse"}],
    "mcp_tool_overrides": [{"mcp_client_id": "github", "tool_name": "delete", "action": "exclude"}],
}
"""A profile that uses every field, with values that the server does not change."""


def update(
    context: Context, profile_id: int, body: UpdateAccessProfileRequest, *, at: datetime | None = None
) -> AccessProfile:
    """Update a profile, at another time if one is given, and return it as it was answered."""
    reply = update_access_profile(replace(context, now=at or context.now), profile_id, None, body)
    return reply.body["access_profile"]


def history(store: Store, profile_id: int) -> tuple[list[int], list[str]]:
    """Return a profile's versions and the actions of its audit log, the oldest first."""
    with store.read() as tx:
        versions = [version.version for version in tx.profiles.versions(profile_id)]
        rows = tx.audit.list(AuditFilter(access_profile_id=profile_id), limit=100, offset=0).rows
    return versions[::-1], [row.action.value for row in rows][::-1]
