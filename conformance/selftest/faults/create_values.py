"""Faults of what a new profile holds."""

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

from conformance.selftest.combinators import On, mentions, on, sends, sent
from conformance.selftest.faults.profiles import CREATE, GET, LATER, PROFILE, edited, profile_in, profile_of
from conformance.selftest.middleware import Fault, Request, Response
from conformance.selftest.request_changes import cut, merged, rewritten, with_defaults

Body = dict[str, Any]
Part = dict[str, Any]

_DESCRIPTION = f"{PROFILE}/description"

_filled = on(CREATE, when=lambda request: request.sent)


def _walk(value: Any, change: Callable[[Part], Part]) -> Any:
    """Return the value with every object in it changed, the innermost first."""
    if isinstance(value, list):
        return [_walk(item, change) for item in value]
    if isinstance(value, dict):
        return change({key: _walk(item, change) for key, item in value.items()})
    return value


def _answered(change: Callable[[Part], Part]) -> On:
    """Change every object in a created or read profile."""
    return on().edit(PROFILE, lambda profile: _walk(profile, change))


def _sent(change: Callable[[Part], Part]) -> On:
    """Change every object in a body to create a profile."""
    return _filled.send(rewritten(lambda body: _walk(body, change)))


def _items(member: str, change: Callable[[Part], Part]) -> On:
    """Change every item of a list in a body to create a profile."""
    changed = {member: lambda body: [change(item) for item in body[member]]}
    return on(CREATE, when=sends(member)).send(**changed)


def _configs(change: Callable[[Part], Part]) -> On:
    """Change every provider config in a body to create a profile."""
    return _items("provider_configs", change)


def _providers_cut(most: int) -> On:
    return on(CREATE, when=sends("provider_configs")).send(cut("provider_configs", most))


def _marked(name: str, **members: Any) -> On:
    """Give what has a member others in a created or read profile."""
    return _answered(lambda part: merged(part, members) if name in part else part)


def _lacking(part: Part, name: str) -> Part:
    return {key: value for key, value in part.items() if key != name}


def _budgets_as_sent(member: str) -> Callable[[Request, Response], Response]:
    """Return what gives the answered budgets a member as it was sent."""

    def change(request: Request, response: Response) -> Response:
        pairs = zip(profile_of(response).get("budgets", []), request.sent["budgets"], strict=False)
        return edited(response, budgets=[{**line, member: sent.get(member, 0)} for line, sent in pairs])

    return change


def _used(_: Request, response: Response) -> Response:
    numbers = count()

    def change(part: Part) -> Part:
        is_second = "token_current_usage" in part and next(numbers) == 1
        return {**part, "request_current_usage": 1} if is_second else part

    return edited(response, **_walk(profile_of(response), change)) if profile_of(response) else response


def _whole_limit(body: Part) -> Part:
    limit = body["rate_limit"]
    whole = {f"{w}_reset_duration": "1h" for w in ("token", "request") if f"{w}_max_limit" in limit}
    return {**whole, **limit}


def _hour_later(profile: Part) -> Part:
    stated = profile["created_at"]
    moved = f"{stated[:11]}{(int(stated[11:13]) + 1) % 24:02}{stated[13:]}"
    return {**profile, "created_at": moved, "updated_at": moved}


def _rounded(unit: str, mode: str) -> On:
    def change(part: Part) -> Part:
        if "max_limit" not in part:
            return part
        return {**part, "max_limit": float(Decimal(str(part["max_limit"])).quantize(Decimal(unit), mode))}

    return _sent(change)


def _plain_duration(part: Part) -> Part:
    return part if part.get("reset_duration") in (None, "1Q") else _lacking(part, "reset_config")


def _star_for_all(part: Part) -> Part:
    every = part.get("all_models_allowed") is True
    return {**part, "all_models_allowed": False, "allowed_models": ["*"]} if every else part


def _star_alone(config: Part) -> Part:
    return {**config, "allowed_models": ["*"]} if "*" in config.get("allowed_models", []) else config


