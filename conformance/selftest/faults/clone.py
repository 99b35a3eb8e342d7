"""Faults of cloning profiles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, edited, profile_of, refusal


def _is_clone(request: Request) -> bool:
    return request.operation_id == "cloneAccessProfile"


def _source_path(request: Request) -> str:
    return request.path.removesuffix("/clone")


async def _source(inner: Inner, request: Request) -> dict[str, Any]:
    read = await inner(replace(request, method="GET", path=_source_path(request), body=b""))
    return profile_of(read)


async def _update(inner: Inner, request: Request, path: str, **fields: Any) -> Response:
    return await inner(replace(request, method="PUT", path=path).with_json(fields))


async def _after_update(request: Request, inner: Inner, **fields: Any) -> Response:
    """The clone as if it had been made with other values: it has them in every later read, at version 1."""
    response = await inner(request)
    if not _is_clone(request) or response.status != 201:
        return response
    path = _source_path(request).rpartition("/")[0] + f"/{profile_of(response)['id']}"
    changed = await _update(inner, request, path, **fields)
    return edited(response, **{name: profile_of(changed).get(name) for name in fields})


@breaks("AP-CLO-001")
async def no_tags(request: Request, inner: Inner, state: State) -> Response:
    return await _after_update(request, inner, tags=[])


@breaks("AP-CLO-001")
async def no_rate_limit(request: Request, inner: Inner, state: State) -> Response:
    return await _after_update(request, inner, rate_limit=None)


@breaks("AP-CLO-001")
async def alignment_is_forgotten(request: Request, inner: Inner, state: State) -> Response:
    return await _after_update(request, inner, calendar_aligned=False)


@breaks("AP-CLO-001")
async def no_tool_overrides(request: Request, inner: Inner, state: State) -> Response:
    return await _after_update(request, inner, mcp_tool_overrides=[])


@breaks("AP-CLO-001")
async def said_in_the_answer_alone(request: Request, inner: Inner, state: State) -> Response:
    """The answer is put together from the source; what is kept lacks the providers."""
    response = await inner(request)
    if _is_clone(request) and response.status == 201:
        path = _source_path(request).rpartition("/")[0] + f"/{profile_of(response)['id']}"
        await _update(inner, request, path, provider_configs=[])
    return response


@breaks("AP-CLO-002")
async def lines_are_shared(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_clone(request) or response.status != 201:
        return response
    return edited(response, budgets=(await _source(inner, request))["budgets"])


@breaks("AP-CLO-002")
async def nested_lines_are_shared(request: Request, inner: Inner, state: State) -> Response:
    """A copy that is not deep: configs are new, what is in them is not."""
    response = await inner(request)
    if not _is_clone(request) or response.status != 201:
        return response
    source = (await _source(inner, request))["provider_configs"]
    own = profile_of(response)["provider_configs"]
    shared = [{**old, "id": new["id"]} for old, new in zip(source, own, strict=True)]
    return edited(response, provider_configs=shared)


@breaks("AP-CLO-002")
async def provider_configs_are_shared(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_clone(request) or response.status != 201:
        return response
    source = (await _source(inner, request))["provider_configs"]
    own = profile_of(response)["provider_configs"]
    return edited(
        response,
        provider_configs=[{**new, "id": old["id"]} for old, new in zip(source, own, strict=True)],
    )


@breaks("AP-CLO-003")
async def version_of_the_source(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_clone(request) or response.status != 201:
        return response
    return edited(response, version=(await _source(inner, request))["version"])


@breaks("AP-CLO-003")
async def no_first_version(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_clone(request) and response.status == 201:
        state.memory["clone"] = str(profile_of(response)["id"])
    is_list = request.operation_id == "listAccessProfileVersions"
    if is_list and request.path_parameter("profile_id") == state.memory.get("clone"):
        return response.with_json({"versions": []})
    return response


@breaks("AP-CLO-004")
async def as_active_as_the_source(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_clone(request) or response.status != 201:
        return response
    return edited(response, is_active=(await _source(inner, request))["is_active"])


@breaks("AP-CLO-004")
async def born_active(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_clone(request) or response.status != 201:
        return response
    head = _source_path(request).rpartition("/")[0]
    activation = replace(request, method="PUT", path=f"{head}/{profile_of(response)['id']}/activate")
    await inner(activation)
    return response


@breaks("AP-CLO-005")
async def clone_is_not_trimmed(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    cloned = _is_clone(request) and response.status == 201
    return edited(response, name=request.json["name"]) if cloned else response


@breaks("AP-CLO-005")
async def longer_clone_is_cut(request: Request, inner: Inner, state: State) -> Response:
    if not _is_clone(request):
        return await inner(request)
    return await inner(request.with_json({**request.json, "name": request.json["name"][:255]}))


@breaks("AP-CLO-005")
async def blank_clone(request: Request, inner: Inner, state: State) -> Response:
    blank = _is_clone(request) and not request.json["name"].strip()
    return await inner(request.with_json({"name": uuid4().hex}) if blank else request)


@breaks("AP-CLO-005")
async def taken_gets_a_number(request: Request, inner: Inner, state: State) -> Response:
    """What file managers do."""
    response = await inner(request)
    if not _is_clone(request) or response.status != 409:
        return response
    return await inner(request.with_json({**request.json, "name": f"{request.json['name'].strip()} (2)"}))


@breaks("AP-CLO-005")
async def clone_taken_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if _is_clone(request) and response.status == 409 else response


@breaks("AP-CLO-006")
async def description_of_the_source(request: Request, inner: Inner, state: State) -> Response:
    if not _is_clone(request):
        return await inner(request)
    return await inner(request.with_json({"name": request.json["name"]}))


@breaks("AP-CLO-006")
async def null_is_as_if_absent(request: Request, inner: Inner, state: State) -> Response:
    """`body.description ?? source.description`."""
    if not _is_clone(request):
        return await inner(request)
    return await inner(request.with_json({k: v for k, v in request.json.items() if v is not None}))


@breaks("AP-CLO-006")
async def no_description(request: Request, inner: Inner, state: State) -> Response:
    if not _is_clone(request):
        return await inner(request)
    return await inner(request.with_json({"description": None, **request.json}))


@breaks("AP-CLO-007")
async def clone_of_nothing_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if _is_clone(request) and response.status == 404 else response


@breaks("AP-CLO-007")
async def clone_of_nothing_is_empty(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_clone(request) or response.status != 404:
        return response
    path = _source_path(request).rpartition("/")[0]
    await inner(replace(request, path=path))
    return response


@breaks("AP-CLO-008")
async def source_has_a_new_version(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_clone(request) and response.status == 201:
        await _update(inner, request, _source_path(request), tags=["cloned"])
    return response


@breaks("AP-CLO-008")
async def update_reaches_the_source(request: Request, inner: Inner, state: State) -> Response:
    """The clone points to the lines of its source."""
    response = await inner(request)
    if _is_clone(request) and response.status == 201:
        state.memory[str(profile_of(response)["id"])] = _source_path(request)
    source = state.memory.get(request.path_parameter("profile_id"))
    if request.operation_id == "updateAccessProfile" and source:
        await _update(inner, request, source, budgets=request.json.get("budgets", []))
    return response


@breaks("AP-CLO-009")
async def roles_are_cloned(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _is_clone(request) or response.status != 201:
        return response
    read = await inner(replace(request, method="GET", path=_source_path(request), body=b""))
    role_ids = [role["role_id"] for role in read.json["roles"]]
    path = _source_path(request).rpartition("/")[0] + f"/{profile_of(response)['id']}/roles"
    await inner(replace(request, path=path).with_json({"role_ids": role_ids}))
    return response


@breaks("AP-CLO-009")
async def holders_are_counted_for_the_clone(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _is_clone(request) and response.status == 201:
        state.memory["clone"] = str(profile_of(response)["id"])
    if request.operation_id != "getAccessProfile" or response.status != 200:
        return response
    is_clone = request.path_parameter("profile_id") == state.memory.get("clone")
    return response.with_json({**response.json, "user_count": 1}) if is_clone else response
