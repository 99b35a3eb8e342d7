"""Faults of propagation: what becomes of the copies, whom it reaches, what it says, and what it refuses."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from conformance.selftest.combinators import On, after, on, sends, sent, shows
from conformance.selftest.faults.profiles import COPIES, beside_templates
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, success

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


def _is_dry(request: Request) -> bool:
    return request.sent.get("dry_run") is True


def _nothing(request: Request) -> Response:
    """Return what a profile without holders is answered."""
    numbers = dict.fromkeys(("affected_users", "failed_users", "skipped_users"), 0)
    applied = not request.json.get("dry_run", False)
    body = {**numbers, "user_ids": [], "fields": request.json["fields"], "applied": applied}
    return success({**body, "vk_sync_errors": []})


_dry = on(PROPAGATE, when=_is_dry, status=200)
_done = on(PROPAGATE, status=200)
_failed = on(PROPAGATE, where=shows("failed_users"))


def _moved(counted: str, as_: str) -> On:
    """Count users among others."""
    return _done.merge("", **{counted: 0, as_: itemgetter(counted)})


@on(PROPAGATE, when=sends("user_ids", "group_ids")).serve
async def a_union_of_names_and_groups(request: Request, inner: Inner, state: State) -> Response:
    named = await inner(request.with_json({**request.sent, "group_ids": []}))
    grouped = await inner(request.with_json({**request.sent, "user_ids": []}))
    users = sorted({*named.json["user_ids"], *grouped.json["user_ids"]})
    return named.with_json({**named.json, "user_ids": users, "affected_users": len(users)})


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
    "AP-PRO-002/dry_runs_are_wet": _dry.send(dry_run=False).set("/applied", False),
    "AP-PRO-002/dry_runs_say_that_they_applied": _dry.set("/applied", True),
    "AP-PRO-002/dry_runs_count_no_skipped": _dry.set("/skipped_users", 0),
    "AP-PRO-002/dry_runs_name_nobody": _dry.set("/user_ids", []),
    "AP-PRO-003/the_skipped_are_affected_too": _done.merge(
        "", affected_users=lambda body: body["affected_users"] + body["skipped_users"]
    ),
    "AP-PRO-003/user_ids_are_those_aimed_at": on(PROPAGATE, when=sends("user_ids"), status=200).set(
        "/user_ids", sent("user_ids")
    ),
    "AP-PRO-003/counts_without_work": on(PROPAGATE).send(dry_run=True),
    "AP-PRO-004/names_are_ignored": on(PROPAGATE).send(user_ids=[]),
    "AP-PRO-004/who_holds_nothing_is_no_user": _done.set("/skipped_users", 0),
    "AP-PRO-004/who_holds_nothing_is_not_found": on(PROPAGATE, where=shows("skipped_users")).refuse(404),
    "AP-PRO-005/groups_are_ignored": on(PROPAGATE).send(group_ids=[]),
    "AP-PRO-005/a_union_of_names_and_groups": a_union_of_names_and_groups,
    "AP-PRO-010/unknown_fields_are_dropped": on(PROPAGATE).send(
        fields=lambda body: [f for f in body.get("fields", []) if f in FIELDS] or ["mcp_servers"]
    ),
    "AP-PRO-010/no_fields_are_all_fields": on(PROPAGATE, when=sends(fields=[])).send(fields=list(FIELDS)),
    "AP-PRO-011/no_profile_has_no_holders": on(PROPAGATE, status=404).reply(_nothing),
    "AP-PRO-011/dry_runs_ask_for_no_profile": on(PROPAGATE, when=_is_dry, status=404).reply(_nothing),
    "AP-PRO-012/no_holders_are_not_found": on(PROPAGATE, where=shows(affected_users=0)).refuse(404),
    "AP-PRO-012/no_holders_leave_user_ids_out": on(PROPAGATE, where=shows(user_ids=[])).drop("/user_ids"),
    "AP-PRO-013/expired_copies_fail": _moved("skipped_users", "failed_users"),
    "AP-PRO-013/expired_copies_count_as_affected": _moved("skipped_users", "affected_users"),
    "AP-PRO-014/contradictions_count_as_affected": _moved("failed_users", "affected_users"),
    "AP-PRO-014/one_contradiction_refuses_the_run": _failed.refuse(400),
    "AP-PRO-014/half_of_what_fails_is_kept": _failed.also(fields=["budgets"], dry_run=False),
}
