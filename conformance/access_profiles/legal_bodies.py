"""Bodies, against the rules that their schemas cannot say.

Schemathesis draws bodies from the schemas. A good body must keep these rules as well, or a server is right to
refuse it; so what was drawn is repaired before it is sent. And every body, good or bad, names what the run
made itself: the fuzzer runs against servers with data of others.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.fuzz.ids import is_user_id, unheld

_LONGEST_NAME = 255
_STAR = "*"
_WINDOWS = ("token", "request")
_LARGEST_ID = 2**63 - 1
# A leap year, so that every day of a year that was drawn is a day of this one.
_FUTURE_YEAR = "2400"
_MOST_CONFIGS, _MOST_TAGS = 100, 50


class Names:
    """Names that were never used, in the form of those that were drawn."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._numbers = itertools.count(1)

    def instead_of(self, drawn: str) -> str:
        """A fresh name: as long as the one drawn, if it is not shorter than a fresh one has to be."""
        fresh = f"{self._prefix}f{next(self._numbers)}-"
        return fresh + drawn[len(fresh) :]

    def beginning_with_prefix(self, drawn: str) -> str:
        """The run's own name for what was drawn: the same for the same, and of nobody else."""
        if drawn.startswith(self._prefix):
            return drawn
        return (self._prefix + "g" + drawn)[:_LONGEST_NAME]


@dataclass(frozen=True, slots=True)
class StandIns:
    """What takes the place of names and ids that were drawn."""

    names: Names
    role_id: Callable[[], int | None] = lambda: None
    profile_id: Callable[[], int | None] = lambda: None
    scopes: Sequence[str] = ()


def owned(body: Any, stand_ins: StandIns) -> Any:
    """The body with fresh names, and with ids of what the run made. What is no name or id stays as it is."""
    if not isinstance(body, dict):
        return body
    fixed, names = {**body}, stand_ins.names
    if isinstance(body.get("name"), str) and _is_name(body["name"]):
        fixed["name"] = names.instead_of(body["name"])
    if isinstance(body.get("id"), str) and is_user_id(body["id"]):
        fixed["id"] = names.instead_of(body["id"])
    if "role_id" in body:
        fixed["role_id"] = _own_id(body["role_id"], stand_ins.role_id)
    if "profile_id" in body:
        fixed["profile_id"] = _own_id(body["profile_id"], stand_ins.profile_id)
    if isinstance(body.get("role_ids"), list):
        fixed["role_ids"] = [_own_id(value, stand_ins.role_id) for value in body["role_ids"]]
    if isinstance(body.get("group_ids"), list):
        fixed["group_ids"] = [
            names.beginning_with_prefix(g) if isinstance(g, str) and _is_name(g) else g
            for g in body["group_ids"]
        ]
    return fixed


def repaired(body: Any, stand_ins: StandIns, *, is_update: bool = False) -> Any:
    """A good body with fresh names, ids of what the run made, and without a breach of the rules.

    An update is held to more: its lists are limited, and its MCP links must fit what is stored.
    """
    if not isinstance(body, dict):
        return body
    fixed: dict[str, Any] = owned(body, stand_ins)
    if is_update:
        _repair_update(fixed)
    _repair_limits(fixed)
    if isinstance(fixed.get("provider_configs"), list):
        fixed["provider_configs"] = _repair_configs(fixed["provider_configs"])
    _repair_links(fixed)
    if isinstance(fixed.get("expires_at"), str):
        fixed["expires_at"] = _FUTURE_YEAR + fixed["expires_at"][4:]
    if fixed.get("mode") == "cycles":
        fixed["cycles"] = fixed.get("cycles") or 1
    elif fixed.get("mode") == "forever":
        fixed.pop("cycles", None)
    if isinstance(fixed.get("scopes"), list) and stand_ins.scopes:
        known = stand_ins.scopes
        fixed["scopes"] = [known[len(str(scope)) % len(known)] for scope in fixed["scopes"]]
    return fixed


def _is_name(text: str) -> bool:
    controls = any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in text)
    return 0 < len(text) <= _LONGEST_NAME and bool(text.strip()) and not controls


def _own_id(value: Any, stand_in: Callable[[], int | None]) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST_ID:
        own = stand_in()
        return unheld(value) if own is None else own
    return value


def _repair_update(body: dict[str, Any]) -> None:
    for field, most in (("provider_configs", _MOST_CONFIGS), ("tags", _MOST_TAGS)):
        if isinstance(body.get(field), list):
            body[field] = body[field][:most]
    # What is sent must fit what is stored; both are sent, so that nothing of what is stored matters.
    if ("mcp_servers" in body) != ("mcp_tool_overrides" in body):
        body.setdefault("mcp_servers", [])
        body.setdefault("mcp_tool_overrides", [])


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
