"""Faults of what a new profile holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, edited, profile_of, refusal

Body = dict[str, Any]


def _body(request: Request) -> Body:
    return request.json if request.is_create and isinstance(request.json, dict) else {}


def _changed(request: Request, **changes: Any) -> Request:
    return request.with_json({**_body(request), **changes}) if _body(request) else request


def _walk(value: Any, change: Callable[[Body], Body]) -> Any:
    """The value with every object in it changed, the innermost first."""
    if isinstance(value, list):
        return [_walk(item, change) for item in value]
    if isinstance(value, dict):
        return change({key: _walk(item, change) for key, item in value.items()})
    return value


def _answer(response: Response, change: Callable[[Body], Body]) -> Response:
    """A created or read profile with every object in it changed."""
    return edited(response, **_walk(profile_of(response), change)) if profile_of(response) else response


def _configs(request: Request, change: Callable[[Body], Body]) -> Request:
    configs = _body(request).get("provider_configs")
    return _changed(request, provider_configs=[change(c) for c in configs]) if configs else request


@breaks("AP-CRE-001")
async def description_lost(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return edited(response, description=None) if request.is_read else response


@breaks("AP-CRE-001")
async def second_provider_lost(request: Request, inner: Inner, state: State) -> Response:
    configs = _body(request).get("provider_configs")
    return await inner(_changed(request, provider_configs=configs[:1]) if configs else request)


@breaks("AP-CRE-001")
async def overrides_swapped(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return edited(response, mcp_tool_overrides=profile_of(response).get("mcp_tool_overrides", [])[::-1])


@breaks("AP-CRE-007")
async def aligned_by_default(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_changed(request, **{"calendar_aligned": True, **_body(request)}))


@breaks("AP-CRE-007")
async def empty_description(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    absent = profile_of(response).get("description") is None
    return edited(response, description="") if absent else response


@breaks("AP-CRE-007")
async def all_models_by_default(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_configs(request, lambda config: {"all_models_allowed": True, **config}))


@breaks("AP-CRE-008")
async def version_0(request: Request, inner: Inner, state: State) -> Response:
    return edited(await inner(request), version=0)


@breaks("AP-CRE-009")
async def active(request: Request, inner: Inner, state: State) -> Response:
    return edited(await inner(request), is_active=True)


@breaks("AP-CRE-010")
async def server_fields_refused(request: Request, inner: Inner, state: State) -> Response:
    return refusal(400) if "id" in _body(request) else await inner(request)


@breaks("AP-CRE-010")
async def usage_taken_over(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    sent = [budget.get("current_usage", 0) for budget in _body(request).get("budgets", [])]
    budgets = profile_of(response).get("budgets", [])
    taken = [{**b, "current_usage": u} for b, u in zip(budgets, sent, strict=False)]
    return edited(response, budgets=taken) if taken else response


@breaks("AP-CRE-010")
async def creation_time_taken_over(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    sent = _body(request).get("created_at")
    return edited(response, created_at=sent) if isinstance(sent, str) else response


@breaks("AP-CRE-011")
async def config_ids_per_profile(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    configs = profile_of(response).get("provider_configs", [])
    return edited(response, provider_configs=[{**c, "id": n} for n, c in enumerate(configs, 1)])


@breaks("AP-CRE-011")
async def budget_ids_taken_over(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    sent = [budget.get("id") for budget in _body(request).get("budgets", [])]
    if response.status != 201 or not any(sent):
        return response
    budgets = profile_of(response)["budgets"]
    return edited(response, budgets=[{**b, "id": i} for b, i in zip(budgets, sent, strict=True)])


@breaks("AP-CRE-011")
async def rate_limit_ids_of_the_profile(request: Request, inner: Inner, state: State) -> Response:
    def change(part: Body) -> Body:
        return {**part, "id": "1"} if "token_current_usage" in part else part

    return _answer(await inner(request), change)


@breaks("AP-CRE-012")
async def total_everywhere(request: Request, inner: Inner, state: State) -> Response:
    return _answer(await inner(request), lambda part: {**part, "scope": "total"} if "scope" in part else part)


@breaks("AP-CRE-012")
async def name_alone(request: Request, inner: Inner, state: State) -> Response:
    def change(part: Body) -> Body:
        return {**part, "scope": part["scope"].removeprefix("provider:")} if "scope" in part else part

    return _answer(await inner(request), change)


@breaks("AP-CRE-013")
async def used_already(request: Request, inner: Inner, state: State) -> Response:
    numbers = count()

    def change(part: Body) -> Body:
        last = "token_current_usage" in part and next(numbers) == 1
        return {**part, "request_current_usage": 1} if last else part

    return _answer(await inner(request), change)


@breaks("AP-CRE-013")
async def no_usage_at_all(request: Request, inner: Inner, state: State) -> Response:
    return _answer(await inner(request), lambda part: {k: v for k, v in part.items() if k != "current_usage"})


@breaks("AP-CRE-014")
async def fifty_tags(request: Request, inner: Inner, state: State) -> Response:
    return refusal(400) if len(_body(request).get("tags", [])) > 50 else await inner(request)


@breaks("AP-CRE-014")
async def hundred_providers_kept(request: Request, inner: Inner, state: State) -> Response:
    configs = _body(request).get("provider_configs", [])
    return await inner(_changed(request, provider_configs=configs[:100]) if configs else request)


@breaks("AP-CRE-019")
async def durations_have_defaults(request: Request, inner: Inner, state: State) -> Response:
    limit = _body(request).get("rate_limit")
    if not limit:
        return await inner(request)
    whole = {f"{w}_reset_duration": "1h" for w in ("token", "request") if f"{w}_max_limit" in limit}
    return await inner(_changed(request, rate_limit={**whole, **limit}))


@breaks("AP-CRE-019")
async def empty_means_none(request: Request, inner: Inner, state: State) -> Response:
    empty = _body(request).get("rate_limit") == {}
    return await inner(_changed(request, rate_limit=None) if empty else request)


@breaks("AP-CRE-019")
async def unchecked_at_providers(request: Request, inner: Inner, state: State) -> Response:
    return await inner(
        _configs(request, lambda config: {k: v for k, v in config.items() if k != "rate_limit"})
    )


@breaks("AP-CRE-020")
async def reset_config_dropped(request: Request, inner: Inner, state: State) -> Response:
    def change(part: Body) -> Body:
        wrong = part.get("reset_duration") not in (None, "1Q")
        return {k: v for k, v in part.items() if k != "reset_config"} if wrong else part

    return await inner(request.with_json(_walk(_body(request), change)) if _body(request) else request)


@breaks("AP-CRE-020")
async def no_reset_config(request: Request, inner: Inner, state: State) -> Response:
    return refusal(400) if b"reset_config" in request.body else await inner(request)


@breaks("AP-CRE-021")
async def unknown_fields_dropped(request: Request, inner: Inner, state: State) -> Response:
    known = _walk(_body(request), lambda part: {k: v for k, v in part.items() if k != "bogus"})
    return await inner(request.with_json(known) if known else request)


@breaks("AP-CRE-021")
async def unknown_fields_dropped_in_overrides(request: Request, inner: Inner, state: State) -> Response:
    overrides = [
        {k: v for k, v in o.items() if k != "bogus"} for o in _body(request).get("mcp_tool_overrides", [])
    ]
    return await inner(_changed(request, mcp_tool_overrides=overrides) if overrides else request)


@breaks("AP-CRE-021")
async def pointer_of_the_object(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return replace(response, body=response.body.replace(b"/bogus", b""))


@breaks("AP-CRE-022")
async def sorted_tags(request: Request, inner: Inner, state: State) -> Response:
    return (
        edited(response, tags=sorted(tags))
        if (tags := profile_of(response := await inner(request)).get("tags"))
        else response
    )


@breaks("AP-CRE-022")
async def repeats_kept(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return (
        edited(response, mcp_servers=_body(request)["mcp_servers"])
        if _body(request).get("mcp_servers")
        else response
    )


@breaks("AP-CRE-022")
async def last_place(request: Request, inner: Inner, state: State) -> Response:
    def change(config: Body) -> Body:
        return {**config, "allowed_models": config.get("allowed_models", [])[::-1]}

    return await inner(_configs(request, change))


@breaks("AP-CRE-023")
async def half_up(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_rounded(request, "0.000001", ROUND_HALF_UP))


@breaks("AP-CRE-023")
async def cut_off(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_rounded(request, "0.000001", ROUND_DOWN))


@breaks("AP-CRE-023")
async def cents(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_rounded(request, "0.01", ROUND_HALF_UP))


@breaks("AP-CRE-024")
async def star_kept(request: Request, inner: Inner, state: State) -> Response:
    def change(part: Body) -> Body:
        every = part.get("all_models_allowed") is True
        return {**part, "all_models_allowed": False, "allowed_models": ["*"]} if every else part

    return _answer(await inner(request), change)


@breaks("AP-CRE-024")
async def star_among_others(request: Request, inner: Inner, state: State) -> Response:
    def change(config: Body) -> Body:
        return {**config, "allowed_models": ["*"]} if "*" in config.get("allowed_models", []) else config

    return await inner(_configs(request, change))


@breaks("AP-CRE-025")
async def an_hour_off(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    stated = profile_of(response).get("created_at", "")
    hour = int(stated[11:13] or 0)
    moved = f"{stated[:11]}{(hour + 1) % 24:02}{stated[13:]}"
    return edited(response, created_at=moved, updated_at=moved)


@breaks("AP-CRE-025")
async def updated_later(request: Request, inner: Inner, state: State) -> Response:
    return edited(await inner(request), updated_at="2099-01-01T00:00:00Z")


@breaks("AP-CRE-026")
async def no_location(request: Request, inner: Inner, state: State) -> Response:
    return (await inner(request)).with_header("location", None)


@breaks("AP-CRE-026")
async def location_of_the_list(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return response.with_header("location", request.path) if response.status == 201 else response


def _rounded(request: Request, unit: str, mode: str) -> Request:
    def change(part: Body) -> Body:
        if "max_limit" not in part:
            return part
        amount = Decimal(str(part["max_limit"])).quantize(Decimal(unit), mode)
        return {**part, "max_limit": float(amount)}

    return request.with_json(_walk(_body(request), change)) if _body(request) else request
