"""Faults of activating and deactivating."""

from __future__ import annotations

import json
from dataclasses import replace

from conformance.selftest.faults.profiles import profile_path, stored
from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, edited, profile_of, refusal

_ACTIVATE = "activateAccessProfile"
_DEACTIVATE = "deactivateAccessProfile"


@breaks("AP-ACT-001")
async def activation_is_answered_inactive(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return edited(response, is_active=False) if request.operation_id == _ACTIVATE else response


@breaks("AP-ACT-001")
async def activation_is_not_kept(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == _ACTIVATE:
        await inner(replace(request, path=f"{profile_path(request)}/deactivate"))
    return response


@breaks("AP-ACT-001")
async def list_has_the_state_of_creation(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.argument("is_active") is None:
        return response
    return await inner(request.with_query(is_active="false" if "true" in str(request.query) else "true"))


@breaks("AP-ACT-002")
async def second_activation_is_409(request: Request, inner: Inner, state: State) -> Response:
    return await _second_is_409(request, inner, _ACTIVATE, is_active=True)


@breaks("AP-ACT-002")
async def each_activation_is_a_row(request: Request, inner: Inner, state: State) -> Response:
    return await _a_row_each_time(request, inner, _ACTIVATE, "deactivate", is_active=True)


@breaks("AP-ACT-003")
async def absent_activation_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if request.operation_id == _ACTIVATE and response.status == 404 else response


@breaks("AP-ACT-004")
async def activation_is_a_version(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    profile = profile_of(response)
    return edited(response, version=profile["version"] + 1) if profile.get("is_active") else response


@breaks("AP-ACT-004")
async def activation_is_an_update(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    active = profile_of(response).get("is_active", False)
    return edited(response, updated_at="2099-01-01T00:00:00Z") if active else response


@breaks("AP-ACT-005")
async def body_is_parsed(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id != _ACTIVATE or not request.body:
        return await inner(request)
    try:
        json.loads(request.body)
    except ValueError:
        return refusal(400)
    return await inner(request)


@breaks("AP-ACT-005")
async def media_type_is_looked_at(request: Request, inner: Inner, state: State) -> Response:
    other = request.header("content-type") not in ("", "application/json")
    return refusal(415) if request.operation_id == _ACTIVATE and other else await inner(request)


@breaks("AP-ACT-005")
async def body_says_the_state(request: Request, inner: Inner, state: State) -> Response:
    body = request.json if request.operation_id == _ACTIVATE else {}
    if isinstance(body, dict) and body.get("is_active") is False:
        return await inner(replace(request, path=f"{profile_path(request)}/deactivate"))
    return await inner(request)


@breaks("AP-DEA-001")
async def deactivation_is_answered_active(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return edited(response, is_active=True) if request.operation_id == _DEACTIVATE else response


@breaks("AP-DEA-001")
async def deactivation_is_not_kept(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == _DEACTIVATE:
        await inner(replace(request, path=f"{profile_path(request)}/activate"))
    return response


@breaks("AP-DEA-002")
async def second_deactivation_is_409(request: Request, inner: Inner, state: State) -> Response:
    return await _second_is_409(request, inner, _DEACTIVATE, is_active=False)


@breaks("AP-DEA-002")
async def each_deactivation_is_a_row(request: Request, inner: Inner, state: State) -> Response:
    return await _a_row_each_time(request, inner, _DEACTIVATE, "activate", is_active=False)


@breaks("AP-DEA-003")
async def absent_deactivation_is_a_success(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    absent = request.operation_id == _DEACTIVATE and response.status == 404
    return replace(response, status=200) if absent else response


@breaks("AP-DEA-004")
async def deactivation_is_a_version(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    profile = profile_of(response)
    inactive = profile.get("is_active") is False
    return edited(response, version=profile["version"] + 1) if inactive else response


@breaks("AP-DEA-004")
async def deactivation_is_an_update(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    inactive = profile_of(response).get("is_active") is False
    return edited(response, updated_at="2099-01-01T00:00:00Z") if inactive else response


@breaks("AP-DEA-005")
async def copies_are_suspended(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "listUserAccessProfiles" or response.status != 200:
        return response
    copies = response.json["access_profiles"]
    for copy in copies:
        copy["is_active"] = (await stored(request, inner, copy["parent_profile_id"])).get("is_active")
    return response.with_json({**response.json, "access_profiles": copies})


@breaks("AP-DEA-005")
async def keys_are_revoked(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "listUserAccessProfiles" or response.status != 200:
        return response
    copies = response.json["access_profiles"]
    for copy in copies:
        if not (await stored(request, inner, copy["parent_profile_id"])).get("is_active"):
            copy.update(virtual_key_ids=[], virtual_key_values={})
    return response.with_json({**response.json, "access_profiles": copies})


async def _second_is_409(request: Request, inner: Inner, operation_id: str, *, is_active: bool) -> Response:
    if request.operation_id == operation_id:
        before = (await stored(request, inner)).get("is_active")
        if before is is_active:
            return refusal(409)
    return await inner(request)


async def _a_row_each_time(
    request: Request, inner: Inner, operation_id: str, opposite: str, *, is_active: bool
) -> Response:
    if request.operation_id == operation_id and (await stored(request, inner)).get("is_active") is is_active:
        await inner(replace(request, path=f"{profile_path(request)}/{opposite}"))
    return await inner(request)
