"""Faults of attaching roles."""

from __future__ import annotations

from typing import Any

from conformance.selftest.faults.registry import breaks
from conformance.selftest.faults.side_requests import DONE, ask, remember_user, take_copies
from conformance.selftest.middleware import Inner, Request, Response, State, refusal

Object = dict[str, Any]


def _is_attach(request: Request) -> bool:
    return request.operation_id == "attachRolesToAccessProfile"


def _profile_id(request: Request) -> int:
    return int(request.path_parameter("profile_id"))


def _sent(request: Request, **changes: Any) -> Request:
    """The request, with other members in its body when it attaches."""
    return request.with_json({**request.json, **changes}) if _is_attach(request) else request


def _roles(request: Request, response: Response) -> list[Object] | None:
    """The roles of the profile that is read; None for any other request."""
    if request.operation_id != "getAccessProfile" or response.status != 200:
        return None
    return list(response.json["roles"])


def _with_roles(response: Response, roles: list[Object]) -> Response:
    return response.with_json({**response.json, "roles": roles})


@breaks("AP-ATT-001")
async def only_the_first(request: Request, inner: Inner, state: State) -> Response:
    role_ids = request.json["role_ids"] if _is_attach(request) else []
    return await inner(_sent(request, role_ids=role_ids[:1]))


