"""What a new profile gets besides what was asked for: ids, windows and counters."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from bench.peers.tables import AccessProfile, AccessProfileVersion, AuditLog

Asked = dict[str, Any]


def instantiate(asked: Asked, provider_config_ids: Iterator[int], now: datetime) -> AccessProfile:
    """Return a new profile as it was asked for."""
    since = now.isoformat().replace("+00:00", "Z")

    def budgets(lines: list[Asked], scope: str) -> list[dict[str, Any]]:
        return [
            {"id": str(uuid4()), **line, "scope": scope, "current_usage": 0, "last_reset": since}
            for line in lines
        ]

    def rate_limit(limit: Asked | None) -> dict[str, Any] | None:
        return limit and {"id": str(uuid4()), "token_current_usage": 0, "request_current_usage": 0, **limit}

    configs = []
    for config in asked.get("provider_configs", []):
        made = {
            "id": next(provider_config_ids),
            "provider_name": config["provider_name"],
            "all_models_allowed": config.get("all_models_allowed", False),
            "allowed_models": config.get("allowed_models", []),
            "budgets": budgets(config.get("budgets", []), f"provider:{config['provider_name']}"),
        }
        if config.get("rate_limit"):
            made["rate_limit"] = rate_limit(config["rate_limit"])
        configs.append(made)
    return AccessProfile(
        name=asked["name"].strip(),
        description=asked.get("description"),
        is_active=False,
        version=1,
        tags=list(dict.fromkeys(asked.get("tags", []))),
        provider_configs=configs,
        budgets=budgets(asked.get("budgets", []), "total"),
        rate_limit=rate_limit(asked.get("rate_limit")),
        calendar_aligned=asked.get("calendar_aligned", False),
        mcp_tool_groups=asked.get("mcp_tool_groups", []),
        mcp_servers=asked.get("mcp_servers", []),
        mcp_tool_overrides=asked.get("mcp_tool_overrides", []),
        user_count=0,
        created_at=now,
        updated_at=now,
    )


def history_of(profile: AccessProfile, actor: str, now: datetime) -> tuple[AccessProfileVersion, AuditLog]:
    """Return the version and the line of the audit log that belong to a new profile."""
    snapshot = {
        name: getattr(profile, name)
        for name in (
            "name", "description", "tags", "provider_configs", "budgets", "rate_limit", "calendar_aligned",
            "mcp_tool_groups", "mcp_servers", "mcp_tool_overrides",
        )
    }  # fmt: skip
    version = AccessProfileVersion(
        access_profile_id=profile.id, version=1, snapshot=snapshot, changed_by=actor, created_at=now
    )
    log = AuditLog(
        access_profile_id=profile.id, actor=actor, action="create", new_values=snapshot, created_at=now
    )
    return version, log
