"""Faults of cloning profiles."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.selftest.combinators import on, remembering, sent
from conformance.selftest.faults.profiles import GET, PROFILE, UPDATE, edited, profile_of
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import (
    alone,
    at,
    cut,
    fresh,
    only,
    with_defaults,
    without_content,
    without_null,
)

Object = dict[str, Any]

_CLONE = "cloneAccessProfile"

_cloned = on(_CLONE, status=201)


def _source_path(request: Request) -> str:
    return request.path.removesuffix("/clone")


def _clone_path(request: Request, response: Response) -> str:
    return _source_path(request).rpartition("/")[0] + f"/{profile_of(response)['id']}"


async def _update(inner: Inner, request: Request, path: str, **fields: Any) -> Response:
    return await inner(replace(request, method="PUT", path=path).with_json(fields))


def _made(change: Callable[[Object, Object], Object]) -> Fault:
    """Give the clone other members, which are made of the clone and of its source."""

    def make(body: Any, read: Any) -> Any:
        clone = body["access_profile"]
        return {**body, "access_profile": clone | change(clone, read["access_profile"])}

    return _cloned.beside(at(_source_path, "GET"), without_content, make=make)


def _kept_with(*, told: bool = True, **fields: Any) -> Fault:
    """Keep the clone as if it had been made with other values: every later read has them, at version 1."""

    @_cloned.then
    async def fault(request: Request, response: Response, inner: Inner) -> Response:
        changed = await _update(inner, request, _clone_path(request, response), **fields)
        return edited(response, **{name: profile_of(changed).get(name) for name in fields if told})

    return fault


def _shared_lines(clone: Object, source: Object) -> Object:
    pairs = zip(source["provider_configs"], clone["provider_configs"], strict=True)
    return {"provider_configs": [{**old, "id": new["id"]} for old, new in pairs]}


def _shared_configs(clone: Object, source: Object) -> Object:
    pairs = zip(source["provider_configs"], clone["provider_configs"], strict=True)
    return {"provider_configs": [{**new, "id": old["id"]} for old, new in pairs]}


def _of_a_clone(operation: str, pointer: str, value: Any) -> Fault:
    """Change what is answered of the newest clone."""
    return remembering(
        _cloned,
        lambda _, response: str(profile_of(response)["id"]),
        lambda clones: on(
            operation, when=lambda request: request.path_parameter("profile_id") in clones[-1:], status=200
        ).set(pointer, value),
    )


async def _activate(request: Request, response: Response, inner: Inner) -> None:
    await inner(replace(request, method="PUT", path=f"{_clone_path(request, response)}/activate"))


async def _attach_roles(request: Request, response: Response, inner: Inner) -> None:
    read = await inner(replace(request, method="GET", path=_source_path(request), body=b""))
    attach = replace(request, path=f"{_clone_path(request, response)}/roles")
    await inner(attach.with_json({"role_ids": [role["role_id"] for role in read.json["roles"]]}))


async def update_reaches_the_source(request: Request, inner: Inner, state: State) -> Response:
    """Let the clone point to the lines of its source."""
    response = await inner(request)
    if request.operation_id == _CLONE and response.status == 201:
        state.memory[str(profile_of(response)["id"])] = _source_path(request)
    source = state.memory.get(request.path_parameter("profile_id"))
    if request.operation_id == UPDATE and source:
        await _update(inner, request, source, budgets=request.json.get("budgets", []))
    return response


FAULTS: dict[str, Fault] = {
    "AP-CLO-001/no_tags": _kept_with(tags=[]),
    "AP-CLO-001/no_rate_limit": _kept_with(rate_limit=None),
    "AP-CLO-001/alignment_is_forgotten": _kept_with(calendar_aligned=False),
    "AP-CLO-001/no_tool_overrides": _kept_with(mcp_tool_overrides=[]),
    # The answer is put together from the source; what is kept lacks the providers.
    "AP-CLO-001/said_in_the_answer_alone": _kept_with(told=False, provider_configs=[]),
    "AP-CLO-002/lines_are_shared": _made(lambda _, source: {"budgets": source["budgets"]}),
    # A copy that is not deep: configs are new, what is in them is not.
    "AP-CLO-002/nested_lines_are_shared": _made(_shared_lines),
    "AP-CLO-002/provider_configs_are_shared": _made(_shared_configs),
    "AP-CLO-003/version_of_the_source": _made(lambda _, source: {"version": source["version"]}),
    "AP-CLO-003/no_first_version": _of_a_clone("listAccessProfileVersions", "/versions", []),
    "AP-CLO-004/as_active_as_the_source": _made(lambda _, source: {"is_active": source["is_active"]}),
    "AP-CLO-004/born_active": _cloned.does(_activate),
    "AP-CLO-005/clone_is_not_trimmed": _cloned.set(f"{PROFILE}/name", sent("name")),
    "AP-CLO-005/longer_clone_is_cut": on(_CLONE).send(cut("name", 255)),
    "AP-CLO-005/blank_clone": on(_CLONE, when=lambda request: not request.json["name"].strip()).send(
        only(name=fresh)
    ),
    # What file managers do.
    "AP-CLO-005/taken_gets_a_number": on(_CLONE, status=409).retry(
        name=lambda body: f"{body['name'].strip()} (2)"
    ),
    "AP-CLO-005/clone_taken_is_400": on(_CLONE, status=409).refuse(400),
    "AP-CLO-006/description_of_the_source": on(_CLONE).send(alone("name")),
    # `body.description ?? source.description`.
    "AP-CLO-006/null_is_as_if_absent": on(_CLONE).send(without_null()),
    "AP-CLO-006/no_description": on(_CLONE).send(with_defaults(description=None)),
    "AP-CLO-007/clone_of_nothing_is_400": on(_CLONE, status=404).refuse(400),
    "AP-CLO-007/clone_of_nothing_is_empty": on(_CLONE, status=404).also(
        at(lambda request: _source_path(request).rpartition("/")[0])
    ),
    "AP-CLO-008/update_reaches_the_source": update_reaches_the_source,
    "AP-CLO-008/source_has_a_new_version": _cloned.also(at(_source_path, "PUT"), only(tags=["cloned"])),
    "AP-CLO-009/roles_are_cloned": _cloned.does(_attach_roles),
    "AP-CLO-009/holders_are_counted_for_the_clone": _of_a_clone(GET, "/user_count", 1),
}
