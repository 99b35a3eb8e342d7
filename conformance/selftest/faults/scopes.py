"""Faults of what API keys may do: operations that ask for no permission, or for another one."""

from __future__ import annotations

from conformance.selftest.faults.registry import breaks
from conformance.selftest.faults.side_requests import ask
from conformance.selftest.middleware import Inner, Request, Response, State, refusal


def _as_administrator(request: Request, state: State) -> Request:
    return request.with_header("authorization", f"Bearer {state.key}")


async def _open(request: Request, inner: Inner, state: State, *operation_ids: str) -> Response:
    """Let every key call some operations."""
    is_open = request.operation_id in operation_ids
    return await inner(_as_administrator(request, state) if is_open else request)


@breaks("KEY-CRE-002")
async def nothing_is_asked(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_as_administrator(request, state))


@breaks("KEY-CRE-002")
async def one_operation_is_forgotten(request: Request, inner: Inner, state: State) -> Response:
    return await _open(request, inner, state, "addUserVirtualKey")


@breaks("KEY-CRE-002")
async def reading_is_free(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_as_administrator(request, state) if request.method == "GET" else request)


@breaks("KEY-CRE-002")
async def overrides_ask_for_delete(request: Request, inner: Inner, state: State) -> Response:
    """The permission follows the method and not the contract."""
    response = await inner(request)
    taken_back = request.operation_id == "deleteUserAccessProfileBudgetOverride"
    return refusal(403) if taken_back and response.status == 404 else response


@breaks("KEY-CRE-002")
async def refused_but_done(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == "updateUserGroups" and response.status == 403:
        await inner(_as_administrator(request, state))
    return response


@breaks("KEY-CRE-002")
async def first_scope_alone(request: Request, inner: Inner, state: State) -> Response:
    """A key holds the first of its scopes; that others are missing shows where a key has several."""
    response = await inner(request)
    if request.operation_id == "createApiKey" and response.status == 201 and len(request.json["scopes"]) > 1:
        key = response.json["api_key"]
        await ask(request, inner, "DELETE", f"/api-keys/{key['id']}")
        first = await inner(request.with_json({**request.json, "scopes": request.json["scopes"][:1]}))
        return first.with_json({**first.json, "api_key": {**first.json["api_key"], "scopes": key["scopes"]}})
    return response
