"""Bodies that checks send."""

from typing import Any

Body = dict[str, Any]


def full(name: str) -> Body:
    """Return a body that uses every field a client can set, without a value that the server would change."""
    return {
        "name": name,
        "description": "Every field — für die Prüfung.",
        "tags": ["eu", "Finance", "eu-2"],
        "provider_configs": [
            {
                "provider_name": "openai",
                "all_models_allowed": False,
                "allowed_models": ["gpt-4o-mini", "gpt-4o"],
                "budgets": [
                    {"max_limit": 20.5, "reset_duration": "1M"},
                    {"max_limit": 0, "reset_duration": "1h"},
                ],
                "rate_limit": {
                    "token_max_limit": 100000,
                    "token_reset_duration": "1h",
                    "request_max_limit": 60,
                    "request_reset_duration": "1d",
                },
            },
            {"provider_name": "anthropic", "all_models_allowed": True, "allowed_models": [], "budgets": []},
        ],
        "budgets": [
            {"max_limit": 50, "reset_duration": "1M"},
            {"max_limit": 120, "reset_duration": "1Q", "reset_config": {"quarter_start_month": 2}},
        ],
        "rate_limit": {"request_max_limit": 1000, "request_reset_duration": "1w"},
        "calendar_aligned": True,
        "mcp_tool_groups": [{"tool_group_id": 4}, {"tool_group_id": 2}],
        "mcp_servers": [{"mcp_server_id": "warehouse"}],
        "mcp_tool_overrides": [
            {"mcp_client_id": "github", "tool_name": "delete_repo", "action": "exclude"},
            {"mcp_client_id": "jira", "tool_name": "search", "action": "include"},
        ],
    }


def provider(name: str = "openai", **fields: Any) -> Body:
    """Return a provider config."""
    return {"provider_name": name, **fields}


def budget(reset_duration: str = "1M", max_limit: float = 10, **fields: Any) -> Body:
    """Return a budget."""
    return {"max_limit": max_limit, "reset_duration": reset_duration, **fields}


def override(action: str, client: str = "github", tool: str = "delete_repo") -> Body:
    """Return an MCP tool override."""
    return {"mcp_client_id": client, "tool_name": tool, "action": action}
