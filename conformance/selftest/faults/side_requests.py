"""Requests that a fault sends to the right server beside the client's own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from conformance.selftest.middleware import Inner, Request, Response, State, refusal

DONE = replace(refusal(200), body=b'{"message": "Done."}')
"""The answer of an operation that says no more than that something was done."""

Object = dict[str, Any]


async def ask(request: Request, inner: Inner, method: str, path: str, body: Any = None) -> Response:
    """Send another request of the same caller; `path` stands below `/api`."""
    content = b"" if body is None else json.dumps(body).encode()
    aside = replace(request, method=method, path=f"/api{path}", query=(), body=content)
    return await inner(aside.with_header("content-type", None if body is None else "application/json"))


async def copies_of(request: Request, inner: Inner, user_id: str) -> list[Object]:
    """The copies that a user holds."""
    answer = await ask(request, inner, "GET", f"/users/{user_id}/access-profiles")
    return list(answer.json.get("access_profiles", []))


async def take_copies(request: Request, inner: Inner, user_id: str, *profile_ids: int) -> None:
    """Detach a user from some profiles, or from all when none is named."""
    for copy in await copies_of(request, inner, user_id):
        profile_id = copy["parent_profile_id"]
        if not profile_ids or profile_id in profile_ids:
            await ask(request, inner, "DELETE", f"/users/{user_id}/access-profiles/{profile_id}")


async def defaults_of(request: Request, inner: Inner, role_id: int) -> list[int]:
    """The profiles that a role has as defaults."""
    answer = await ask(request, inner, "GET", f"/roles/{role_id}")
    attachments = answer.json.get("access_profiles", [])
    return [each["access_profile_id"] for each in attachments if each["is_default"]]


def remember_user(request: Request, response: Response, state: State) -> None:
    """Note whom the client creates: no operation lists the members of a role."""
    if request.operation_id == "createUser" and response.status == 201:
        state.memory.setdefault("users", []).append(response.json["user"]["id"])
