"""What faults know of profiles, and ask a right server about them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal
from conformance.selftest.request_changes import RequestChange, at

CREATE, GET, UPDATE = "createAccessProfile", "getAccessProfile", "updateAccessProfile"
LIST = "listAccessProfiles"
COPIES = "listUserAccessProfiles"
READS = (
    GET,
    "listAccessProfileVersions",
    "getAccessProfileVersion",
    "listAccessProfileAuditLogsById",
    "listAccessProfileAuditLogs",
)
"""The operations that read something of one profile."""
LISTS = ("tags", "provider_configs", "budgets", "mcp_tool_groups", "mcp_servers", "mcp_tool_overrides")
"""The members of a profile that are lists."""
PROFILE = "/access_profile"
"""Where the profile stands in an answer."""
LATER = "2099-01-01T00:00:00Z"

_PROFILE_PATH = re.compile(r".*/access-profiles/[^/]+")

Object = dict[str, Any]


def profile_in(body: Any) -> Object:
    """Return the profile in the JSON of an answer; an empty one when there is none."""
    return dict(body.get("access_profile", {})) if isinstance(body, Mapping) else {}


def profile_of(response: Response) -> Object:
    """Return the profile in an answer; an empty one when there is none."""
    return profile_in(response.json)


def edited(response: Response, **changes: Any) -> Response:
    """Return a created or read profile with other values of some members; others are left alone."""
    body = response.json
    if not isinstance(body, dict) or "access_profile" not in body:
        return response
    return response.with_json({**body, "access_profile": {**body["access_profile"], **changes}})


def has_padded_name(request: Request) -> bool:
    """Return whether the name that is sent has spaces around it."""
    name = request.sent.get("name")
    return isinstance(name, str) and name != name.strip()


def profile_path(request: Request) -> str:
    """Return the path of the profile that a request is about; an empty one when it is about none."""
    found = _PROFILE_PATH.match(request.path)
    return found[0] if found else ""


def at_profile(below: str = "", method: str | None = None) -> RequestChange:
    """Return what sends a request to the profile that it is about, or to a path below it."""
    return at(lambda request: profile_path(request) + below, method)


async def stored(request: Request, inner: Inner, profile_id: Any = None) -> Object:
    """Return the profile that a request is about, or another one, as it is now; an empty one for none."""
    return profile_of(await _reading(request, inner, profile_id))


async def detail(request: Request, inner: Inner, profile_id: Any = None) -> Object:
    """Return the whole answer to reading that profile."""
    return dict((await _reading(request, inner, profile_id)).json)


def beside_templates(change: Callable[[Object, Object], Object]) -> Fault:
    """Return a fault that lists other copies: each is made of the right one and of its template."""

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        if request.operation_id != COPIES or response.status != 200:
            return response
        copies = [
            change(copy, await stored(request, inner, copy["parent_profile_id"]))
            for copy in response.json["access_profiles"]
        ]
        return response.with_json({**response.json, "access_profiles": copies})

    return fault


def beside_stored(when: Callable[[Request], Any], change: Callable[[Object, Object], Object | None]) -> Fault:
    """Return a fault of updates: the body is made of what is sent and of what is stored; None refuses it."""

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        if request.operation_id != UPDATE or not when(request):
            return await inner(request)
        body = change(request.json, await stored(request, inner))
        return refusal(400) if body is None else await inner(request.with_json(body))

    return fault


async def _reading(request: Request, inner: Inner, profile_id: Any) -> Response:
    path = profile_path(request)
    if profile_id is not None:
        path = f"{request.server}/access-profiles/{profile_id}"
    read = replace(request, method="GET", path=path, query=(), body=b"")
    return await inner(read.with_header("if-match", None).with_header("if-none-match", None))
