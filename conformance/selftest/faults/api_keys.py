"""Faults of API keys: how they are made, what they open, how they end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from conformance.selftest.faults.registry import breaks
from conformance.selftest.faults.side_requests import DONE, ask
from conformance.selftest.middleware import Inner, Request, Response, State, refusal

Object = dict[str, Any]


def _makes(request: Request) -> bool:
    return request.operation_id == "createApiKey"


def _as_administrator(request: Request, state: State) -> Request:
    return request.with_header("authorization", f"Bearer {state.key}")


def _with_keys(request: Request, response: Response, rows: list[Object]) -> Response:
    """Another list of keys, where the list was asked for."""
    if request.operation_id != "listApiKeys" or response.status != 200:
        return response
    return response.with_json({"api_keys": rows})


def _rows(response: Response) -> list[Object]:
    return list(response.json.get("api_keys", []))


def _remember(request: Request, response: Response, state: State) -> None:
    """Note the keys that are made, by their ids."""
    if _makes(request) and response.status == 201:
        state.memory.setdefault("keys", {})[response.json["api_key"]["id"]] = response.json["key"]


@breaks("KEY-LST-001")
async def whole_keys_in_the_list(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    _remember(request, response, state)
    keys = state.memory.get("keys", {})
    rows = [{**row, "key_prefix": keys.get(row["id"], row["key_prefix"])} for row in _rows(response)]
    return _with_keys(request, response, rows)


@breaks("KEY-LST-001")
async def beginning_of_the_hash(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _with_keys(request, response, [{**row, "key_prefix": "9f86d081..."} for row in _rows(response)])


@breaks("KEY-LST-001")
async def revoked_keys_are_left_out(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _with_keys(request, response, [row for row in _rows(response) if row["revoked_at"] is None])


@breaks("KEY-LST-001")
async def one_row_for_each_scope(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _with_keys(request, response, [row for row in _rows(response) for _ in (*row["scopes"], "none")])


@breaks("KEY-CRE-001")
async def works_a_moment_later(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _makes(request) and response.status == 201:
        state.memory[f"Bearer {response.json['key']}"] = True
    fresh = state.memory.pop(request.header("authorization"), False)
    return replace(refusal(401), headers=response.headers) if fresh else response


@breaks("KEY-CRE-001")
async def key_in_the_audit_log(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    _remember(request, response, state)
    rows = response.json.get("audit_logs", []) if request.operation_id == "listAccessProfileAuditLogs" else []
    if not rows:
        return response
    rows[0]["new_values"] = str(state.memory.get("keys"))
    return response.with_json({**response.json, "audit_logs": rows})


@breaks("KEY-CRE-001")
async def key_as_its_name(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    _remember(request, response, state)
    keys = state.memory.get("keys", {})
    rows = [{**row, "name": f"{row['name']} ({keys.get(row['id'])})"} for row in _rows(response)]
    return _with_keys(request, response, rows)


@breaks("KEY-CRE-003")
async def nobody_asks_what_the_maker_holds(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_as_administrator(request, state) if _makes(request) else request)


@breaks("KEY-CRE-003")
async def one_held_scope_is_enough(request: Request, inner: Inner, state: State) -> Response:
    mixed = _makes(request) and "AccessProfiles:View" in request.json["scopes"]
    return await inner(_as_administrator(request, state) if mixed else request)


@breaks("KEY-CRE-003")
async def star_is_no_scope_to_compare(request: Request, inner: Inner, state: State) -> Response:
    star = _makes(request) and request.json["scopes"] == ["*"]
    return await inner(_as_administrator(request, state) if star else request)


@breaks("KEY-CRE-003")
async def refused_and_made(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if _makes(request) and response.status == 403:
        await inner(_as_administrator(request, state))
    return response


@breaks("KEY-CRE-003")
async def only_all_scopes_can_give(request: Request, inner: Inner, state: State) -> Response:
    own = request.header("authorization") == f"Bearer {state.key}"
    return await inner(request) if own or not _makes(request) else refusal(403)


@breaks("KEY-CRE-004")
async def unknown_scopes_are_kept(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _makes(request) or response.status != 400:
        return response
    made = await inner(request.with_json({**request.json, "scopes": []}))
    record = {**made.json["api_key"], "scopes": request.json["scopes"]}
    return made.with_json({**made.json, "api_key": record})


@breaks("KEY-CRE-004")
async def unknown_scopes_are_dropped(request: Request, inner: Inner, state: State) -> Response:
    if not _makes(request):
        return await inner(request)
    known = [scope for scope in request.json["scopes"] if scope == "AccessProfiles:View"]
    return await inner(request.with_json({**request.json, "scopes": known}) if known else request)


@breaks("KEY-CRE-004")
async def unknown_scope_is_403(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(403) if _makes(request) and response.status == 400 else response


@breaks("KEY-CRE-004")
async def scopes_in_any_case(request: Request, inner: Inner, state: State) -> Response:
    if not _makes(request):
        return await inner(request)
    scopes = [
        "AccessProfiles:View" if s.lower() == "accessprofiles:view" else s for s in request.json["scopes"]
    ]
    return await inner(request.with_json({**request.json, "scopes": scopes}))


@breaks("KEY-CRE-005")
async def names_may_repeat(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _makes(request) or response.status != 409:
        return response
    return await inner(request.with_json({**request.json, "name": uuid4().hex}))


@breaks("KEY-CRE-005")
async def key_names_are_compared_untrimmed(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    untrimmed = _makes(request) and request.json["name"] != request.json["name"].strip()
    if not untrimmed or response.status != 409:
        return response
    return await inner(request.with_json({**request.json, "name": uuid4().hex}))


@breaks("KEY-CRE-005")
async def names_are_never_free(request: Request, inner: Inner, state: State) -> Response:
    name = request.json.get("name") if _makes(request) else None
    names = state.memory.setdefault("names", set())
    if name in names:
        return refusal(409)
    names.add(name)
    return await inner(request)


@breaks("KEY-CRE-006")
async def keys_live_for_ever(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _makes(request) or response.status != 201:
        return response
    expires_at = response.json["api_key"]["expires_at"]
    fields = {**request.json, "name": uuid4().hex, "expires_at": None}
    made = await inner(request.with_json(fields))
    record = {**made.json["api_key"], "expires_at": expires_at}
    return made.with_json({**made.json, "api_key": record})


@breaks("KEY-CRE-006")
async def offset_is_ignored(request: Request, inner: Inner, state: State) -> Response:
    past = _makes(request) and str(request.json.get("expires_at")).endswith("+05:00")
    return await inner(request.with_json({**request.json, "expires_at": None}) if past else request)


@breaks("KEY-CRE-006")
async def past_expiry_is_none(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if not _makes(request) or response.status != 400:
        return response
    return await inner(request.with_json({**request.json, "expires_at": None}))


@breaks("KEY-CRE-006")
async def expired_key_is_403(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return replace(response, status=403) if response.status == 401 else response


@breaks("KEY-REV-001")
async def revoked_key_is_cached(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    caller = request.header("authorization")
    if response.status == 200 and request.is_list:
        state.memory[caller] = response
    cached: Response | None = state.memory.pop(caller, None) if response.status == 401 else None
    return cached or response


@breaks("KEY-REV-001")
async def revoked_key_leaves_the_list(request: Request, inner: Inner, state: State) -> Response:
    return await revoked_keys_are_left_out(request, inner, state)


@breaks("KEY-REV-001")
async def no_time_of_revocation(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return _with_keys(request, response, [{**row, "revoked_at": None} for row in _rows(response)])


@breaks("KEY-REV-001")
async def every_key_of_the_scope_goes(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == "revokeApiKey" and response.status == 200:
        listed = await ask(request, inner, "GET", "/api-keys")
        for row in _rows(listed)[-2:]:
            await ask(request, inner, "DELETE", f"/api-keys/{row['id']}")
    return response


@breaks("KEY-REV-002")
async def revoking_nothing_is_done(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return DONE if request.operation_id == "revokeApiKey" and response.status == 404 else response


@breaks("KEY-REV-002")
async def revoking_again_is_done(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    revokes = request.operation_id == "revokeApiKey"
    if revokes and response.status == 200:
        state.memory[request.path] = response
    again: Response = state.memory.get(request.path, response)
    return again if revokes else response


@breaks("KEY-REV-002")
async def revoked_by_the_name(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.operation_id == "revokeApiKey" and response.status == 404:
        rows = _rows(await ask(request, inner, "GET", "/api-keys"))
        asked = [row["name"] for row in rows if str(row["id"]) == request.path_parameter("key_id")]
        for row in rows:
            if row["name"] in asked and row["revoked_at"] is None:
                await ask(request, inner, "DELETE", f"/api-keys/{row['id']}")
    return response
