"""Faults of entity tags and of the conditions on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

from conformance.selftest.faults.profiles import detail
from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, profile_of, refusal


@breaks("AP-GET-007")
async def tag_is_weak(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    tag = dict(response.headers).get("etag")
    return response.with_header("etag", f"W/{tag}") if tag else response


@breaks("AP-GET-007")
async def tag_is_the_version(request: Request, inner: Inner, state: State) -> Response:
    return await _with_tag_of(request, inner, lambda body: body["access_profile"]["version"])


@breaks("AP-GET-007")
async def tag_leaves_roles_out(request: Request, inner: Inner, state: State) -> Response:
    return await _with_tag_of(request, inner, lambda body: {**body, "roles": None})


@breaks("AP-GET-007")
async def tag_counts_roles(request: Request, inner: Inner, state: State) -> Response:
    return await _with_tag_of(request, inner, lambda body: {**body, "roles": len(body["roles"])})


@breaks("AP-GET-007")
async def tag_leaves_holders_out(request: Request, inner: Inner, state: State) -> Response:
    return await _with_tag_of(request, inner, lambda body: {**body, "user_count": None})


@breaks("AP-GET-007")
async def tag_of_each_answer(request: Request, inner: Inner, state: State) -> Response:
    return await _with_tag_of(request, inner, lambda body: {**body, "nonce": uuid4().hex})


@breaks("AP-GET-007")
async def tag_is_of_the_octets(request: Request, inner: Inner, state: State) -> Response:
    """As a web framework makes it: other octets of one profile have another tag."""
    response = await inner(request)
    tagged = "etag" in dict(response.headers)
    return response.with_header("etag", f'"{sha256(response.body).hexdigest()}"') if tagged else response


@breaks("AP-GET-008")
async def always_sent(request: Request, inner: Inner, state: State) -> Response:
    return await inner(request.with_header("if-none-match", None))


@breaks("AP-GET-008")
async def weak_is_another(request: Request, inner: Inner, state: State) -> Response:
    weak = request.header("if-none-match").startswith("W/")
    return await inner(request.with_header("if-none-match", None) if weak else request)


@breaks("AP-GET-008")
async def list_is_another(request: Request, inner: Inner, state: State) -> Response:
    several = "," in request.header("if-none-match")
    return await inner(request.with_header("if-none-match", None) if several else request)


@breaks("AP-GET-008")
async def star_is_another(request: Request, inner: Inner, state: State) -> Response:
    star = request.header("if-none-match") == "*"
    return await inner(request.with_header("if-none-match", None) if star else request)


@breaks("AP-GET-008")
async def not_modified_without_tag(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return response.with_header("etag", None) if response.status == 304 else response


@breaks("AP-GET-008")
async def any_tag_is_known(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    asked = bool(request.header("if-none-match")) and response.status == 200
    return replace(response, status=304, body=b"") if asked else response


@breaks("HTTP-009")
async def if_match_is_not_looked_at(request: Request, inner: Inner, state: State) -> Response:
    return await inner(request.with_header("if-match", None))


@breaks("HTTP-009")
async def only_updates_look(request: Request, inner: Inner, state: State) -> Response:
    update = request.operation_id == "updateAccessProfile"
    return await inner(request if update else request.with_header("if-match", None))


@breaks("HTTP-009")
async def weak_tags_match(request: Request, inner: Inner, state: State) -> Response:
    given = request.header("if-match")
    return await inner(request.with_header("if-match", given.replace("W/", "")) if given else request)


@breaks("HTTP-009")
async def star_is_a_tag(request: Request, inner: Inner, state: State) -> Response:
    return refusal(412) if request.header("if-match") == "*" else await inner(request)


@breaks("HTTP-009")
async def list_is_one_tag(request: Request, inner: Inner, state: State) -> Response:
    return refusal(412) if "," in request.header("if-match") else await inner(request)


@breaks("HTTP-009")
async def performed_and_refused(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.status == 412:
        await inner(request.with_header("if-match", None))
    return response


@breaks("HTTP-009")
async def stale_is_409(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(409) if response.status == 412 else response


async def _with_tag_of(
    request: Request, inner: Inner, part: Callable[[Mapping[str, Any]], object]
) -> Response:
    """The answer with a tag made of a part of what reading its profile gives."""
    response = await inner(request)
    profile = profile_of(response)
    if "etag" not in dict(response.headers) or not profile:
        return response
    body = await detail(request, inner, profile["id"])
    digest = sha256(json.dumps(part(body), sort_keys=True).encode()).hexdigest()
    return response.with_header("etag", f'"{digest[:16]}"')
