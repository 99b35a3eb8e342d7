"""The rules that no form can say: what the contract's clauses ask of a profile."""

from collections.abc import Hashable, Iterable
from typing import Any

from tests.second.faults import Document, invalid
from tests.second.form import Form, Place


def hold(sent: Document, kept: Document) -> None:
    """Check what is sent, and beside it what is stored and not sent.

    Raises:
        Refusal: 400, with the place of each fault.
    """
    form = Form()
    configs = sent.get("provider_configs", [])
    _once(form, ("provider_configs",), "provider_name", configs)
    _budgets(form, ("budgets",), sent.get("budgets", []))
    _rate_limit(form, ("rate_limit",), sent.get("rate_limit"))
    for place, config in enumerate(configs):
        at: Place = ("provider_configs", place)
        _budgets(form, (*at, "budgets"), config.get("budgets", []))
        _rate_limit(form, (*at, "rate_limit"), config.get("rate_limit"))
        _models(form, (*at, "allowed_models"), config.get("allowed_models", []))
    _mcp(form, sent, kept)
    if form.faults:
        raise invalid(form.faults)


def without_repeats(values: Iterable[Any]) -> list[Any]:
    """Return each value once, at its first place."""
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _once(form: Form, at: Place, member: str, rows: list[Document]) -> None:
    seen: set[Hashable] = set()
    for place, row in enumerate(rows):
        if row[member] in seen:
            form.fault((*at, place, member), "duplicate", "An earlier line has the same one.")
        seen.add(row[member])


def _budgets(form: Form, at: Place, budgets: list[Document]) -> None:
    _once(form, at, "reset_duration", budgets)
    for place, budget in enumerate(budgets):
        if "reset_config" in budget and budget["reset_duration"] != "1Q":
            form.fault((*at, place, "reset_config"), "not_a_quarter", "Only quarters have a start.")


def _rate_limit(form: Form, at: Place, limit: Document | None) -> None:
    if limit is None:
        return
    counters = ("token", "request")
    for counter in counters:
        maximum, window = f"{counter}_max_limit", f"{counter}_reset_duration"
        if limit.get(maximum) is not None and window not in limit:
            form.fault((*at, window), "required", "A maximum goes with its window.")
        elif limit.get(maximum) is None and window in limit:
            form.fault((*at, maximum), "required", "A window goes with its maximum.")
    if not any(
        f"{counter}_{part}" in limit for counter in counters for part in ("max_limit", "reset_duration")
    ):
        form.fault(at, "empty", "A rate limit limits something.")


def _models(form: Form, at: Place, models: list[str]) -> None:
    if "*" in models and len(set(models)) > 1:
        form.fault((*at, models.index("*")), "wildcard", "* stands alone.")


def _mcp(form: Form, sent: Document, kept: Document) -> None:
    both: Document = {"mcp_servers": [], "mcp_tool_overrides": [], **kept, **sent}
    whole = {server["mcp_server_id"] for server in both["mcp_servers"]}
    less = {entry["mcp_client_id"] for entry in both["mcp_tool_overrides"] if entry["action"] == "exclude"}
    seen: dict[tuple[str, str], str] = {}
    for place, entry in enumerate(sent.get("mcp_tool_overrides", [])):
        at: Place = ("mcp_tool_overrides", place)
        if entry["action"] == "exclude" and entry["mcp_client_id"] in whole:
            form.fault(at, "conflict", "A server that is granted whole loses no tool.")
        tool = (entry["mcp_client_id"], entry["tool_name"])
        if seen.setdefault(tool, entry["action"]) != entry["action"]:
            form.fault(at, "conflict", "The tool is included and excluded.")
    if "mcp_tool_overrides" not in sent:
        for place, server in enumerate(sent.get("mcp_servers", [])):
            if server["mcp_server_id"] in less:
                form.fault(("mcp_servers", place), "conflict", "A stored override excludes a tool of it.")
