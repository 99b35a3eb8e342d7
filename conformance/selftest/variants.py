"""Legal servers that differ where the contract leaves freedom. No check may raise an alarm on one."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

from conformance.selftest.middleware import Fault, Inner, Request, Response, State


def _rewritten(request: Request, response: Response, body: bytes) -> Response:
    """The answer with another body. HEAD need not state its length, which is not known here."""
    if request.method == "HEAD":
        return response.with_header("content-length", None)
    return replace(response, body=body) if response.body else response


async def other_json_text(request: Request, inner: Inner, state: State) -> Response:
    """Members in another order, white space between, letters as escapes."""
    response = await inner(request)
    return _rewritten(request, response, json.dumps(response.json, indent=3, sort_keys=True).encode())


async def more_headers(request: Request, inner: Inner, state: State) -> Response:
    """Headers that the contract does not speak of."""
    response = await inner(request)
    response = response.with_header("server-timing", "app;dur=1").with_header("cache-control", "no-store")
    return response.with_header("set-cookie", "route=7; Path=/").with_header("vary", "Authorization")


async def several_challenges(request: Request, inner: Inner, state: State) -> Response:
    """Bearer among other schemes, in other case."""
    response = await inner(request)
    if response.status != 401:
        return response
    return response.with_header("www-authenticate", 'Digest realm="x", bearer realm="x"')


async def absolute_location(request: Request, inner: Inner, state: State) -> Response:
    """The address of what was created, in full."""
    response = await inner(request)
    location = dict(response.headers).get("location")
    return (
        response.with_header("location", f"http://{request.header('host')}{location}")
        if location
        else response
    )


async def fault_at_the_object(request: Request, inner: Inner, state: State) -> Response:
    """What stands twice is named at the object, not at the member that decides."""
    response = await inner(request)
    pointers = r'("(?:pointer|param)":\s*"[^"]*/\d+)/(?:provider_name|reset_duration)"'
    if b'"duplicate"' not in response.body and b"twice" not in response.body:
        return response
    return replace(response, body=re.sub(pointers, r'\1"', response.body.decode()).encode())


async def faults_backwards(request: Request, inner: Inner, state: State) -> Response:
    """The faults of a body in another order."""
    response = await inner(request)
    faults = response.json.get("extra_fields", {}).get("errors", [])
    if not faults:
        return response
    body = response.json
    error = {**body["error"], "param": faults[-1]["pointer"]}
    return response.with_json({**body, "error": error, "extra_fields": {"errors": faults[::-1]}})


async def more_fields(request: Request, inner: Inner, state: State) -> Response:
    """Fields of a later version of the contract."""

    def grown(value: Any) -> Any:
        if isinstance(value, list):
            return [grown(item) for item in value]
        if not isinstance(value, dict):
            return value
        more: dict[str, Any] = {"_links": {}} if "version" in value else {}
        return {**{key: grown(item) for key, item in value.items()}, **more}

    response = await inner(request)
    # A profile that was read may be sent again: what was added here is no field of a request.
    sent = (
        {k: v for k, v in request.json.items() if k != "_links"} if isinstance(request.json, dict) else None
    )
    if response.status == 400 and sent and "_links" in request.json:
        response = await inner(request.with_json(sent))
    return _rewritten(request, response, json.dumps(grown(response.json)).encode())


async def whole_seconds(request: Request, inner: Inner, state: State) -> Response:
    """Instants without fractions."""
    response = await inner(request)
    return _rewritten(request, response, re.sub(rb"(:\d\d)\.\d+Z", rb"\1Z", response.body))


async def tags_with_commas(request: Request, inner: Inner, state: State) -> Response:
    """Entity tags that hold a comma and a slash, which a list of tags must not be cut at."""
    for name in ("if-match", "if-none-match"):
        if request.header(name):
            request = request.with_header(name, request.header(name).replace('"W/,', '"'))
    response = await inner(request)
    tag = dict(response.headers).get("etag")
    return response.with_header("etag", f'"W/,{tag[1:]}') if tag else response


async def slow_and_closing(request: Request, inner: Inner, state: State) -> Response:
    """Each answer a moment later, each connection closed after it."""
    await asyncio.sleep(0.001)
    return (await inner(request)).with_header("connection", "close")


VARIANTS: list[Fault] = [
    other_json_text,
    more_headers,
    several_challenges,
    absolute_location,
    fault_at_the_object,
    faults_backwards,
    more_fields,
    whole_seconds,
    tags_with_commas,
    slow_and_closing,
]