@breaks("AP-ATT-001")
async def takes_the_place_of_all(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_attach(request):
        state.memory["last"] = request.json["role_ids"]
    roles = _roles(request, response)
    if roles is None:
        return response
    return _with_roles(response, [role for role in roles if role["role_id"] in state.memory["last"]])


@breaks("AP-ATT-001")
async def named_twice_is_attached_twice(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_attach(request):
        role_ids = request.json["role_ids"]
        state.memory.setdefault("twice", {role_id for role_id in role_ids if role_ids.count(role_id) > 1})
    roles = _roles(request, response) or []
    more = [{**role, "id": role["id"] + 9999} for role in roles if role["role_id"] in state.memory["twice"]]
    return _with_roles(response, roles + more) if more else response


@breaks("AP-ATT-002")
async def first_default_is_kept(request: Request, inner: Inner, state: State) -> Response:
    if not _is_attach(request):
        return await inner(request)
    seen = state.memory.setdefault("seen", {})
    kept = seen.setdefault((request.path, *request.json["role_ids"]), request.json.get("is_default", False))
    return await inner(_sent(request, is_default=kept))


@breaks("AP-ATT-002")
async def again_is_409(request: Request, inner: Inner, state: State) -> Response:
    seen = state.memory.setdefault("seen", set())
    if _is_attach(request) and request.path in seen:
        return refusal(409)
    seen.add(request.path)
    return await inner(request)


@breaks("AP-ATT-002")
async def second_attachment(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    state.memory["times"] = state.memory.get("times", 0) + _is_attach(request)
    roles = _roles(request, response) or []
    more = [{**role, "id": role["id"] + 9999} for role in roles] if state.memory["times"] > 1 else []
    return _with_roles(response, roles + more) if more else response


@breaks("AP-ATT-003")
async def unknown_is_404(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(404) if _is_attach(request) and response.status == 400 else response


@breaks("AP-ATT-003")
async def unknown_is_passed_over(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_attach(request) or response.status != 400:
        return response
    for role_id in request.json["role_ids"]:
        await inner(_sent(request, role_ids=[role_id]))
    return DONE.with_json({"message": "Done.", "users_applied": 0})


@breaks("AP-ATT-003")
async def attached_until_one_is_unknown(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_attach(request) and response.status == 400:
        for role_id in request.json["role_ids"]:
            if (await inner(_sent(request, role_ids=[role_id]))).status != 200:
                break
    return response


@breaks("AP-ATT-004")
async def unknown_profile_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if _is_attach(request) and response.status == 404 else response


@breaks("AP-ATT-005")
async def stays_new(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_attach(request):
        await ask(request, inner, "PUT", f"/access-profiles/{_profile_id(request)}/deactivate")
    return response


@breaks("AP-ATT-005")
async def every_attachment_activates(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_attach(request):
        await ask(request, inner, "PUT", f"/access-profiles/{_profile_id(request)}/activate")
    return response


@breaks("AP-ATT-005")
async def deactivating_a_new_one_is_forgotten(request: Request, inner: Inner, state: State) -> Response:
    active = state.memory.setdefault("active", set())
    if request.operation_id == "activateAccessProfile":
        active.add(_profile_id(request))
    if request.operation_id == "deactivateAccessProfile" and _profile_id(request) not in active:
        return await ask(request, inner, "GET", f"/access-profiles/{_profile_id(request)}")
    return await inner(request)


@breaks("AP-ATT-006")
async def nobody_gets_one(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_sent(request, apply_to_existing=False))


@breaks("AP-ATT-006")
async def holders_are_counted(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_attach(request) or not request.json.get("apply_to_existing"):
        return response
    return response.with_json({**response.json, "users_applied": response.json["users_applied"] + 1})


@breaks("AP-ATT-006")
async def members_of_the_first_role_get_one(request: Request, inner: Inner, state: State) -> Response:
    if not _is_attach(request) or not request.json.get("apply_to_existing"):
        return await inner(request)
    await inner(_sent(request, apply_to_existing=False))
    return await inner(_sent(request, role_ids=request.json["role_ids"][:1]))


@breaks("AP-ATT-006")
async def holders_get_another(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    remember_user(request, response, state)
    if _is_attach(request) and request.json.get("apply_to_existing") and response.status == 200:
        for user_id in state.memory["users"]:
            await take_copies(request, inner, user_id)
        await inner(request)
    return response


@breaks("AP-ATT-007")
async def members_always_get_one(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_sent(request, apply_to_existing=True))


@breaks("AP-ATT-007")
async def members_of_a_default_always_get_one(request: Request, inner: Inner, state: State) -> Response:
    is_default = _is_attach(request) and request.json.get("is_default", False)
    return await inner(_sent(request, apply_to_existing=True) if is_default else request)


@breaks("AP-ATT-007")
async def members_are_counted(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return response.with_json({**response.json, "users_applied": 1}) if _is_attach(request) else response


@breaks("AP-ATT-008")
async def two_defaults(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    defaults = state.memory.setdefault("defaults", set())
    if _is_attach(request) and request.json.get("is_default"):
        defaults |= {(_profile_id(request), role_id) for role_id in request.json["role_ids"]}
    roles = _roles(request, response)
    if roles is None:
        return response
    kept = [{**r, "is_default": (r["access_profile_id"], r["role_id"]) in defaults} for r in roles]
    return _with_roles(response, kept)


@breaks("AP-ATT-008")
async def first_default_is_detached(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    roles = _roles(request, response)
    return response if roles is None else _with_roles(response, [r for r in roles if r["is_default"]])


@breaks("AP-ATT-008")
async def first_is_no_default_of_any_role(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    roles = _roles(request, response) or []
    if all(role["is_default"] for role in roles):
        return response
    return _with_roles(response, [{**role, "is_default": False} for role in roles])


@breaks("AP-ATT-008")
async def second_default_is_refused(request: Request, inner: Inner, state: State) -> Response:
    taken = state.memory.setdefault("taken", set())
    if not _is_attach(request) or not request.json.get("is_default"):
        return await inner(request)
    if not taken.isdisjoint(request.json["role_ids"]):
        return refusal(409)
    taken.update(request.json["role_ids"])
    return await inner(request)


@breaks("AP-ATT-009")
async def applied_to_nobody(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_attach(request) or response.status != 400:
        return response
    return await inner(_sent(request, apply_to_existing=False))


@breaks("AP-ATT-009")
async def attached_before_the_refusal(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_attach(request) and response.status == 400:
        await inner(_sent(request, apply_to_existing=False))
    return response


@breaks("AP-ATT-009")
async def deactivated_is_409(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(409) if _is_attach(request) and response.status == 400 else response


@breaks("AP-ATT-010")
async def default_is_not_given(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_sent(request, is_default=False))


@breaks("AP-ATT-010")
async def all_attached_are_given(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_attach(request):
        state.memory.setdefault("attached", []).append(_profile_id(request))
    if request.operation_id == "updateUserRole" and response.status == 200:
        path = f"/users/{request.path_parameter('user_id')}/access-profiles"
        for profile_id in state.memory["attached"]:
            await ask(request, inner, "POST", path, {"profile_id": profile_id})
    return response


@breaks("AP-ATT-010")
async def not_given_to_one_created_with_the_role(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == "createUser" and response.status == 201:
        await take_copies(request, inner, response.json["user"]["id"])
    return response
