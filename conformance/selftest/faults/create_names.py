"""Faults of names, and of the rules between the parts of a body."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, edited, refusal

Body = dict[str, Any]


def _changed(request: Request, change: Callable[[Body], Body]) -> Request:
    body = request.json if request.is_create else None
    return request.with_json(change(body)) if isinstance(body, dict) and body else request


def _name(request: Request) -> str:
    name = request.json.get("name") if request.is_create and isinstance(request.json, dict) else None
    return name if isinstance(name, str) else ""


def _first_of_each(items: Any, field: str) -> Any:
    if not isinstance(items, list):
        return items
    return list({item[field]: item for item in reversed(items) if isinstance(item, dict)}.values())[::-1]


@breaks("AP-CRE-002")
async def not_trimmed(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return edited(response, name=_name(request)) if response.status == 201 else response


@breaks("AP-CRE-002")
async def blank_name(request: Request, inner: Inner, state: State) -> Response:
    blank = _name(request).isspace()
    return await inner(request.with_json({"name": uuid4().hex}) if blank else request)


@breaks("AP-CRE-003")
async def longer_name_is_cut(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_changed(request, lambda body: {**body, "name": _name(request)[:255]}))


@breaks("AP-CRE-003")
async def octets_are_counted(request: Request, inner: Inner, state: State) -> Response:
    return refusal(400) if len(_name(request).encode()) > 255 else await inner(request)


@breaks("AP-CRE-003")
async def utf16_units_are_counted(request: Request, inner: Inner, state: State) -> Response:
    return refusal(400) if len(_name(request).encode("utf-16-le")) > 510 else await inner(request)


@breaks("AP-CRE-004")
async def name_twice(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.status != 409:
        return response
    again = await inner(_changed(request, lambda body: {**body, "name": uuid4().hex}))
    return edited(again, name=_name(request))


@breaks("AP-CRE-004")
async def taken_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if response.status == 409 else response


@breaks("AP-CRE-004")
async def compared_before_trimming(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.status != 409 or _name(request) == _name(request).strip():
        return response
    return await inner(_changed(request, lambda body: {**body, "name": uuid4().hex}))


@breaks("AP-CRE-005")
async def compared_in_any_case(request: Request, inner: Inner, state: State) -> Response:
    seen = state.memory.setdefault("names", set())
    if _name(request).lower() in seen:
        return refusal(409)
    response = await inner(request)
    if response.status == 201:
        seen.add(_name(request).lower())
    return response


@breaks("AP-CRE-006")
async def look_then_write(request: Request, inner: Inner, state: State) -> Response:
    looking = state.memory.setdefault("looking", {})
    if not request.is_create or request.header("connection") != "close":
        return await inner(request)
    looking[_name(request)] = looking.get(_name(request), 0) + 1
    await asyncio.sleep(0.02)
    response = await inner(request)
    if response.status == 409 and looking[_name(request)] > 1:
        return await inner(_changed(request, lambda body: {**body, "name": uuid4().hex}))
    return response


@breaks("AP-CRE-006")
async def all_lose(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    hurried = request.is_create and request.header("connection") == "close"
    return refusal(409) if hurried and response.status == 201 else response


@breaks("AP-CRE-015")
async def second_provider_dropped(request: Request, inner: Inner, state: State) -> Response:
    field = "provider_configs"
    return await inner(
        _changed(request, lambda b: {**b, field: _first_of_each(b.get(field, []), "provider_name")})
    )


@breaks("AP-CRE-015")
async def pointer_of_the_first(request: Request, inner: Inner, state: State) -> Response:
    return _with_pointer(await inner(request), "/provider_configs/0/provider_name")


@breaks("AP-CRE-016")
async def second_budget_dropped(request: Request, inner: Inner, state: State) -> Response:
    return await inner(
        _changed(request, lambda b: {**b, "budgets": _first_of_each(b.get("budgets", []), "reset_duration")})
    )


@breaks("AP-CRE-016")
async def one_duration_for_all_lists(request: Request, inner: Inner, state: State) -> Response:
    configs = request.json.get("provider_configs", []) if request.is_create else []
    lists = [{budget["reset_duration"] for budget in config.get("budgets", [])} for config in configs]
    shared = len(lists) == 2 and lists[0] & lists[1]
    return refusal(400) if shared else await inner(request)


@breaks("AP-CRE-016")
async def no_pointer(request: Request, inner: Inner, state: State) -> Response:
    return _with_pointer(await inner(request), "/budgets")


@breaks("AP-CRE-017")
async def exclusion_dropped(request: Request, inner: Inner, state: State) -> Response:
    def change(body: Body) -> Body:
        kept = [o for o in body.get("mcp_tool_overrides", []) if o["action"] != "exclude"]
        return {**body, "mcp_tool_overrides": kept} if body.get("mcp_servers") else body

    return await inner(_changed(request, change))


@breaks("AP-CRE-017")
async def no_exclusion_beside_any_server(request: Request, inner: Inner, state: State) -> Response:
    body = request.json if request.is_create else {}
    excluded = any(o["action"] == "exclude" for o in body.get("mcp_tool_overrides", []))
    return refusal(400) if excluded and body.get("mcp_servers") else await inner(request)


@breaks("AP-CRE-018")
async def last_override_wins(request: Request, inner: Inner, state: State) -> Response:
    def change(body: Body) -> Body:
        overrides = body.get("mcp_tool_overrides", [])
        return {**body, "mcp_tool_overrides": overrides[-1:]} if len(overrides) > 1 else body

    return await inner(_changed(request, change))


@breaks("AP-CRE-018")
async def tools_of_all_clients(request: Request, inner: Inner, state: State) -> Response:
    overrides = request.json.get("mcp_tool_overrides", []) if request.is_create else []
    tools = [override["tool_name"] for override in overrides]
    return refusal(400) if len(tools) > len(set(tools)) else await inner(request)


def _with_pointer(response: Response, pointer: str) -> Response:
    faults = response.json.get("extra_fields", {}).get("errors", [])
    if not faults:
        return response
    moved = [{**fault, "pointer": pointer} for fault in faults]
    return response.with_json({**response.json, "extra_fields": {"errors": moved}})
