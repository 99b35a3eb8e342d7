"""Faults of updates: what is absent, null or empty, and what the server sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from conformance.selftest.faults.profiles import profile_path, stored
from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, edited, profile_of, refusal

Body = dict[str, Any]

_LISTS = ("tags", "provider_configs", "budgets", "mcp_tool_groups", "mcp_servers", "mcp_tool_overrides")
_LATER = "2099-01-01T00:00:00Z"


def _sent(request: Request) -> Body | None:
    """The fields of an update; None when it is none."""
    body = request.json if request.operation_id == "updateAccessProfile" else None
    return body if isinstance(body, dict) else None


@breaks("AP-UPD-001")
async def put_replaces_all(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    if body is None:
        return await inner(request)
    absent: Body = {"description": None, "rate_limit": None, **{name: [] for name in _LISTS}}
    return await inner(request.with_json({**absent, **body}))


@breaks("AP-UPD-001")
async def budgets_of_providers_are_lost(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    if body is None or "budgets" not in body:
        return await inner(request)
    configs = [
        {**config, "budgets": []} for config in (await stored(request, inner)).get("provider_configs", [])
    ]
    return await inner(request.with_json({"provider_configs": configs, **body}))


@breaks("AP-UPD-002")
async def lists_are_added_to(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    if not body or "tags" not in body:
        return await inner(request)
    before = (await stored(request, inner)).get("tags", [])
    return await inner(request.with_json({**body, "tags": before + body["tags"]}))


@breaks("AP-UPD-002")
async def empty_is_absent(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    if body is None:
        return await inner(request)
    return await inner(request.with_json({name: value for name, value in body.items() if value != []}))


@breaks("AP-UPD-002")
async def provider_configs_are_merged(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    if not body or "provider_configs" not in body:
        return await inner(request)
    before = {c["provider_name"]: c for c in (await stored(request, inner)).get("provider_configs", [])}
    configs = [{**before.get(config["provider_name"], {}), **config} for config in body["provider_configs"]]
    return await inner(request.with_json({**body, "provider_configs": configs}))


@breaks("AP-UPD-003")
async def absent_rate_limit_is_removed(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    return await inner(request if body is None else request.with_json({"rate_limit": None, **body}))


@breaks("AP-UPD-003")
async def null_rate_limit_is_absent(request: Request, inner: Inner, state: State) -> Response:
    return await _without_null(request, inner, "rate_limit")


@breaks("AP-UPD-003")
async def rate_limit_is_merged(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    if not body or not isinstance(body.get("rate_limit"), dict):
        return await inner(request)
    before = (await stored(request, inner)).get("rate_limit", {})
    return await inner(request.with_json({**body, "rate_limit": {**before, **body["rate_limit"]}}))


@breaks("AP-UPD-004")
async def null_description_is_absent(request: Request, inner: Inner, state: State) -> Response:
    return await _without_null(request, inner, "description")


@breaks("AP-UPD-004")
async def null_description_is_empty(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    removed = body is not None and body.get("description", "kept") is None
    return await inner(request.with_json({**body, "description": ""}) if body and removed else request)


@breaks("AP-UPD-005")
async def null_list_clears(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    if body is None:
        return await inner(request)
    filled = {name: [] if name in _LISTS and value is None else value for name, value in body.items()}
    return await inner(request.with_json(filled))


@breaks("AP-UPD-005")
async def null_list_is_absent(request: Request, inner: Inner, state: State) -> Response:
    return await _without_null(request, inner, *_LISTS)


@breaks("AP-UPD-005")
async def null_alignment_is_false(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    cleared = body is not None and body.get("calendar_aligned", True) is None
    return await inner(
        request.with_json({**body, "calendar_aligned": False}) if body and cleared else request
    )


@breaks("AP-UPD-006")
async def version_stays(request: Request, inner: Inner, state: State) -> Response:
    return edited(await inner(request), version=1)


@breaks("AP-UPD-006")
async def updated_at_stays(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return edited(response, updated_at=profile_of(response).get("created_at"))


@breaks("AP-UPD-006")
async def created_at_moves(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return edited(response, created_at=profile_of(response).get("updated_at"))


@breaks("AP-UPD-006")
async def answered_as_before(request: Request, inner: Inner, state: State) -> Response:
    if _sent(request) is None:
        return await inner(request)
    before = await stored(request, inner)
    return edited(await inner(request), **before)


@breaks("AP-UPD-007")
async def each_update_is_a_version(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    idle = state.memory.setdefault(profile_path(request), 0)
    if _sent(request) is not None and response.status == 200:
        idle = state.memory[profile_path(request)] = idle + 1
    return edited(response, version=idle + 1) if profile_of(response) else response


@breaks("AP-UPD-007")
async def each_update_is_a_moment(request: Request, inner: Inner, state: State) -> Response:
    if _sent(request) is None:
        return await inner(request)
    before = (await stored(request, inner)).get("version")
    response = await inner(request)
    idle = profile_of(response).get("version") == before
    return edited(response, updated_at=_LATER) if idle else response


@breaks("AP-UPD-009")
async def server_fields_are_refused(request: Request, inner: Inner, state: State) -> Response:
    forged = "version" in (_sent(request) or {})
    return refusal(400) if forged else await inner(request)


@breaks("AP-UPD-009")
async def state_is_taken(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    wanted = (_sent(request) or {}).get("is_active")
    if response.status != 200 or not isinstance(wanted, bool):
        return response
    path = f"{profile_path(request)}/{'activate' if wanted else 'deactivate'}"
    return await inner(replace(request, path=path))


@breaks("AP-UPD-009")
async def times_are_taken(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    sent = (_sent(request) or {}).get("created_at")
    return edited(response, created_at=sent) if sent else response


@breaks("AP-UPD-015")
async def copies_follow(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _sent(request) is not None and response.status == 200:
        path = f"{profile_path(request)}/propagate"
        await inner(replace(request, method="POST", path=path).with_json({"fields": ["budgets"]}))
    return response


@breaks("AP-UPD-015")
async def copies_are_renamed(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id != "listUserAccessProfiles" or response.status != 200:
        return response
    copies = response.json["access_profiles"]
    for copy in copies:
        copy["name"] = (await stored(request, inner, copy["parent_profile_id"])).get("name")
    return response.with_json({**response.json, "access_profiles": copies})


@breaks("AP-UPD-016")
async def absent_is_400_to_an_update(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if _sent(request) is not None and response.status == 404 else response


@breaks("AP-UPD-016")
async def absent_is_created(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    body = _sent(request)
    if not body or response.status != 404:
        return response
    path = profile_path(request).rpartition("/")[0]
    created = await inner(replace(request, method="POST", path=path).with_json({"name": uuid4().hex, **body}))
    return replace(created, status=200)


@breaks("AP-UPD-016")
async def nothing_is_changed_for_nobody(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return replace(response, status=200) if _sent(request) == {} and response.status == 404 else response


async def _without_null(request: Request, inner: Inner, *names: str) -> Response:
    body = _sent(request)
    if body is None:
        return await inner(request)
    kept = {name: value for name, value in body.items() if value is not None or name not in names}
    return await inner(request.with_json(kept))