FAULTS: dict[str, Fault] = {
    "AP-CRE-001/description_lost": on(GET).set(_DESCRIPTION, None),
    "AP-CRE-001/second_provider_lost": _providers_cut(1),
    "AP-CRE-001/overrides_swapped": on().edit(
        f"{PROFILE}/mcp_tool_overrides", lambda overrides: overrides[::-1]
    ),
    "AP-CRE-007/aligned_by_default": _filled.send(with_defaults(calendar_aligned=True)),
    "AP-CRE-007/empty_description": on(where=lambda body: profile_in(body).get("description") is None).set(
        _DESCRIPTION, ""
    ),
    "AP-CRE-007/all_models_by_default": _configs(lambda config: {"all_models_allowed": True, **config}),
    "AP-CRE-008/version_0": on().set(f"{PROFILE}/version", 0),
    "AP-CRE-009/active": on().set(f"{PROFILE}/is_active", True),
    "AP-CRE-010/server_fields_refused": on(CREATE, when=mentions("id")).refuse(400),
    "AP-CRE-010/usage_taken_over": on(CREATE, when=sends("budgets")).answer(
        _budgets_as_sent("current_usage")
    ),
    "AP-CRE-010/creation_time_taken_over": on(
        CREATE, when=lambda request: isinstance(request.sent.get("created_at"), str)
    ).set(f"{PROFILE}/created_at", sent("created_at")),
    "AP-CRE-011/config_ids_per_profile": on().edit(
        f"{PROFILE}/provider_configs",
        lambda configs: [{**config, "id": number} for number, config in enumerate(configs, 1)],
    ),
    "AP-CRE-011/budget_ids_taken_over": on(
        CREATE, when=lambda request: any("id" in line for line in request.sent.get("budgets", [])), status=201
    ).answer(_budgets_as_sent("id")),
    "AP-CRE-011/rate_limit_ids_of_the_profile": _marked("token_current_usage", id="1"),
    "AP-CRE-012/total_everywhere": _marked("scope", scope="total"),
    "AP-CRE-012/name_alone": _marked("scope", scope=lambda part: part["scope"].removeprefix("provider:")),
    "AP-CRE-013/used_already": on().answer(_used),
    "AP-CRE-013/no_usage_at_all": _answered(lambda part: _lacking(part, "current_usage")),
    "AP-CRE-014/fifty_tags": on(CREATE, when=lambda request: len(request.sent.get("tags", [])) > 50).refuse(
        400
    ),
    "AP-CRE-014/hundred_providers_kept": _providers_cut(100),
    "AP-CRE-019/durations_have_defaults": on(CREATE, when=sends("rate_limit")).send(rate_limit=_whole_limit),
    "AP-CRE-019/empty_means_none": on(CREATE, when=sends(rate_limit={})).send(rate_limit=None),
    "AP-CRE-019/unchecked_at_providers": _configs(lambda config: _lacking(config, "rate_limit")),
    "AP-CRE-020/reset_config_dropped": _sent(_plain_duration),
    "AP-CRE-020/no_reset_config": on(when=lambda request: b"reset_config" in request.body).refuse(400),
    "AP-CRE-021/unknown_fields_dropped": _sent(lambda part: _lacking(part, "bogus")),
    "AP-CRE-021/unknown_fields_dropped_in_overrides": _items(
        "mcp_tool_overrides", lambda each: _lacking(each, "bogus")
    ),
    "AP-CRE-021/pointer_of_the_object": on().answer(
        lambda _, response: replace(response, body=response.body.replace(b"/bogus", b""))
    ),
    "AP-CRE-022/sorted_tags": on().edit(f"{PROFILE}/tags", sorted),
    "AP-CRE-022/repeats_kept": on(CREATE, when=sends("mcp_servers")).set(
        f"{PROFILE}/mcp_servers", sent("mcp_servers")
    ),
    "AP-CRE-022/last_place": _configs(
        lambda config: {**config, "allowed_models": config.get("allowed_models", [])[::-1]}
    ),
    "AP-CRE-023/half_up": _rounded("0.000001", ROUND_HALF_UP),
    "AP-CRE-023/cut_off": _rounded("0.000001", ROUND_DOWN),
    "AP-CRE-023/cents": _rounded("0.01", ROUND_HALF_UP),
    "AP-CRE-024/star_kept": _answered(_star_for_all),
    "AP-CRE-024/star_among_others": _configs(_star_alone),
    "AP-CRE-025/an_hour_off": on().edit(PROFILE, _hour_later),
    "AP-CRE-025/updated_later": on().set(f"{PROFILE}/updated_at", LATER),
    "AP-CRE-026/no_location": on().header("location", None),
    "AP-CRE-026/location_of_the_list": on(status=201).answer(
        lambda request, response: response.with_header("location", request.path)
    ),
}
