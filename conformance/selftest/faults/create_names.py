"""Faults of names, and of the rules between the parts of a body."""

import asyncio
from typing import Any

from conformance.selftest.combinators import On, on, remembering, sends
from conformance.selftest.faults.profiles import CREATE, PROFILE, has_padded_name
from conformance.selftest.faults.refusals import with_errors
from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.request_changes import cut, fresh, only, with_body

Body = dict[str, Any]

_renamed = with_body(name=fresh)


def _name(request: Request) -> str:
    name = request.sent.get("name")
    return name if isinstance(name, str) else ""


def _first_of_each(member: str, key: str) -> On:
    """Take the first of several items with one key."""

    def firsts(body: Body) -> list[Body]:
        items = {item[key]: item for item in reversed(body[member]) if isinstance(item, dict)}
        return list(items.values())[::-1]

    return on(CREATE, when=lambda request: isinstance(request.sent.get(member), list)).send(
        **{member: firsts}
    )


def _with_pointer(pointer: str) -> On:
    """Name another place in each error that is listed."""
    return with_errors(lambda errors: [error | {"pointer": pointer} for error in errors])


def _longer_in(encoding: str, most: int) -> On:
    """Return the creations whose name is longer than so many octets."""
    return on(CREATE, when=lambda request: len(_name(request).encode(encoding)) > most)


def _excludes_beside_any_server(request: Request) -> bool:
    overrides = request.sent.get("mcp_tool_overrides", [])
    return bool(request.sent.get("mcp_servers")) and any(each["action"] == "exclude" for each in overrides)


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


@on(CREATE, when=_is_hurried).serve
async def look_then_write(request: Request, inner: Inner, state: State) -> Response:
    looking = state.memory.setdefault("looking", {})
    looking[_name(request)] = looking.get(_name(request), 0) + 1
    await asyncio.sleep(0.02)
    response = await inner(request)
    if response.status == 409 and looking[_name(request)] > 1:
        return await inner(_renamed(request, state))
    return response


FAULTS: dict[str, Fault] = {
    "AP-CRE-002/not_trimmed": on(CREATE, status=201).set(f"{PROFILE}/name", _name),
    "AP-CRE-002/blank_name": on(CREATE, when=lambda request: _name(request).isspace()).send(only(name=fresh)),
    "AP-CRE-003/longer_name_is_cut": on(CREATE, when=_name).send(cut("name", 255)),
    "AP-CRE-003/octets_are_counted": _longer_in("utf-8", 255).refuse(400),
    "AP-CRE-003/utf16_units_are_counted": _longer_in("utf-16-le", 510).refuse(400),
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
    "AP-CRE-015/second_provider_dropped": _first_of_each("provider_configs", "provider_name"),
    "AP-CRE-015/pointer_of_the_first": _with_pointer("/provider_configs/0/provider_name"),
    "AP-CRE-016/second_budget_dropped": _first_of_each("budgets", "reset_duration"),
    "AP-CRE-016/one_duration_for_all_lists": on(CREATE, when=_lists_share_a_duration).refuse(400),
    "AP-CRE-016/no_pointer": _with_pointer("/budgets"),
    "AP-CRE-017/exclusion_dropped": on(CREATE, when=sends("mcp_servers")).send(
        mcp_tool_overrides=lambda body: [
            o for o in body.get("mcp_tool_overrides", []) if o["action"] != "exclude"
        ]
    ),
    "AP-CRE-017/no_exclusion_beside_any_server": on(CREATE, when=_excludes_beside_any_server).refuse(400),
    "AP-CRE-018/last_override_wins": on(CREATE, when=sends("mcp_tool_overrides")).send(
        mcp_tool_overrides=lambda body: body["mcp_tool_overrides"][-1:]
    ),
    "AP-CRE-018/tools_of_all_clients": on(CREATE, when=_tools_repeat).refuse(400),
}
