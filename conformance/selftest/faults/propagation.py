"""Faults of propagation: what becomes of the copies."""

from collections.abc import Callable
from typing import Any

from conformance.selftest.combinators import On, after, on, sends, sent
from conformance.selftest.faults.profiles import COPIES, beside_templates
from conformance.selftest.middleware import Fault

Line = dict[str, Any]

PROPAGATE = "propagateAccessProfile"
FIELDS = ("provider_configs", "budgets", "rate_limit", "mcp_tool_groups", "mcp_servers", "mcp_tool_overrides")
_ALIGNED = "/access_profiles/*/calendar_aligned"
_2100 = "2100-01-01T00:00:00Z"

_run = on(PROPAGATE, when=sends("fields"))
_copies = on(COPIES, status=200)


def _relined(policy: dict[str, Any], change: Callable[[Line], Line]) -> dict[str, Any]:
    """Return a copy or provider config with other budgets and another rate limit."""
    changed = {**policy, "budgets": [change(line) for line in policy["budgets"]]}
    if "rate_limit" in policy:
        changed["rate_limit"] = change(policy["rate_limit"])
    if "provider_configs" in policy:
        changed["provider_configs"] = [_relined(config, change) for config in policy["provider_configs"]]
    return changed


def _lines(change: Callable[[Line], Line], run: On = _run) -> Fault:
    """Give copies other lines, once there was a propagation."""
    return after(run, _copies.edit("/access_profiles/*", lambda copy: _relined(copy, change)))


def _budgets(change: Callable[[Line], Line]) -> Fault:
    """Give copies other budgets, once there was a propagation."""
    return _lines(lambda line: {**line, **change(line)} if "scope" in line else line)


def _as_in_the_template(copy: dict[str, Any], template: dict[str, Any]) -> dict[str, Any]:
    for line, original in zip(copy["budgets"], template.get("budgets", []), strict=False):
        line["id"] = original["id"]
    return copy


def _not_overridden(line: Line) -> Line:
    if "override_amount" not in line:
        return line
    kept = {name: value for name, value in line.items() if not name.startswith("override_")}
    return {**kept, "effective_max_limit": line["max_limit"]}


def _overridden(line: Line) -> Line:
    if "override_amount" in line:
        return line
    more = {"override_amount": 5, "override_mode": "forever"}
    return {**more, "effective_max_limit": line["max_limit"] + 5}


def _restarted(line: Line) -> Line:
    return {name: _2100 if name.endswith("last_reset") else value for name, value in line.items()}


FAULTS: dict[str, Fault] = {
    "AP-PRO-001/last_field_is_forgotten": on(
        PROPAGATE, when=lambda request: len(request.sent.get("fields", [])) > 1
    )
    .send(fields=lambda body: body["fields"][:-1])
    .set("/fields", sent("fields")),
    "AP-PRO-001/all_fields_at_once": _run.send(fields=lambda body: [*body["fields"], *FIELDS]),
    "AP-PRO-006/lines_are_made_again": _budgets(lambda line: {"id": f"{line['id']}-2"}),
    "AP-PRO-006/clocks_start_again": _budgets(lambda _: {"last_reset": _2100}),
    "AP-PRO-006/one_changed_counter_restarts_both": _lines(
        lambda line: {**line, "token_last_reset": _2100} if "token_last_reset" in line else line
    ),
    "AP-PRO-007/the_templates_own_lines": beside_templates(_as_in_the_template),
    "AP-PRO-007/copies_share_lines": _budgets(
        lambda line: {"id": f"{line['scope']}-{line['reset_duration']}"}
    ),
    "AP-PRO-007/lines_begin_with_usage": _budgets(lambda _: {"current_usage": 3}),
    "AP-PRO-008/overrides_are_lost": _lines(_not_overridden),
    "AP-PRO-008/overrides_go_to_what_comes_instead": _budgets(_overridden),
    "AP-PRO-009/usage_stays": _lines(
        lambda line: {**line, "token_current_usage": 3} if "request_current_usage" in line else line
    ),
    "AP-PRO-009/reset_starts_windows": _lines(_restarted, on(PROPAGATE, when=sends("fields", "reset_usage"))),
    "AP-PRO-015/alignment_stays": _copies.set(_ALIGNED, False),
    "AP-PRO-015/alignment_travels_with_everything": after(_run, on(COPIES).set(_ALIGNED, True)),
}
