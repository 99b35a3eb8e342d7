"""Faults of combinations: each shows only after calls that follow each other in a certain way."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from conformance.selftest.middleware import Inner, Request, Response, State, profile_of


def _is(request: Request, response: Response, operation_id: str) -> bool:
    return request.operation_id == operation_id and response.status < 300


def _base(request: Request) -> str:
    return "/api" + "/governance" * request.path.startswith("/api/governance")


async def _send(inner: Inner, request: Request, method: str, path: str, body: Any = None) -> Response:
    sent = replace(request, method=method, path=_base(request) + path, query=(), body=b"")
    sent = sent.with_header("if-match", None)
    if body is not None:
        sent = sent.with_header("content-type", "application/json").with_json(body)
    return await inner(sent)


async def an_update_of_a_clone_reaches_its_source(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is(request, response, "cloneAccessProfile"):
        state.memory[str(profile_of(response)["id"])] = request.path_parameter("profile_id")
    source = state.memory.get(request.path_parameter("profile_id"))
    if _is(request, response, "updateAccessProfile") and source:
        fields = {name: value for name, value in request.json.items() if name != "name"}
        await _send(inner, request, "PUT", f"/access-profiles/{source}", fields)
    return response


async def a_version_is_skipped_after_deactivating(request: Request, inner: Inner, state: State) -> Response:
    profile_id = request.path_parameter("profile_id")
    if request.operation_id == "updateAccessProfile" and state.memory.pop(profile_id, None):
        await _send(inner, request, "PUT", f"/access-profiles/{profile_id}", {"tags": ["skipped"]})
    response = await inner(request)
    if _is(request, response, "deactivateAccessProfile"):
        state.memory[profile_id] = True
    return response


async def a_user_who_changed_role_is_counted_for_ever(
    request: Request, inner: Inner, state: State
) -> Response:
    user_id = request.path_parameter("user_id")
    if request.operation_id == "deleteUser" and f"changed {user_id}" in state.memory:
        held = await _send(inner, request, "GET", f"/users/{user_id}/access-profiles")
        for copy in held.json["access_profiles"]:
            counted = f"ghosts {copy['parent_profile_id']}"
            state.memory[counted] = state.memory.get(counted, 0) + 1
    response = await inner(request)
    if _is(request, response, "updateUserRole"):
        state.memory[f"changed {user_id}"] = True
    if _is(request, response, "getAccessProfile"):
        ghosts = state.memory.get(f"ghosts {profile_of(response)['id']}", 0)
        return response.with_json({**response.json, "user_count": response.json["user_count"] + ghosts})
    return response


async def a_propagation_forgets_the_third_copy(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id != "propagateAccessProfile" or request.json.get("dry_run"):
        return await inner(request)
    dry = await inner(request.with_json({**request.json, "dry_run": True}))
    affected = dry.json.get("user_ids", [])
    if len(affected) < 3:
        return await inner(request)
    await inner(request.with_json({**request.json, "user_ids": affected[:2]}))
    return dry.with_json({**dry.json, "applied": True})


async def a_refused_update_leaves_an_audit_row(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    profile_id = request.path_parameter("profile_id")
    if request.operation_id == "updateAccessProfile" and response.status == 412:
        state.memory[profile_id] = True
    if _is(request, response, "listAccessProfileAuditLogsById") and profile_id in state.memory:
        log = response.json
        rows = [{**log["audit_logs"][0], "action": "update"}, *log["audit_logs"]]
        return response.with_json({"audit_logs": rows, "total_count": log["total_count"] + 1})
    return response


async def detaching_a_role_takes_what_another_gave(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is(request, response, "createUser"):
        state.memory[response.json["user"]["id"]] = True
    if _is(request, response, "detachRoleFromAccessProfile"):
        profile_id, role_id = int(request.path_parameter("profile_id")), request.path_parameter("role_id")
        for user_id in state.memory:
            held = await _send(inner, request, "GET", f"/users/{user_id}/access-profiles")
            for copy in held.json.get("access_profiles", []):
                given = copy["granted_by_role_id"]
                if copy["parent_profile_id"] == profile_id and given and str(given) != role_id:
                    await _send(inner, request, "DELETE", f"/users/{user_id}/access-profiles/{profile_id}")
    return response


async def a_removed_override_comes_back_with_a_propagation(
    request: Request, inner: Inner, state: State
) -> Response:
    budget_id = request.path_parameter("budget_id")
    if request.operation_id == "updateUserAccessProfileBudgetOverride":
        state.memory[budget_id] = (request.path, request.body)
    response = await inner(request)
    if _is(request, response, "deleteUserAccessProfileBudgetOverride") and budget_id in state.memory:
        state.memory[f"removed {budget_id}"] = state.memory.pop(budget_id)
    if _is(request, response, "propagateAccessProfile") and not request.json.get("dry_run"):
        for path, body in [kept for key, kept in state.memory.items() if key.startswith("removed")]:
            await _send(inner, request, "PUT", path.removeprefix(_base(request)), json.loads(body))
    return response
