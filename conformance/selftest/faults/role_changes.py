"""Faults of changing and deleting roles."""

from __future__ import annotations

from conformance.selftest.faults.registry import breaks
from conformance.selftest.faults.roles import listed, replaced
from conformance.selftest.faults.side_requests import DONE, ask, remember_user, take_copies
from conformance.selftest.middleware import Inner, Request, Response, State, refusal


@breaks("ROL-UPD-001")
async def old_name_in_the_profile(request: Request, inner: Inner, state: State) -> Response:
    return await _with_first_name(request, inner, state, "getAccessProfile", "roles")


@breaks("ROL-UPD-001")
async def old_name_in_the_attachments(request: Request, inner: Inner, state: State) -> Response:
    return await _with_first_name(request, inner, state, "getRole", "access_profiles")


@breaks("ROL-UPD-001")
async def old_name_in_the_list(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == "createRole":
        state.memory["made"] = response.json["role"]
    roles = listed(request, response)
    if roles is None:
        return response
    made = state.memory["made"]
    return replaced(response, roles=[made if role["id"] == made["id"] else role for role in roles])


@breaks("ROL-UPD-001")
async def what_is_not_sent_is_removed(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id != "updateRole":
        return await inner(request)
    return await inner(request.with_json({"description": None, **request.json}))


@breaks("ROL-UPD-001")
async def null_is_ignored(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id != "updateRole":
        return await inner(request)
    return await inner(request.with_json({k: v for k, v in request.json.items() if v is not None}))


@breaks("ROL-UPD-002")
async def name_of_another_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if request.operation_id == "updateRole" and response.status == 409 else response


@breaks("ROL-UPD-002")
async def own_name_is_taken(request: Request, inner: Inner, state: State) -> Response:
    seen = state.memory.setdefault("seen", set())
    if request.operation_id == "updateRole" and request.json.get("name") in seen:
        return refusal(409)
    response = await inner(request)
    if request.operation_id == "createRole":
        seen.add(request.json["name"])
    return response


@breaks("ROL-UPD-002")
async def description_is_kept_before_the_refusal(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == "updateRole" and response.status == 409:
        await inner(request.with_json({"description": request.json["description"]}))
    return response


@breaks("ROL-UPD-002")
async def absent_role_is_made(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "updateRole" or response.status != 404:
        return response
    return await ask(request, inner, "POST", "/roles", request.json)


@breaks("ROL-DEL-001")
async def nothing_is_deleted(request: Request, inner: Inner, state: State) -> Response:
    return DONE if request.operation_id == "deleteRole" else await inner(request)


@breaks("ROL-DEL-001")
async def attachments_are_left(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == "attachRolesToAccessProfile":
        response = await inner(request)
        read = await ask(request, inner, "GET", request.path.removeprefix("/api").removesuffix("/roles"))
        state.memory["roles"] = read.json["roles"]
        return response
    response = await inner(request)
    if request.operation_id != "getAccessProfile":
        return response
    return replaced(response, roles=state.memory["roles"])


@breaks("ROL-DEL-001")
async def deleted_role_is_listed(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == "createRole":
        state.memory.setdefault("made", []).append(response.json["role"])
    return response if listed(request, response) is None else replaced(response, roles=state.memory["made"])


@breaks("ROL-DEL-002")
async def members_keep_the_id(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == "createUser":
        state.memory["user"] = response.json["user"]
    return replaced(response, user=state.memory["user"]) if request.operation_id == "getUser" else response


@breaks("ROL-DEL-002")
async def copies_go_with_the_role(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == "deleteRole":
        for user_id in state.memory.get("users", []):
            await take_copies(request, inner, user_id)
    response = await inner(request)
    remember_user(request, response, state)
    return response


@breaks("ROL-DEL-002")
async def members_go_with_the_role(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == "deleteRole":
        for user_id in state.memory.get("users", []):
            await ask(request, inner, "DELETE", f"/users/{user_id}")
    response = await inner(request)
    remember_user(request, response, state)
    return response


@breaks("ROL-DEL-003")
async def absent_role_is_deleted(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return DONE if request.operation_id == "deleteRole" and response.status == 404 else response


@breaks("ROL-DEL-003")
async def deleted_again_is_done(request: Request, inner: Inner, state: State) -> Response:
    deleted = state.memory.setdefault("deleted", set())
    if request.operation_id == "deleteRole" and request.path in deleted:
        return DONE
    response = await inner(request)
    if response.status == 200:
        deleted.add(request.path)
    return response


async def _with_first_name(
    request: Request, inner: Inner, state: State, operation_id: str, member: str
) -> Response:
    """The attachments that an operation answers, with the name that the role was created with."""
    response = await inner(request)
    if request.operation_id == "createRole":
        state.memory["name"] = response.json["role"]["name"]
    if request.operation_id != operation_id:
        return response
    attachments = [{**each, "role_name": state.memory["name"]} for each in response.json[member]]
    return replaced(response, **{member: attachments})
