"""Faults of reading one profile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, edited, profile_of, refusal

_ROLE = {"id": 1, "role_id": 5, "role_name": "Analyst", "is_default": True}


@breaks("AP-GET-001")
async def absent_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if request.is_read and response.status == 404 else response


@breaks("AP-GET-001")
async def largest_id_is_500(request: Request, inner: Inner, state: State) -> Response:
    return refusal(500) if request.path.endswith("/9223372036854775807") else await inner(request)


@breaks("AP-GET-002")
async def bad_id_is_404(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(404) if request.is_read and response.status == 400 else response


@breaks("AP-GET-002")
async def zero_is_an_id(request: Request, inner: Inner, state: State) -> Response:
    return refusal(404) if request.path.endswith("/0") else await inner(request)


@breaks("AP-GET-002")
async def spaces_are_ignored(request: Request, inner: Inner, state: State) -> Response:
    return await inner(replace(request, path=request.path.replace(" ", "")))


@breaks("AP-GET-003")
async def the_one_before(request: Request, inner: Inner, state: State) -> Response:
    head, _, profile_id = request.path.rpartition("/")
    known = request.is_read and profile_id.isdigit() and int(profile_id) > 1
    return await inner(replace(request, path=f"{head}/{int(profile_id) - 1}") if known else request)


@breaks("AP-GET-003")
async def the_first_one_read(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.is_read and response.status == 200:
        first: Response = state.memory.setdefault("first", response)
        return first
    return response


@breaks("AP-GET-004")
async def born_with_a_role(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    body = response.json
    if not request.is_read or response.status != 200 or body["roles"]:
        return response
    return response.with_json(
        {**body, "roles": [{**_ROLE, "access_profile_id": body["access_profile"]["id"]}]}
    )


@breaks("AP-GET-004")
async def role_of_another_profile(request: Request, inner: Inner, state: State) -> Response:
    return await _older_with_roles(request, inner, state, [{**_ROLE, "access_profile_id": 999999}])


@breaks("AP-GET-004")
async def role_twice(request: Request, inner: Inner, state: State) -> Response:
    first = {**_ROLE, "access_profile_id": int(request.path_parameter("profile_id") or 0)}
    return await _older_with_roles(request, inner, state, [first, {**first, "id": 2}])


@breaks("AP-GET-004")
async def detached_role_stays(request: Request, inner: Inner, state: State) -> Response:
    return await _as_large_as_ever(request, inner, state, "roles", len)


@breaks("AP-GET-004")
async def default_roles_alone(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not request.is_read or response.status != 200 or "roles" not in response.json:
        return response
    roles = [role for role in response.json["roles"] if role["is_default"]]
    return response.with_json({**response.json, "roles": roles})


@breaks("AP-GET-005")
async def holders_are_never_fewer(request: Request, inner: Inner, state: State) -> Response:
    return await _as_large_as_ever(request, inner, state, "user_count", int)


@breaks("AP-GET-005")
async def nobody_holds_it(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    counted = request.is_read and response.status == 200
    return response.with_json({**response.json, "user_count": 0}) if counted else response


@breaks("AP-GET-005")
async def one_holder(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    counted = request.is_read and response.status == 200
    return response.with_json({**response.json, "user_count": 1}) if counted else response


@breaks("AP-GET-006")
async def version_counts_reads(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    reads = state.memory["reads"] = state.memory.get("reads", 0) + 1
    return edited(response, version=reads) if request.is_read else response


async def _as_large_as_ever(
    request: Request, inner: Inner, state: State, member: str, size: Callable[[Any], int]
) -> Response:
    """What a profile once had of something, it has for ever."""
    response = await inner(request)
    if not request.is_read or member not in response.json:
        return response
    most = state.memory.get(request.path, response.json[member])
    most = state.memory[request.path] = max(most, response.json[member], key=size)
    return response.with_json({**response.json, member: most})


async def _older_with_roles(
    request: Request, inner: Inner, state: State, roles: list[dict[str, object]]
) -> Response:
    """Other roles on profiles that were there before the check."""
    response = await inner(request)
    made: set[object] = state.memory.setdefault("made", set())
    if response.status == 201:
        made.add(profile_of(response).get("id"))
    if request.operation_id != "getAccessProfile" or response.status != 200:
        return response
    if profile_of(response)["id"] in made:
        return response
    return response.with_json({**response.json, "roles": roles})
