"""Faults of updates: which lines keep their ids, names, sizes, rules, and several clients at once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from conformance.selftest.faults.profiles import stored
from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, edited, profile_of, refusal

Body = dict[str, Any]


def _sent(request: Request) -> Body:
    """The fields of an update; none when it is none."""
    body = request.json if request.operation_id == "updateAccessProfile" else None
    return body if isinstance(body, dict) else {}


def _hurried(request: Request) -> bool:
    """Whether the request is one of a race: these have a connection of their own."""
    return bool(_sent(request)) and request.header("connection") == "close"


@breaks("AP-UPD-008")
async def renamed_without_trimming(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    name = _sent(request).get("name")
    return edited(response, name=name) if name and response.status == 200 else response


@breaks("AP-UPD-008")
async def own_name_is_taken(request: Request, inner: Inner, state: State) -> Response:
    name = _sent(request).get("name")
    if name is not None and name == (await stored(request, inner)).get("name"):
        return refusal(409)
    return await inner(request)


@breaks("AP-UPD-008")
async def taken_name_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if "name" in _sent(request) and response.status == 409 else response


@breaks("AP-UPD-008")
async def long_name_is_cut(request: Request, inner: Inner, state: State) -> Response:
    name = _sent(request).get("name")
    return await inner(request.with_json({**_sent(request), "name": name[:255]}) if name else request)


@breaks("AP-UPD-008")
async def rest_is_kept_of_a_refusal(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.status == 409 and "description" in _sent(request):
        await inner(request.with_json({"description": _sent(request)["description"]}))
    return response


@breaks("AP-UPD-010")
async def budgets_are_always_fresh(request: Request, inner: Inner, state: State) -> Response:
    return await _cleared_first(request, inner, "budgets")


@breaks("AP-UPD-010")
async def provider_configs_are_always_fresh(request: Request, inner: Inner, state: State) -> Response:
    return await _cleared_first(request, inner, "provider_configs")


@breaks("AP-UPD-010")
async def ids_are_not_looked_at(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    lists = {
        name: [{key: value for key, value in line.items() if key != "id"} for line in body[name]]
        for name in ("budgets", "provider_configs")
        if name in body
    }
    return await inner(request.with_json({**body, **lists}) if lists else request)


@breaks("AP-UPD-010")
async def sent_ids_are_taken(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    budgets = profile_of(response).get("budgets", [])
    sent = _sent(request).get("budgets", [])
    if response.status != 200 or not sent:
        return response
    taken = [{**line, "id": given.get("id", line["id"])} for line, given in zip(budgets, sent, strict=True)]
    return edited(response, budgets=taken)


@breaks("AP-UPD-010")
async def lines_are_found_by_position(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    if "provider_configs" not in body:
        return await inner(request)
    ids = [config["id"] for config in (await stored(request, inner)).get("provider_configs", [])]
    configs = body["provider_configs"]
    placed = [{**config, "id": line_id} for config, line_id in zip(configs, ids, strict=False)]
    return await inner(request.with_json({**body, "provider_configs": placed + configs[len(ids) :]}))


@breaks("AP-UPD-011")
async def surplus_tags_are_dropped(request: Request, inner: Inner, state: State) -> Response:
    return await _cut(request, inner, "tags", 50)


@breaks("AP-UPD-011")
async def surplus_provider_configs_are_dropped(request: Request, inner: Inner, state: State) -> Response:
    return await _cut(request, inner, "provider_configs", 100)


@breaks("AP-UPD-011")
async def fiftieth_tag_is_too_many(request: Request, inner: Inner, state: State) -> Response:
    return refusal(400) if len(_sent(request).get("tags", [])) >= 50 else await inner(request)


@breaks("AP-UPD-012")
async def stored_tags_are_counted(request: Request, inner: Inner, state: State) -> Response:
    if "description" in _sent(request) and len((await stored(request, inner)).get("tags", [])) > 50:
        return refusal(400)
    return await inner(request)


@breaks("AP-UPD-012")
async def stored_tags_are_cut(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    if not body or "tags" in body:
        return await inner(request)
    tags = (await stored(request, inner)).get("tags", [])
    return await inner(request.with_json({**body, "tags": tags[:50]}))


@breaks("AP-UPD-013")
async def stored_servers_are_not_looked_at(request: Request, inner: Inner, state: State) -> Response:
    return await _alone(request, inner, "mcp_tool_overrides", "mcp_servers")


@breaks("AP-UPD-013")
async def stored_overrides_are_not_looked_at(request: Request, inner: Inner, state: State) -> Response:
    return await _alone(request, inner, "mcp_servers", "mcp_tool_overrides")


@breaks("AP-UPD-013")
async def replaced_servers_are_looked_at(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    if body.get("mcp_servers") == [] and body.get("mcp_tool_overrides"):
        body = {"mcp_tool_overrides": body["mcp_tool_overrides"]}
        return await inner(request.with_json(body))
    return await inner(request)


@breaks("AP-UPD-014")
async def unknown_fields_are_dropped(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    known = {name: value for name, value in body.items() if name != "bogus"}
    return await inner(request.with_json(known) if "bogus" in body else request)


@breaks("AP-UPD-014")
async def fault_has_no_place(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if _sent(request) and response.status == 400 else response


@breaks("AP-UPD-014")
async def half_of_it_is_kept(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.status == 400 and "description" in _sent(request):
        await inner(request.with_json({"description": _sent(request)["description"]}))
    return response


@breaks("AP-UPD-014")
async def last_of_two_budgets_counts(request: Request, inner: Inner, state: State) -> Response:
    body = _sent(request)
    if not body.get("budgets"):
        return await inner(request)
    last = {line.get("reset_duration"): line for line in body["budgets"]}
    return await inner(request.with_json({**body, "budgets": list(last.values())}))


@breaks("AP-UPD-017")
async def rename_looks_then_writes(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.status != 409 or not _hurried(request):
        return response
    again = await inner(request.with_json({**_sent(request), "name": uuid4().hex}))
    return edited(again, name=_sent(request)["name"])


@breaks("AP-UPD-017")
async def all_renames_lose(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(409) if _hurried(request) and response.status == 200 else response


@breaks("AP-UPD-018")
async def last_writer_wins(request: Request, inner: Inner, state: State) -> Response:
    return await inner(request.with_header("if-match", None) if _hurried(request) else request)


@breaks("AP-UPD-018")
async def losers_conflict(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(409) if _hurried(request) and response.status == 412 else response


async def _cleared_first(request: Request, inner: Inner, name: str) -> Response:
    if _sent(request).get(name):
        await inner(request.with_json({name: []}))
    return await inner(request)


async def _cut(request: Request, inner: Inner, name: str, most: int) -> Response:
    body = _sent(request)
    return await inner(request.with_json({**body, name: body[name][:most]}) if name in body else request)


async def _alone(request: Request, inner: Inner, sent: str, other: str) -> Response:
    """The server compares what is sent alone."""
    body = _sent(request)
    if not body.get(sent) or other in body:
        return await inner(request)
    return await inner(request.with_json({**body, other: []}))
