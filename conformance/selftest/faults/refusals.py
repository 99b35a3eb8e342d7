"""Faults of refusals: their shape, their completeness, what they leak and what they leave behind."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State


@breaks("ERR-001")
async def another_event_id(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return response.with_json({**response.json, "event_id": "0"}) if response.status == 404 else response


@breaks("ERR-001")
async def another_status_code(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return response.with_json({**response.json, "status_code": 400}) if response.status == 415 else response


@breaks("ERR-001")
async def plain_text(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.status != 405:
        return response
    return replace(response, body=b"Method Not Allowed").with_header("content-type", "text/plain")


@breaks("ERR-001")
async def code_of_our_own(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.status != 409:
        return response
    return response.with_json({**response.json, "error": {**response.json["error"], "code": "duplicate"}})


@breaks("ERR-002")
async def first_fault_alone(request: Request, inner: Inner, state: State) -> Response:
    return _with_faults(await inner(request), slice(1))


@breaks("ERR-002")
async def first_rule_alone(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    fits = b"bogus" not in request.body and len(response.json.get("extra_fields", {}).get("errors", [])) == 2
    return _with_faults(response, slice(1)) if fits else response


@breaks("ERR-002")
async def nineteen_at_most(request: Request, inner: Inner, state: State) -> Response:
    return _with_faults(await inner(request), slice(19))


@breaks("ERR-002")
async def param_of_the_last(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    faults = response.json.get("extra_fields", {}).get("errors", [])
    if len(faults) < 2:
        return response
    error = {**response.json["error"], "param": faults[-1]["pointer"]}
    return response.with_json({**response.json, "error": error})


@breaks("ERR-003")
async def created_all_the_same(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    name = request.json.get("name") if request.is_create else None
    if response.status == 400 and name:
        await inner(request.with_query(bogus=None).with_json({"name": name}))
    return response


@breaks("ERR-003")
async def overwritten(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    names = state.memory.setdefault("overwritten", {})
    if response.status == 409:
        names[request.json["name"]] = request.json.get("description")
    profile = response.json.get("access_profile", {}) if request.is_read else {}
    if profile.get("name") in names:
        changed = {**profile, "description": names[profile["name"]]}
        return response.with_json({**response.json, "access_profile": changed})
    return response


@breaks("ERR-004")
async def token_repeated(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.status != 401:
        return response
    message = f"{request.header('authorization')} is no key."
    return response.with_json({**response.json, "error": {**response.json["error"], "message": message}})


@breaks("ERR-004")
async def key_in_a_header(request: Request, inner: Inner, state: State) -> Response:
    return (await inner(request)).with_header("x-user", request.header("authorization"))


@breaks("ERR-004")
async def stack_trace(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if b"\xff" not in request.body:
        return response
    trace = f'Traceback (most recent call last):\n  File "/srv/app.py", line {len(uuid4().hex)}, in read'
    return response.with_json({**response.json, "error": {**response.json["error"], "message": trace}})


def _with_faults(response: Response, kept: slice) -> Response:
    faults = response.json.get("extra_fields", {}).get("errors", [])
    if not faults:
        return response
    return response.with_json({**response.json, "extra_fields": {"errors": faults[kept]}})
