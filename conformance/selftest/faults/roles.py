"""Faults of roles: making, listing and reading them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from conformance.selftest.faults.registry import breaks
from conformance.selftest.faults.side_requests import ask
from conformance.selftest.middleware import Inner, Request, Response, State, refusal

Object = dict[str, Any]


def listed(request: Request, response: Response) -> list[Object] | None:
    """The roles of a list; None for any other request."""
    if request.operation_id != "listRoles" or response.status != 200:
        return None
    return list(response.json["roles"])


def _edited(response: Response, **changes: Any) -> Response:
    """A role with other values of some members; a refusal is left alone."""
    body = response.json
    return response.with_json({**body, "role": {**body["role"], **changes}}) if "role" in body else response


def replaced(response: Response, **changes: Any) -> Response:
    """An answer with other values of some members; a refusal is left alone."""
    return response.with_json({**response.json, **changes}) if response.status == 200 else response


@breaks("ROL-LST-001")
async def newest_first(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    roles = listed(request, response)
    return response if roles is None else replaced(response, roles=roles[::-1])


@breaks("ROL-LST-001")
async def by_name(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    roles = listed(request, response)
    return (
        response if roles is None else replaced(response, roles=sorted(roles, key=lambda r: str(r["name"])))
    )


@breaks("ROL-LST-001")
async def last_is_missing(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    roles = listed(request, response)
    return response if roles is None else replaced(response, roles=roles[:-1])


@breaks("ROL-LST-001")
async def listed_twice(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    roles = listed(request, response)
    return response if roles is None else replaced(response, roles=roles + roles[-1:])


@breaks("ROL-CRE-001")
async def description_is_lost(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _edited(response, description=None) if request.operation_id == "getRole" else response


@breaks("ROL-CRE-001")
async def no_description_is_empty(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id != "createRole":
        return await inner(request)
    return await inner(request.with_json({**request.json, "description": request.json["description"] or ""}))


@breaks("ROL-CRE-001")
async def new_role_is_not_listed(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == "createRole":
        state.memory["new"] = response.json["role"]["id"]
    roles = listed(request, response)
    if roles is None:
        return response
    return replaced(response, roles=[role for role in roles if role["id"] != state.memory["new"]])


@breaks("ROL-CRE-002")
async def name_is_not_trimmed(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _edited(response, name=request.json["name"]) if request.operation_id == "createRole" else response


@breaks("ROL-CRE-002")
async def taken_name_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if response.status == 409 else response


@breaks("ROL-CRE-002")
async def name_twice(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "createRole" or response.status != 409:
        return response
    again = await inner(request.with_json({"name": uuid4().hex}))
    return _edited(again, name=request.json["name"])


@breaks("ROL-CRE-002")
async def compared_before_trimming(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    spaced = response.status == 409 and request.json["name"] != request.json["name"].strip()
    return await inner(request.with_json({"name": uuid4().hex})) if spaced else response


@breaks("ROL-GET-001")
async def profiles_are_missing(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return replaced(response, access_profiles=[]) if request.operation_id == "getRole" else response


@breaks("ROL-GET-001")
async def default_is_missing(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "getRole":
        return response
    profiles = [{**each, "is_default": False} for each in response.json["access_profiles"]]
    return replaced(response, access_profiles=profiles)


@breaks("ROL-GET-001")
async def attachments_of_other_roles(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "getRole":
        return response
    profiles: list[Object] = []
    for each in response.json["access_profiles"]:
        read = await ask(request, inner, "GET", f"/access-profiles/{each['access_profile_id']}")
        profiles += read.json["roles"]
    return replaced(response, access_profiles=profiles)


@breaks("ROL-GET-001")
async def detached_profiles_stay(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "getRole":
        return response
    seen = state.memory.setdefault("seen", {})
    seen.update({each["id"]: each for each in response.json["access_profiles"]})
    return replaced(response, access_profiles=list(seen.values()))


@breaks("ROL-GET-002")
async def no_members(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return replaced(response, user_count=0) if request.operation_id == "getRole" else response


@breaks("ROL-GET-002")
async def members_are_counted_once(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "getRole":
        return response
    most = state.memory["most"] = max(state.memory.get("most", 0), response.json["user_count"])
    return replaced(response, user_count=most)


@breaks("ROL-GET-003")
async def absent_role_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if request.operation_id == "getRole" and response.status == 404 else response


@breaks("ROL-GET-003")
async def largest_id_is_500(request: Request, inner: Inner, state: State) -> Response:
    return refusal(500) if request.path.endswith("/9223372036854775807") else await inner(request)
