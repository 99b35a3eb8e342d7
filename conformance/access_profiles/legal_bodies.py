"""What the clauses demand of a body beside its schema.

`legal` adds what has to go with what stands there, and takes nothing away: a body at a boundary stays there.
`unclashing` is for bodies that were drawn at random, in which members can be in each other's way.
"""

from collections.abc import Callable, Sequence
from typing import Any

Body = dict[str, Any]

_LONGEST_NAME = 255
_STAR = "*"
_WINDOWS = ("token", "request")
# A leap year, so that every day of a year that was drawn is a day of this one.
_FUTURE_YEAR = "2400"
_MOST_CONFIGS, _MOST_TAGS = 100, 50


def legal(value: Any) -> Any:
    """Return a body with what the clauses demand beside what stands in it."""
    if isinstance(value, list):
        return [legal(item) for item in value]
    if not isinstance(value, dict):
        return value
    body = {name: legal(member) for name, member in value.items()}
    if isinstance(body.get("rate_limit"), dict):
        body["rate_limit"] = _legal_rate_limit(body["rate_limit"])
    if "reset_config" in body and "reset_duration" in body:
        # AP-CRE-020
        body["reset_duration"] = "1Q"
    if body.get("mode") == "cycles":
        # AP-OVR-005
        body.setdefault("cycles", 1)
        if body["cycles"] == 0 and body["cycles"] is not False:
            body["mode"] = "forever"
    return body


def unclashing(body: Body, scopes: Sequence[str], *, is_update: bool) -> Body:
    """Return a legal body without members that are in each other's way.

    An update is held to more: its lists are limited, and its MCP links must fit what is stored.

    Args:
        body: one that its schema allows.
        scopes: those that an API key may get.
        is_update: whether it changes a profile that is there.
    """
    fixed: Body = legal(body)
    if is_update:
        _fit_update(fixed)
    _part_budgets(fixed)
    if isinstance(fixed.get("provider_configs"), list):
        fixed["provider_configs"] = [
            _parted(config) for config in _first_of_each(fixed["provider_configs"], "provider_name")
        ]
    _part_links(fixed)
    if isinstance(fixed.get("expires_at"), str):
        fixed["expires_at"] = _FUTURE_YEAR + fixed["expires_at"][4:]
    if fixed.get("mode") == "forever":
        fixed.pop("cycles", None)
    if isinstance(fixed.get("scopes"), list):
        fixed["scopes"] = [scopes[len(str(scope)) % len(scopes)] for scope in fixed["scopes"]]
    return fixed


def owned(body: Body, own_name: Callable[[str], str]) -> Body:
    """Return a body with groups of the run alone. What is no name of a group stays as it is."""
    groups = body.get("group_ids")
    if not isinstance(groups, list):
        return body
    return {**body, "group_ids": [own_name(g) if isinstance(g, str) and _is_name(g) else g for g in groups]}


def _is_name(text: str) -> bool:
    controls = any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in text)
    return 0 < len(text) <= _LONGEST_NAME and bool(text.strip()) and not controls


def _legal_rate_limit(stated: Body) -> Body:
    """AP-CRE-019: a maximum and its duration go together, and there is at least one maximum."""
    limit = {**stated}
    for window in _WINDOWS:
        most, duration = f"{window}_max_limit", f"{window}_reset_duration"
        if limit.get(most) is not None:
            limit.setdefault(duration, "1h")
        elif duration in limit:
            limit[most] = 1
    if all(limit.get(f"{window}_max_limit") is None for window in _WINDOWS):
        window = next((w for w in _WINDOWS if f"{w}_max_limit" not in limit), "token")
        limit |= {f"{window}_max_limit": 1, f"{window}_reset_duration": "1h"}
    return limit


def _fit_update(body: Body) -> None:
    for field, most in (("provider_configs", _MOST_CONFIGS), ("tags", _MOST_TAGS)):
        if isinstance(body.get(field), list):
            body[field] = body[field][:most]
    # What is sent must fit what is stored; both are sent, so that nothing of what is stored matters.
    if ("mcp_servers" in body) != ("mcp_tool_overrides" in body):
        body.setdefault("mcp_servers", [])
        body.setdefault("mcp_tool_overrides", [])


def _part_budgets(holder: Body) -> None:
    if isinstance(holder.get("budgets"), list):
        holder["budgets"] = _first_of_each(holder["budgets"], "reset_duration")


def _parted(config: Any) -> Any:
    if not isinstance(config, dict):
        return config
    fixed = {**config}
    models = config.get("allowed_models")
    if isinstance(models, list) and _STAR in models:
        fixed["allowed_models"] = [_STAR]
    _part_budgets(fixed)
    return fixed


def _part_links(body: Body) -> None:
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
