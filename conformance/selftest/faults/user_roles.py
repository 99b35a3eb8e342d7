"""Faults of changing a user's role."""

from __future__ import annotations

from conformance.selftest.faults.registry import breaks
from conformance.selftest.faults.side_requests import DONE, ask, copies_of, defaults_of, take_copies
from conformance.selftest.middleware import Inner, Request, Response, State, refusal


def _moved(request: Request) -> str:
    """The user whose role is to change; empty for any other request."""
    return request.path_parameter("user_id") if request.operation_id == "updateUserRole" else ""


@breaks("USR-ROL-001")
async def old_copy_stays(request: Request, inner: Inner, state: State) -> Response:
    user_id = _moved(request)
    before = await copies_of(request, inner, user_id) if user_id else []
    response = await inner(request)
    for copy in before:
        body = {"profile_id": copy["parent_profile_id"]}
        await ask(request, inner, "POST", f"/users/{user_id}/access-profiles", body)
    return response


@breaks("USR-ROL-001")
async def nothing_is_given(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if user_id := _moved(request):
        await take_copies(request, inner, user_id)
    return response


@breaks("USR-ROL-001")
async def keys_stay(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    is_key = request.operation_id == "deleteUserAccessProfileVirtualKey"
    return DONE if is_key and response.status == 404 else response


@breaks("USR-ROL-002")
async def all_copies_go(request: Request, inner: Inner, state: State) -> Response:
    if user_id := _moved(request):
        await take_copies(request, inner, user_id)
    return await inner(request)


@breaks("USR-ROL-002")
async def what_the_role_gives_goes_with_it(request: Request, inner: Inner, state: State) -> Response:
    if user_id := _moved(request):
        user = (await ask(request, inner, "GET", f"/users/{user_id}")).json["user"]
        profile_ids = await defaults_of(request, inner, user["role_id"]) if user["role_id"] else []
        if profile_ids:
            await take_copies(request, inner, user_id, *profile_ids)
    return await inner(request)


@breaks("USR-ROL-002")
async def new_role_gives_another(request: Request, inner: Inner, state: State) -> Response:
    user_id = _moved(request)
    if user_id and request.json["role_id"]:
        await take_copies(
            request, inner, user_id, *await defaults_of(request, inner, request.json["role_id"])
        )
    return await inner(request)


@breaks("USR-ROL-003")
async def taken_and_given_again(request: Request, inner: Inner, state: State) -> Response:
    user_id = _moved(request)
    if user_id:
        await take_copies(request, inner, user_id)
    return await inner(request)


@breaks("USR-ROL-003")
async def keys_are_made_again(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    user_id = _moved(request)
    for copy in await copies_of(request, inner, user_id) if user_id else []:
        path = f"/users/{user_id}/access-profiles"
        for key_id in copy["virtual_key_ids"]:
            await ask(request, inner, "DELETE", f"{path}/virtual-keys/{key_id}")
            await ask(request, inner, "POST", f"{path}/{copy['parent_profile_id']}/virtual-keys", {})
    return response


@breaks("USR-ROL-003")
async def only_the_first_key_stays(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    user_id = _moved(request)
    for copy in await copies_of(request, inner, user_id) if user_id else []:
        for key_id in copy["virtual_key_ids"][1:]:
            await ask(request, inner, "DELETE", f"/users/{user_id}/access-profiles/virtual-keys/{key_id}")
    return response


@breaks("USR-ROL-004")
async def null_is_ignored(request: Request, inner: Inner, state: State) -> Response:
    user_id = _moved(request)
    if user_id and request.json["role_id"] is None:
        return await ask(request, inner, "GET", f"/users/{user_id}")
    return await inner(request)


@breaks("USR-ROL-004")
async def unknown_role_is_404(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(404) if _moved(request) and response.status == 400 else response


@breaks("USR-ROL-004")
async def unknown_role_takes_the_role_away(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _moved(request) and response.status == 400:
        await inner(request.with_json({"role_id": None}))
    return response


@breaks("USR-ROL-004")
async def unknown_user_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if _moved(request) and response.status == 404 else response
