"""Bodies that checks send."""

from typing import Any

Body = dict[str, Any]

MCP_LISTS = ("mcp_tool_groups", "mcp_servers", "mcp_tool_overrides")
POLICY = ("provider_configs", "budgets", "rate_limit", "calendar_aligned", *MCP_LISTS)
"""What a profile says of what may be done: copies and clones have it, too."""


def full(name: str) -> Body:
    """Return a body that uses every field a client can set, without a value that the server would change."""
    return {
        "name": name,
        "description": "Every field — für die Prüfung.",
        "tags": ["eu", "Finance", "eu-2"],
        "provider_configs": [
            provider(
                "openai",
                all_models_allowed=False,
                allowed_models=["gpt-4o-mini", "gpt-4o"],
                budgets=[budget("1M", 20.5), budget("1h", 0), quarterly(3, 7.25)],
                rate_limit=rate_limit(tokens=(100000, "1h"), requests=(60, "1d")),
            ),
            provider(
                "anthropic",
                all_models_allowed=True,
                allowed_models=[],
                budgets=[],
                rate_limit=rate_limit(requests=(1000, "1w")),
            ),
        ],
        "budgets": [budget("1M", 50), quarterly(2, 120)],
        "rate_limit": rate_limit(tokens=(5000000, "1M"), requests=(1000, "1w")),
        "calendar_aligned": True,
        "mcp_tool_groups": [{"tool_group_id": 4}, {"tool_group_id": 2}],
        "mcp_servers": [{"mcp_server_id": "warehouse"}],
        "mcp_tool_overrides": [override("exclude"), override("include", "jira", "search")],
    }


def provider(name: str = "openai", **fields: Any) -> Body:
    """Return a provider config."""
    return {"provider_name": name, **fields}


def budget(reset_duration: str = "1M", max_limit: float = 10, **fields: Any) -> Body:
    """Return a budget."""
    return {"max_limit": max_limit, "reset_duration": reset_duration, **fields}


def quarterly(month: int, max_limit: float = 10) -> Body:
    """Return a budget of quarters, of which one begins in this month."""
    return budget("1Q", max_limit, reset_config={"quarter_start_month": month})


def rate_limit(tokens: tuple[int, str] | None = None, requests: tuple[int, str] | None = None) -> Body:
    """Return a rate limit: for tokens and for requests how many, in which time."""
    limit: Body = {}
    for kind, given in (("token", tokens), ("request", requests)):
        if given is not None:
            limit[f"{kind}_max_limit"], limit[f"{kind}_reset_duration"] = given
    return limit


def override(action: str, client: str = "github", tool: str = "delete_repo") -> Body:
    """Return an MCP tool override."""
    return {"mcp_client_id": client, "tool_name": tool, "action": action}
