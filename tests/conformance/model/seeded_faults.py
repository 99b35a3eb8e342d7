"""Faults of combinations: each shows only after calls that follow each other in a certain way."""

import json

from conformance.selftest.combinators import ask, on, remembering
from conformance.selftest.faults.profiles import GET, UPDATE, profile_of
from conformance.selftest.faults.side_requests import copies_of
from conformance.selftest.middleware import Inner, Request, Response, State

_PROPAGATE = "propagateAccessProfile"


def _is(request: Request, response: Response, operation_id: str) -> bool:
    return request.operation_id == operation_id and response.status < 300


def _profile_id(request: Request) -> str:
    return request.path_parameter("profile_id")


async def an_update_of_a_clone_reaches_its_source(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is(request, response, "cloneAccessProfile"):
        state.memory[str(profile_of(response)["id"])] = _profile_id(request)
    source = state.memory.get(_profile_id(request))
    if _is(request, response, UPDATE) and source:
        fields = {name: value for name, value in request.json.items() if name != "name"}
        await ask(request, inner, "PUT", f"/access-profiles/{source}", fields)
    return response


async def a_version_is_skipped_after_deactivating(request: Request, inner: Inner, state: State) -> Response:
    profile_id = _profile_id(request)
    if request.operation_id == UPDATE and state.memory.pop(profile_id, None):
        await ask(request, inner, "PUT", f"/access-profiles/{profile_id}", {"tags": ["skipped"]})
    response = await inner(request)
    if _is(request, response, "deactivateAccessProfile"):
        state.memory[profile_id] = True
    return response


async def a_user_who_changed_role_is_counted_for_ever(
    request: Request, inner: Inner, state: State
) -> Response:
    user_id = request.path_parameter("user_id")
    if request.operation_id == "deleteUser" and f"changed {user_id}" in state.memory:
        for copy in await copies_of(request, inner, user_id):
            counted = f"ghosts {copy['parent_profile_id']}"
            state.memory[counted] = state.memory.get(counted, 0) + 1
    response = await inner(request)
    if _is(request, response, "updateUserRole"):
        state.memory[f"changed {user_id}"] = True
    if _is(request, response, GET):
        ghosts = state.memory.get(f"ghosts {profile_of(response)['id']}", 0)
        return response.with_json({**response.json, "user_count": response.json["user_count"] + ghosts})
    return response


@on(_PROPAGATE, when=lambda request: not request.json.get("dry_run")).serve
async def a_propagation_forgets_the_third_copy(request: Request, inner: Inner, state: State) -> Response:
    dry = await inner(request.with_json({**request.json, "dry_run": True}))
    affected = dry.json.get("user_ids", [])
    if len(affected) < 3:
        return await inner(request)
    await inner(request.with_json({**request.json, "user_ids": affected[:2]}))
    return dry.with_json({**dry.json, "applied": True})


a_refused_update_leaves_an_audit_row = remembering(
    on(UPDATE, status=412),
    lambda request, _: _profile_id(request),
    lambda refused: (
        on("listAccessProfileAuditLogsById", when=lambda request: _profile_id(request) in refused, status=200)
        .edit("/audit_logs", lambda rows: [{**rows[0], "action": "update"}, *rows])
        .edit("/total_count", lambda total: total + 1)
    ),
)


async def detaching_a_role_takes_what_another_gave(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is(request, response, "createUser"):
        state.memory[response.json["user"]["id"]] = True
    if _is(request, response, "detachRoleFromAccessProfile"):
        profile_id, role_id = int(_profile_id(request)), request.path_parameter("role_id")
        for user_id in state.memory:
            for copy in await copies_of(request, inner, user_id):
                given = copy["granted_by_role_id"]
                if copy["parent_profile_id"] == profile_id and given and str(given) != role_id:
                    await ask(request, inner, "DELETE", f"/users/{user_id}/access-profiles/{profile_id}")
    return response


async def a_removed_override_comes_back_with_a_propagation(
    request: Request, inner: Inner, state: State
) -> Response:
    budget_id = request.path_parameter("budget_id")
    if request.operation_id == "updateUserAccessProfileBudgetOverride":
        state.memory[budget_id] = (request.path.removeprefix(request.server), request.body)
    response = await inner(request)
    if _is(request, response, "deleteUserAccessProfileBudgetOverride") and budget_id in state.memory:
        state.memory[f"removed {budget_id}"] = state.memory.pop(budget_id)
    if _is(request, response, _PROPAGATE) and not request.json.get("dry_run"):
        for path, body in [kept for key, kept in state.memory.items() if key.startswith("removed")]:
            await ask(request, inner, "PUT", path, json.loads(body))
    return response
