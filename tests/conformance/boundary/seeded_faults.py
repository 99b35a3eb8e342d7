"""What servers get wrong about single constraints, statuses and answers.

What the tests of the boundary phase take from the faults of the checks is taken here, for all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal
from conformance.selftest.variants import VARIANTS

__all__ = ["VARIANTS", "Fault", "Response"]

_LARGE = 1_000_000

Rewrite = Callable[[dict[str, Any]], dict[str, Any]]
Refuse = Callable[[Request], bool]


def lenient(operation_id: str, rewrite: Rewrite) -> Fault:
    """Accepts what it should refuse: the body is mended before the server sees it."""

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        # What is too large, or is no JSON, is left as it is.
        is_object = request.body[:1] == b"{" and len(request.body) < _LARGE and isinstance(request.json, dict)
        if request.operation_id == operation_id and is_object:
            mended = rewrite(dict(request.json))
            if mended != request.json:
                request = request.with_json(mended)
        return await inner(request)

    return fault


def refusing(operation_id: str, refuse: Refuse, status: int = 400) -> Fault:
    """Refuses what it should accept."""

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        return (
            refusal(status)
            if request.operation_id == operation_id and refuse(request)
            else await inner(request)
        )

    return fault


def answering(operation_id: str, change: Callable[[Response], Response]) -> Fault:
    """Answers with something else."""

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        return change(response) if request.operation_id == operation_id else response

    return fault


def asking(operation_id: str, change: Callable[[Request, State], Request]) -> Fault:
    """Takes a request for another one."""

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        return await inner(change(request, state) if request.operation_id == operation_id else request)

    return fault


def body_of(request: Request, name: str, otherwise: Any = None) -> Any:
    return request.json.get(name, otherwise) if isinstance(request.json, dict) else otherwise


def with_name(body: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    name = body.get("name")
    return {**body, "name": change(name)} if isinstance(name, str) else body


def restated(statuses: dict[int, int]) -> Callable[[Response], Response]:
    """Answers with other statuses, also in the body."""

    def change(response: Response) -> Response:
        status = statuses.get(response.status, response.status)
        body = response.json
        if isinstance(body, dict) and "status_code" in body:
            response = response.with_json({**body, "status_code": status})
        return replace(response, status=status)

    return change


def edited(pattern: str, by: str) -> Callable[[Response], Response]:
    """Another text in the body of each answer."""

    def change(response: Response) -> Response:
        return replace(response, body=re.sub(pattern.encode(), by.encode(), response.body))

    return change


def without_pointer(place: str, code: str) -> Callable[[Response], Response]:
    """Refusals of one place for one reason that do not name the place."""

    def change(response: Response) -> Response:
        faults = response.json.get("extra_fields", {}).get("errors", [])
        if (place, code) not in [(fault["pointer"], fault["code"]) for fault in faults]:
            return response
        return response.with_json({**response.json, "extra_fields": {}})

    return change


def with_good_key(request: Request, state: State) -> Request:
    return request.with_header("authorization", f"Bearer {state.key}")


def with_good_key_for_strangers(request: Request, state: State) -> Request:
    is_known = state.viewer_key in request.header("authorization")
    return request if is_known else with_good_key(request, state)


def as_json(request: Request, state: State) -> Request:
    return request.with_header("content-type", "application/json")


def made_up_body(request: Request, state: State) -> Request:
    return request if request.body else replace(request, body=json.dumps({"name": "made up"}).encode())


async def viewer_may_create_roles(request: Request, inner: Inner, state: State) -> Response:
    if request.operation_id == "createRole" and state.viewer_key in request.header("authorization"):
        request = with_good_key(request, state)
    return await inner(request)
