"""Faults of credentials, methods, paths, queries and bodies before they mean anything."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

from conformance.selftest.faults.registry import breaks
from conformance.selftest.middleware import Inner, Request, Response, State, refusal

_LARGEST = 1048576


def _as_admin(request: Request, state: State) -> Request:
    return request.with_header("authorization", f"Bearer {state.key}")


def _token(request: Request) -> str:
    return request.header("authorization").partition(" ")[2]


@breaks("AUTH-001")
async def open_to_everybody(request: Request, inner: Inner, state: State) -> Response:
    return await inner(request if request.header("authorization") else _as_admin(request, state))


@breaks("AUTH-001")
async def creating_needs_no_credential(request: Request, inner: Inner, state: State) -> Response:
    anonymous = request.is_create and not request.header("authorization")
    return await inner(_as_admin(request, state) if anonymous else request)


@breaks("AUTH-002")
async def empty_token(request: Request, inner: Inner, state: State) -> Response:
    empty = request.header("authorization").strip() == "Bearer"
    return await inner(_as_admin(request, state) if empty else request)


@breaks("AUTH-002")
async def any_token_of_the_form(request: Request, inner: Inner, state: State) -> Response:
    formed = _token(request).startswith("bfst-") and len(_token(request)) == 49
    return await inner(_as_admin(request, state) if formed else request)


@breaks("AUTH-002")
async def beginning_of_a_key(request: Request, inner: Inner, state: State) -> Response:
    token = _token(request)
    begun = len(token) > 20 and state.key.startswith(token)
    return await inner(_as_admin(request, state) if begun else request)


@breaks("AUTH-002")
async def malformed_is_400(request: Request, inner: Inner, state: State) -> Response:
    return refusal(400) if _token(request) == "x" else await inner(request)


@breaks("AUTH-003")
async def virtual_key(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_as_admin(request, state) if _token(request).startswith("sk-bf-") else request)


@breaks("AUTH-003")
async def virtual_key_in_its_header(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_as_admin(request, state) if request.header("x-bf-vk") else request)


@breaks("AUTH-004")
async def x_api_key(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_as_admin(request, state) if request.header("x-api-key") == state.key else request)


@breaks("AUTH-004")
async def x_api_key_beside_a_wrong_token(request: Request, inner: Inner, state: State) -> Response:
    both = request.header("x-api-key") == state.key and request.header("authorization")
    return await inner(_as_admin(request, state) if both else request)


@breaks("AUTH-005")
async def basic(request: Request, inner: Inner, state: State) -> Response:
    pair = base64.b64encode(f"admin:{state.key}".encode()).decode()
    good = request.header("authorization") == f"Basic {pair}"
    return await inner(_as_admin(request, state) if good else request)


@breaks("AUTH-006")
async def cookie(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_as_admin(request, state) if state.key in request.header("cookie") else request)


@breaks("AUTH-006")
async def session_token(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_as_admin(request, state) if _token(request).count("-") == 4 else request)


@breaks("AUTH-007")
async def scheme_as_written(request: Request, inner: Inner, state: State) -> Response:
    exact = request.header("authorization").startswith("Bearer ")
    return await inner(request if exact else request.with_header("authorization", None))


@breaks("AUTH-008")
async def no_challenge(request: Request, inner: Inner, state: State) -> Response:
    return (await inner(request)).with_header("www-authenticate", None)


@breaks("AUTH-008")
async def another_challenge(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return (
        response.with_header("www-authenticate", 'Basic realm="bearer"')
        if response.status == 401
        else response
    )


@breaks("AUTH-009")
async def viewer_may_create(request: Request, inner: Inner, state: State) -> Response:
    return await inner(_as_admin(request, state) if _token(request) == state.viewer_key else request)


@breaks("AUTH-009")
async def refused_and_done(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if response.status == 403:
        await inner(_as_admin(request, state))
    return response


@breaks("HTTP-001")
async def allow_is_short(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return response.with_header("allow", "GET, HEAD") if response.status == 405 else response


@breaks("HTTP-001")
async def wrong_method_is_404(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(404) if response.status == 405 else response


@breaks("HTTP-002")
async def no_head(request: Request, inner: Inner, state: State) -> Response:
    return refusal(405) if request.method == "HEAD" else await inner(request)


@breaks("HTTP-002")
async def head_without_media_type(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return response.with_header("content-type", None) if request.method == "HEAD" else response


@breaks("HTTP-002")
async def head_with_another_length(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return response.with_header("content-length", "0") if request.method == "HEAD" else response


@breaks("HTTP-003")
async def trailing_slash(request: Request, inner: Inner, state: State) -> Response:
    return await inner(replace(request, path=request.path.rstrip("/")))


@breaks("HTTP-003")
async def redirect_to_slashless(request: Request, inner: Inner, state: State) -> Response:
    if request.path.endswith("/"):
        return Response(307, (("location", request.path.rstrip("/")),), b"")
    return await inner(request)


@breaks("HTTP-003")
async def unknown_path_is_400(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    return refusal(400) if response.status == 404 and request.path.count("/") > 3 else response


@breaks("HTTP-004")
async def media_type_is_guessed(request: Request, inner: Inner, state: State) -> Response:
    missing = not request.header("content-type")
    return await inner(request.with_header("content-type", "application/json") if missing else request)


@breaks("HTTP-004")
async def any_character_set(request: Request, inner: Inner, state: State) -> Response:
    media_type = request.header("content-type").partition(";")[0]
    return await inner(request.with_header("content-type", media_type) if media_type else request)


@breaks("HTTP-004")
async def no_character_set(request: Request, inner: Inner, state: State) -> Response:
    return refusal(415) if ";" in request.header("content-type") else await inner(request)


@breaks("HTTP-005")
async def nan(request: Request, inner: Inner, state: State) -> Response:
    return await inner(replace(request, body=request.body.replace(b"NaN", b"null")))


@breaks("HTTP-005")
async def empty_is_fine(request: Request, inner: Inner, state: State) -> Response:
    if request.is_create and not request.body:
        return Response(201, (("content-type", "application/json"),), b"{}")
    return await inner(request)


@breaks("HTTP-005")
async def bad_utf8_is_500(request: Request, inner: Inner, state: State) -> Response:
    return refusal(500) if b"\xff" in request.body else await inner(request)


@breaks("HTTP-005")
async def first_value_counts(request: Request, inner: Inner, state: State) -> Response:
    return await inner(replace(request, body=request.body.removesuffix(b" {}")))


@breaks("HTTP-006")
async def last_twin_wins(request: Request, inner: Inner, state: State) -> Response:
    shallow = request.is_create and b"[" * 9 not in request.body and request.json
    return await inner(request.with_json(request.json) if shallow else request)


@breaks("HTTP-006")
async def any_depth(request: Request, inner: Inner, state: State) -> Response:
    deep = isinstance(request.json, dict) and "version" in request.json
    kept = {k: v for k, v in request.json.items() if k != "version"} if deep else None
    return await inner(request.with_json(kept) if deep else request)


@breaks("HTTP-006")
async def depth_of_32(request: Request, inner: Inner, state: State) -> Response:
    return refusal(400) if b"[" * 32 in request.body else await inner(request)


@breaks("HTTP-007")
async def any_size(request: Request, inner: Inner, state: State) -> Response:
    large = len(request.body) > _LARGEST
    return await inner(request.with_json(request.json) if large else request)


@breaks("HTTP-007")
async def any_size_in_chunks(request: Request, inner: Inner, state: State) -> Response:
    large = len(request.body) > _LARGEST and "chunked" in request.header("transfer-encoding")
    return await inner(request.with_json(request.json) if large else request)


@breaks("HTTP-007")
async def one_mebibyte_is_too_much(request: Request, inner: Inner, state: State) -> Response:
    return refusal(413) if len(request.body) >= _LARGEST else await inner(request)


@breaks("HTTP-008")
async def unknown_parameters_are_ignored(request: Request, inner: Inner, state: State) -> Response:
    return await inner(request.with_query(bogus=None))


@breaks("HTTP-008")
async def last_of_two_wins(request: Request, inner: Inner, state: State) -> Response:
    return await inner(request.with_query())


@breaks("SRV-001")
async def one_server_only(request: Request, inner: Inner, state: State) -> Response:
    return refusal(404) if request.path.startswith("/api/governance/") else await inner(request)


@breaks("SRV-001")
async def another_body(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    if request.is_list and request.path.startswith("/api/governance/"):
        return response.with_json({**json.loads(response.body), "served_by": "governance"})
    return response
