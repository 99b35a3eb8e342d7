"""Faults of propagation: what becomes of the copies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, profile_of

Line = dict[str, Any]


@breaks("AP-PRO-001")
async def last_field_is_forgotten(request: Request, inner: Inner, state: State) -> Response:
    if not _is_run(request) or len(request.json["fields"]) < 2:
        return await inner(request)
    asked = request.json["fields"]
    response = await inner(request.with_json({**request.json, "fields": asked[:-1]}))
    return response.with_json({**response.json, "fields": asked})


@breaks("AP-PRO-001")
async def all_fields_at_once(request: Request, inner: Inner, state: State) -> Response:
    if not _is_run(request):
        return await inner(request)
    fields = [
        *request.json["fields"],
        "provider_configs",
        "budgets",
        "rate_limit",
        "mcp_tool_groups",
        "mcp_servers",
        "mcp_tool_overrides",
    ]
    return await inner(request.with_json({**request.json, "fields": fields}))


@breaks("AP-PRO-006")
async def lines_are_made_again(request: Request, inner: Inner, state: State) -> Response:
    return await _after_a_run(
        request, inner, state, lambda line: {**line, "id": f"{line['id']}-2"} if "scope" in line else line
    )


@breaks("AP-PRO-006")
async def clocks_start_again(request: Request, inner: Inner, state: State) -> Response:
    return await _after_a_run(
        request,
        inner,
        state,
        lambda line: {**line, "last_reset": "2100-01-01T00:00:00Z"} if "scope" in line else line,
    )


@breaks("AP-PRO-006")
async def one_changed_counter_restarts_both(request: Request, inner: Inner, state: State) -> Response:
    return await _after_a_run(
        request,
        inner,
        state,
        lambda line: (
            {**line, "token_last_reset": "2100-01-01T00:00:00Z"} if "token_last_reset" in line else line
        ),
    )


@breaks("AP-PRO-007")
async def the_templates_own_lines(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "listUserAccessProfiles" or response.status != 200:
        return response
    copies = response.json["access_profiles"]
    for copy in copies:
        path = f"/api/access-profiles/{copy['parent_profile_id']}"
        template = profile_of(await inner(replace(request, path=path)))
        for line, original in zip(copy["budgets"], template.get("budgets", []), strict=False):
            line["id"] = original["id"]
    return response.with_json({"access_profiles": copies})


@breaks("AP-PRO-007")
async def copies_share_lines(request: Request, inner: Inner, state: State) -> Response:
    return await _after_a_run(
        request,
        inner,
        state,
        lambda line: {**line, "id": f"{line['scope']}-{line['reset_duration']}"} if "scope" in line else line,
    )


@breaks("AP-PRO-007")
async def lines_begin_with_usage(request: Request, inner: Inner, state: State) -> Response:
    return await _after_a_run(
        request, inner, state, lambda line: {**line, "current_usage": 3} if "scope" in line else line
    )


@breaks("AP-PRO-008")
async def overrides_are_lost(request: Request, inner: Inner, state: State) -> Response:
    def plain(line: Line) -> Line:
        if "override_amount" not in line:
            return line
        kept = {name: value for name, value in line.items() if not name.startswith("override_")}
        return {**kept, "effective_max_limit": line["max_limit"]}

    return await _after_a_run(request, inner, state, plain)


@breaks("AP-PRO-008")
async def overrides_go_to_what_comes_instead(request: Request, inner: Inner, state: State) -> Response:
    def raised(line: Line) -> Line:
        if "scope" not in line or "override_amount" in line:
            return line
        more = {"override_amount": 5, "override_mode": "forever"}
        return {**line, **more, "effective_max_limit": line["max_limit"] + 5}

    return await _after_a_run(request, inner, state, raised)


@breaks("AP-PRO-009")
async def usage_stays(request: Request, inner: Inner, state: State) -> Response:
    return await _after_a_run(
        request,
        inner,
        state,
        lambda line: {**line, "token_current_usage": 3} if "request_current_usage" in line else line,
    )


@breaks("AP-PRO-009")
async def reset_starts_windows(request: Request, inner: Inner, state: State) -> Response:
    if _is_run(request) and request.json.get("reset_usage"):
        state.memory["reset"] = True
    if not state.memory.get("reset"):
        return await inner(request)
    return await _after_a_run(
        request,
        inner,
        state,
        lambda line: {
            name: "2100-01-01T00:00:00Z" if name.endswith("last_reset") else value
            for name, value in line.items()
        },
    )


@breaks("AP-PRO-015")
async def alignment_stays(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "listUserAccessProfiles" or response.status != 200:
        return response
    copies = [{**copy, "calendar_aligned": False} for copy in response.json["access_profiles"]]
    return response.with_json({"access_profiles": copies})


@breaks("AP-PRO-015")
async def alignment_travels_with_everything(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_run(request):
        state.memory["ran"] = True
    if not state.memory.get("ran") or request.operation_id != "listUserAccessProfiles":
        return response
    copies = [{**copy, "calendar_aligned": True} for copy in response.json["access_profiles"]]
    return response.with_json({"access_profiles": copies})


def _is_run(request: Request) -> bool:
    """Whether it is a propagation that says what to propagate."""
    return request.operation_id == "propagateAccessProfile" and bool(request.json.get("fields"))


async def _after_a_run(
    request: Request, inner: Inner, state: State, change: Callable[[Line], Line]
) -> Response:
    """Lists copies with other lines, once there was a propagation."""
    response = await inner(request)
    if _is_run(request):
        state.memory["ran"] = True
    listed = request.operation_id == "listUserAccessProfiles" and response.status == 200
    if not listed or not state.memory.get("ran"):
        return response
    return response.with_json(
        {"access_profiles": [_relined(c, change) for c in response.json["access_profiles"]]}
    )


def _relined(policy: dict[str, Any], change: Callable[[Line], Line]) -> dict[str, Any]:
    """A copy or provider config with other budgets and another rate limit."""
    changed = {**policy, "budgets": [change(line) for line in policy["budgets"]]}
    if "rate_limit" in policy:
        changed["rate_limit"] = change(policy["rate_limit"])
    if "provider_configs" in policy:
        changed["provider_configs"] = [_relined(config, change) for config in policy["provider_configs"]]
    return changed
