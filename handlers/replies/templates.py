"""Templates, their lines and their attachments."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import get_args

from domain import records
from domain.amounts import to_dollars
from handlers import contract_types
from handlers.replies.timestamps import instant

BUDGET_DURATIONS: Mapping[records.ResetDuration, contract_types.BudgetResetDuration] = {
    records.ResetDuration(text): text for text in get_args(contract_types.BudgetResetDuration)
}
RATE_LIMIT_DURATIONS: Mapping[records.ResetDuration, contract_types.RateLimitResetDuration] = {
    records.ResetDuration(text): text for text in get_args(contract_types.RateLimitResetDuration)
}

# Templates have few amounts: limits are round sums, and usage stays 0.
_dollars = lru_cache(maxsize=1024)(to_dollars)


def access_profile(profile: records.AccessProfile) -> contract_types.AccessProfile:
    """Return a template as the contract's `AccessProfile`."""
    policy = profile.policy
    body: contract_types.AccessProfile = {
        "id": profile.id,
        "name": profile.name,
        "description": profile.description,
        "is_active": profile.is_active,
        "version": profile.version,
        "tags": list(profile.tags),
        "provider_configs": [_provider_config(config) for config in policy.provider_configs],
        "budgets": _budgets(policy.budgets, "total"),
        "calendar_aligned": policy.calendar_aligned,
        "mcp_tool_groups": mcp_tool_groups(policy.mcp),
        "mcp_servers": mcp_servers(policy.mcp),
        "mcp_tool_overrides": mcp_tool_overrides(policy.mcp),
        "created_at": instant(profile.created_at),
        "updated_at": instant(profile.updated_at),
    }
    if policy.rate_limit is not None:
        body["rate_limit"] = _rate_limit(policy.rate_limit)
    return body


def mcp_tool_groups(mcp: records.MCPGrants) -> list[contract_types.MCPToolGroupLink]:
    """Return the groups whose tools are granted."""
    return [{"tool_group_id": group} for group in mcp.tool_groups]


def mcp_servers(mcp: records.MCPGrants) -> list[contract_types.MCPServerLink]:
    """Return the servers that are granted whole."""
    return [{"mcp_server_id": server} for server in mcp.servers]


def mcp_tool_overrides(mcp: records.MCPGrants) -> list[contract_types.MCPToolOverride]:
    """Return the tools that are added or taken away."""
    return [
        {
            "mcp_client_id": override.mcp_client_id,
            "tool_name": override.tool_name,
            "action": override.action.value,
        }
        for override in mcp.tool_overrides
    ]


def role_attachment(attachment: records.RoleAttachment) -> contract_types.AccessProfileRoleAttachment:
    """Return an attachment as the contract's `AccessProfileRoleAttachment`."""
    return {
        "id": attachment.id,
        "access_profile_id": attachment.access_profile_id,
        "role_id": attachment.role_id,
        "role_name": attachment.role_name,
        "is_default": attachment.is_default,
    }


def _provider_config(config: records.ProviderConfig) -> contract_types.ProviderConfig:
    body: contract_types.ProviderConfig = {
        "id": config.id,
        "provider_name": config.provider_name,
        "all_models_allowed": config.all_models_allowed,
        "allowed_models": list(config.allowed_models),
        "budgets": _budgets(config.budgets, f"provider:{config.provider_name}"),
    }
    if config.rate_limit is not None:
        body["rate_limit"] = _rate_limit(config.rate_limit)
    return body


def _budgets(lines: Iterable[records.Budget], scope: str) -> list[contract_types.Budget]:
    bodies: list[contract_types.Budget] = []
    for line in lines:
        terms = line.terms
        body: contract_types.Budget = {
            "id": line.id,
            "max_limit": _dollars(terms.max_limit_micros),
            "reset_duration": BUDGET_DURATIONS[terms.reset_duration],
            "scope": scope,
            "current_usage": _dollars(line.current_usage_micros),
            "last_reset": instant(line.last_reset),
        }
        if terms.quarter_start_month is not None:
            body["reset_config"] = {"quarter_start_month": terms.quarter_start_month}
        bodies.append(body)
    return bodies


def _rate_limit(line: records.RateLimit) -> contract_types.RateLimit:
    terms = line.terms
    body: contract_types.RateLimit = {
        "id": line.id,
        "token_current_usage": line.token_current_usage,
        "request_current_usage": line.request_current_usage,
    }
    if terms.token_max_limit is not None and terms.token_reset_duration is not None:
        body["token_max_limit"] = terms.token_max_limit
        body["token_reset_duration"] = RATE_LIMIT_DURATIONS[terms.token_reset_duration]
    if terms.request_max_limit is not None and terms.request_reset_duration is not None:
        body["request_max_limit"] = terms.request_max_limit
        body["request_reset_duration"] = RATE_LIMIT_DURATIONS[terms.request_reset_duration]
    return body
