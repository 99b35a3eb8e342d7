"""Bodies of `createAccessProfile` against the rules that its schema cannot say.

Schemathesis draws bodies from the schema. A good body must keep these rules as well, or a server is right to
refuse it; so what was drawn is repaired before it is sent.
"""

from __future__ import annotations

import itertools
from typing import Any

_LONGEST_NAME = 255
_STAR = "*"
_WINDOWS = ("token", "request")


class Names:
    """Names that were never used, in the form of those that were drawn."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._numbers = itertools.count(1)

    def instead_of(self, drawn: str) -> str:
        """A fresh name: as long as the one drawn, if it is not shorter than a fresh one has to be."""
        fresh = f"{self._prefix}f{next(self._numbers)}-"
        return fresh + drawn[len(fresh) :]


def repaired(body: Any, names: Names) -> Any:
    """The body with a fresh name and without a breach of the rules. What is no profile is left alone."""
    if not isinstance(body, dict):
        return body
    fixed = {**body}
    if isinstance(body.get("name"), str) and _is_name(body["name"]):
        fixed["name"] = names.instead_of(body["name"])
    _repair_limits(fixed)
    if isinstance(fixed.get("provider_configs"), list):
        fixed["provider_configs"] = _repair_configs(fixed["provider_configs"])
    _repair_links(fixed)
    return fixed


def _is_name(text: str) -> bool:
    controls = any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in text)
    return 0 < len(text) <= _LONGEST_NAME and bool(text.strip()) and not controls


def _repair_limits(holder: dict[str, Any]) -> None:
    """Budgets and the rate limit, of a profile or of a provider config."""
    if isinstance(holder.get("budgets"), list):
        holder["budgets"] = [_repair_budget(b) for b in _first_of_each(holder["budgets"], "reset_duration")]
    if isinstance(holder.get("rate_limit"), dict):
        holder["rate_limit"] = _repair_rate_limit(holder["rate_limit"])


def _repair_budget(budget: Any) -> Any:
    if isinstance(budget, dict) and budget.get("reset_duration") != "1Q":
        return {key: value for key, value in budget.items() if key != "reset_config"}
    return budget


def _repair_rate_limit(limit: dict[str, Any]) -> dict[str, Any] | None:
    fixed = {**limit}
    for window in _WINDOWS:
        most, duration = f"{window}_max_limit", f"{window}_reset_duration"
        if fixed.get(most) is None:
            fixed.pop(most, None)
            fixed.pop(duration, None)
        else:
            fixed.setdefault(duration, "1h")
    return fixed if any(f"{window}_max_limit" in fixed for window in _WINDOWS) else None


def _repair_configs(configs: list[Any]) -> list[Any]:
    fixed = []
    for config in _first_of_each(configs, "provider_name"):
        if isinstance(config, dict):
            config = {**config}  # noqa: PLW2901  the drawn one stays as it is
            models = config.get("allowed_models")
            if isinstance(models, list) and _STAR in models:
                config["allowed_models"] = [_STAR]
            _repair_limits(config)
        fixed.append(config)
    return fixed


def _repair_links(body: dict[str, Any]) -> None:
    overrides, servers = body.get("mcp_tool_overrides"), body.get("mcp_servers")
    if not isinstance(overrides, list):
        return
    granted = [s.get("mcp_server_id") for s in servers or [] if isinstance(s, dict)] if servers else []
    kept: list[Any] = []
    actions: dict[tuple[str, str], Any] = {}
    for override in overrides:
        if isinstance(override, dict):
            tool = repr(override.get("mcp_client_id")), repr(override.get("tool_name"))
            clash = actions.setdefault(tool, override.get("action")) != override.get("action")
            if clash or (override.get("action") == "exclude" and override.get("mcp_client_id") in granted):
                continue
        kept.append(override)
    body["mcp_tool_overrides"] = kept


def _first_of_each(items: list[Any], field: str) -> list[Any]:
    kept, seen = [], []
    for item in items:
        if isinstance(item, dict) and field in item:
            if item[field] in seen:
                continue
            seen.append(item[field])
        kept.append(item)
    return kept
