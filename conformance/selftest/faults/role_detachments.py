"""Faults of detaching roles."""

from __future__ import annotations

from conformance.selftest.faults.registry import breaks
from conformance.selftest.faults.side_requests import DONE, ask, remember_user, take_copies
from conformance.selftest.middleware import Inner, Request, Response, State


def _is_detach(request: Request) -> bool:
    return request.operation_id == "detachRoleFromAccessProfile"


def _profile_id(request: Request) -> int:
    return int(request.path_parameter("profile_id"))


@breaks("AP-DET-001")
async def attachment_stays(request: Request, inner: Inner, state: State) -> Response:
    return DONE if _is_detach(request) else await inner(request)


@breaks("AP-DET-001")
async def all_roles_of_the_profile_go(request: Request, inner: Inner, state: State) -> Response:
    if _is_detach(request):
        path = f"/access-profiles/{_profile_id(request)}"
        for role in (await ask(request, inner, "GET", path)).json["roles"]:
            await ask(request, inner, "DELETE", f"{path}/roles/{role['role_id']}")
        return DONE
    return await inner(request)


@breaks("AP-DET-001")
async def all_profiles_of_the_role_go(request: Request, inner: Inner, state: State) -> Response:
    if _is_detach(request):
        role_id = request.path_parameter("role_id")
        for attachment in (await ask(request, inner, "GET", f"/roles/{role_id}")).json["access_profiles"]:
            profile_id = attachment["access_profile_id"]
            await ask(request, inner, "DELETE", f"/access-profiles/{profile_id}/roles/{role_id}")
        return DONE
    return await inner(request)


@breaks("AP-DET-002")
async def absent_is_done(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return DONE if _is_detach(request) and response.status == 404 else response


@breaks("AP-DET-002")
async def again_is_done(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    detached = state.memory.setdefault("detached", set())
    if _is_detach(request) and response.status == 200:
        detached.add(request.path)
    return DONE if _is_detach(request) and request.path in detached else response


@breaks("AP-DET-003")
async def copies_go_with_the_attachment(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    remember_user(request, response, state)
    if _is_detach(request) and response.status == 200:
        for user_id in state.memory.get("users", []):
            await take_copies(request, inner, user_id, _profile_id(request))
    return response


@breaks("AP-DET-003")
async def keys_go_with_the_attachment(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    state.memory["detached"] = state.memory.get("detached", False) or _is_detach(request)
    if request.operation_id != "listUserAccessProfiles" or not state.memory["detached"]:
        return response
    copies = [{**copy, "virtual_key_ids": []} for copy in response.json["access_profiles"]]
    return response.with_json({**response.json, "access_profiles": copies})
