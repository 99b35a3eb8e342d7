"""Faults of names, and of the rules between the parts of a body."""

import asyncio
from typing import Any
from uuid import uuid4

from conformance.selftest.combinators import on, remembering, sends
from conformance.selftest.faults.profiles import CREATE, PROFILE, has_padded_name
from conformance.selftest.faults.refusals import with_errors
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import RequestChange, fresh, rewritten, with_body

Body = dict[str, Any]

_renamed = with_body(name=fresh)


def _name(request: Request) -> str:
    name = request.sent.get("name")
    return name if isinstance(name, str) else ""


def _first_of_each(member: str, key: str) -> RequestChange:
    def change(body: Body) -> Body:
        items = body.get(member, [])
        if not isinstance(items, list):
            return body
        firsts = {item[key]: item for item in reversed(items) if isinstance(item, dict)}
        return {**body, member: list(firsts.values())[::-1]}

    return rewritten(change)


def _excludes(body: Body) -> bool:
    return any(override["action"] == "exclude" for override in body.get("mcp_tool_overrides", []))


def _lists_share_a_duration(request: Request) -> bool:
    configs = request.sent.get("provider_configs", [])
    lists = [{budget["reset_duration"] for budget in config.get("budgets", [])} for config in configs]
    return len(lists) == 2 and bool(lists[0] & lists[1])


def _tools_repeat(request: Request) -> bool:
    tools = [override["tool_name"] for override in request.sent.get("mcp_tool_overrides", [])]
    return len(tools) > len(set(tools))


def _is_hurried(request: Request) -> bool:
    """Return whether it is one of a race: these have a connection of their own."""
    return request.header("connection") == "close"


async def look_then_write(request: Request, inner: Inner, state: State) -> Response:
    looking = state.memory.setdefault("looking", {})
    if request.operation_id != CREATE or not _is_hurried(request):
        return await inner(request)
    looking[_name(request)] = looking.get(_name(request), 0) + 1
    await asyncio.sleep(0.02)
    response = await inner(request)
    if response.status == 409 and looking[_name(request)] > 1:
        return await inner(_renamed(request, state))
    return response


FAULTS: dict[str, Fault] = {
    "AP-CRE-002/not_trimmed": on(CREATE, status=201).set(f"{PROFILE}/name", _name),
    "AP-CRE-002/blank_name": on(CREATE, when=lambda request: _name(request).isspace()).send(
        rewritten(lambda _: {"name": uuid4().hex})
    ),
    "AP-CRE-003/longer_name_is_cut": on(CREATE, when=_name).send(
        with_body(name=lambda body: body["name"][:255])
    ),
    "AP-CRE-003/octets_are_counted": on(
        CREATE, when=lambda request: len(_name(request).encode()) > 255
    ).refuse(400),
    "AP-CRE-003/utf16_units_are_counted": on(
        CREATE, when=lambda request: len(_name(request).encode("utf-16-le")) > 510
    ).refuse(400),
    "AP-CRE-004/name_twice": on(CREATE, status=409).retry(_renamed).set(f"{PROFILE}/name", _name),
    "AP-CRE-004/taken_is_400": on(status=409).refuse(400),
    "AP-CRE-004/compared_before_trimming": on(CREATE, when=has_padded_name, status=409).retry(_renamed),
    "AP-CRE-005/compared_in_any_case": remembering(
        on(CREATE, status=201),
        lambda request, _: _name(request).lower(),
        lambda names: on(CREATE, when=lambda request: _name(request).lower() in names).refuse(409),
    ),
    "AP-CRE-006/look_then_write": look_then_write,
    "AP-CRE-006/all_lose": on(CREATE, when=_is_hurried, status=201).refuse(409),
    "AP-CRE-015/second_provider_dropped": on(CREATE, when=lambda request: request.sent).send(
        _first_of_each("provider_configs", "provider_name")
    ),
    "AP-CRE-015/pointer_of_the_first": with_errors(
        lambda errors: [error | {"pointer": "/provider_configs/0/provider_name"} for error in errors]
    ),
    "AP-CRE-016/second_budget_dropped": on(CREATE, when=lambda request: request.sent).send(
        _first_of_each("budgets", "reset_duration")
    ),
    "AP-CRE-016/one_duration_for_all_lists": on(CREATE, when=_lists_share_a_duration).refuse(400),
    "AP-CRE-016/no_pointer": with_errors(
        lambda errors: [error | {"pointer": "/budgets"} for error in errors]
    ),
    "AP-CRE-017/exclusion_dropped": on(CREATE, when=sends("mcp_servers")).send(
        with_body(
            mcp_tool_overrides=lambda body: [
                o for o in body.get("mcp_tool_overrides", []) if o["action"] != "exclude"
            ]
        )
    ),
    "AP-CRE-017/no_exclusion_beside_any_server": on(
        CREATE, when=lambda request: _excludes(request.sent) and request.sent.get("mcp_servers")
    ).refuse(400),
    "AP-CRE-018/last_override_wins": on(CREATE, when=sends("mcp_tool_overrides")).send(
        with_body(mcp_tool_overrides=lambda body: body["mcp_tool_overrides"][-1:])
    ),
    "AP-CRE-018/tools_of_all_clients": on(CREATE, when=_tools_repeat).refuse(400),
}
