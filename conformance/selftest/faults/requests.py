"""Faults of credentials, methods, paths, queries and bodies before they mean anything."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.selftest.combinators import lacks, mentions, on
from conformance.selftest.faults.profiles import CREATE, LIST
from conformance.selftest.middleware import Fault, Request, Response, State
from conformance.selftest.request_changes import (
    RequestChange,
    as_administrator,
    at,
    with_header,
    with_query,
    without,
)

_LARGEST = 1048576
_NESTED = b"["


def _token(request: Request) -> str:
    return request.header("authorization").partition(" ")[2]


def _taken_in(is_good: Callable[[Request, State], Any]) -> Fault:
    """Take some requests for those of an administrator."""
    return on().send(
        lambda request, state: as_administrator(request, state) if is_good(request, state) else request
    )


def _is_formed(request: Request, _: State) -> bool:
    return _token(request).startswith("bfst-") and len(_token(request)) == 49


def _is_basic(request: Request, state: State) -> bool:
    pair = base64.b64encode(f"admin:{state.key}".encode()).decode()
    return request.header("authorization") == f"Basic {pair}"


def _written_anew(request: Request, _: State) -> Request:
    """Return the request with the body as a parser that knows no limits has understood it."""
    return request.with_json(request.json)


def _body(change: Callable[[bytes], bytes]) -> RequestChange:
    return lambda request, _: replace(request, body=change(request.body))


def _slashless(request: Request) -> str:
    return request.path.rstrip("/")


def _is_large(request: Request) -> bool:
    return len(request.body) > _LARGEST


def _media_type(request: Request) -> str:
    return request.header("content-type").partition(";")[0]


def _is_governance(request: Request) -> bool:
    return request.path.startswith("/api/governance/")


_head = on(when=lambda request: request.method == "HEAD")


FAULTS: dict[str, Fault] = {
    "AUTH-001/open_to_everybody": on(when=lacks("authorization")).send(as_administrator),
    "AUTH-001/creating_needs_no_credential": on(CREATE, when=lacks("authorization")).send(as_administrator),
    "AUTH-002/empty_token": _taken_in(lambda request, _: request.header("authorization").strip() == "Bearer"),
    "AUTH-002/any_token_of_the_form": _taken_in(_is_formed),
    "AUTH-002/beginning_of_a_key": _taken_in(
        lambda request, state: len(_token(request)) > 20 and state.key.startswith(_token(request))
    ),
    "AUTH-002/malformed_is_400": on(when=lambda request: _token(request) == "x").refuse(400),
    "AUTH-003/virtual_key": _taken_in(lambda request, _: _token(request).startswith("sk-bf-")),
    "AUTH-003/virtual_key_in_its_header": _taken_in(lambda request, _: request.header("x-bf-vk")),
    "AUTH-004/x_api_key": _taken_in(lambda request, state: request.header("x-api-key") == state.key),
    "AUTH-004/x_api_key_beside_a_wrong_token": _taken_in(
        lambda request, state: request.header("x-api-key") == state.key and request.header("authorization")
    ),
    "AUTH-005/basic": _taken_in(_is_basic),
    "AUTH-006/cookie": _taken_in(lambda request, state: state.key in request.header("cookie")),
    "AUTH-006/session_token": _taken_in(lambda request, _: _token(request).count("-") == 4),
    "AUTH-007/scheme_as_written": on(
        when=lambda request: not request.header("authorization").startswith("Bearer ")
    ).send(with_header("authorization", None)),
    "AUTH-008/no_challenge": on().header("www-authenticate", None),
    "AUTH-008/another_challenge": on(status=401).header("www-authenticate", 'Basic realm="bearer"'),
    "AUTH-009/viewer_may_create": _taken_in(lambda request, state: _token(request) == state.viewer_key),
    "AUTH-009/refused_and_done": on(status=403).also(as_administrator),
    "HTTP-001/allow_is_short": on(status=405).header("allow", "GET, HEAD"),
    "HTTP-001/wrong_method_is_404": on(status=405).refuse(404),
    "HTTP-002/no_head": _head.refuse(405),
    "HTTP-002/head_without_media_type": _head.header("content-type", None),
    "HTTP-002/head_with_another_length": _head.header("content-length", "0"),
    "HTTP-003/trailing_slash": on().send(at(_slashless)),
    "HTTP-003/redirect_to_slashless": on(when=lambda request: request.path.endswith("/")).reply(
        lambda request: Response(307, (("location", _slashless(request)),), b"")
    ),
    "HTTP-003/unknown_path_is_400": on(when=lambda request: request.path.count("/") > 3, status=404).refuse(
        400
    ),
    "HTTP-004/quotes_are_of_the_charset": on(
        when=lambda request: '"' in request.header("content-type")
    ).refuse(415),
    "HTTP-004/media_type_is_guessed": on(when=lacks("content-type")).send(
        with_header("content-type", "application/json")
    ),
    "HTTP-004/any_character_set": on(when=_media_type).send(
        lambda request, _: request.with_header("content-type", _media_type(request))
    ),
    "HTTP-004/no_character_set": on(when=lambda request: ";" in request.header("content-type")).refuse(415),
    "HTTP-005/nan": on().send(_body(lambda body: body.replace(b"NaN", b"null"))),
    "HTTP-005/empty_is_fine": on(CREATE, when=lambda request: not request.body).reply(
        Response(201, (("content-type", "application/json"),), b"{}")
    ),
    "HTTP-005/bad_utf8_is_500": on(when=lambda request: b"\xff" in request.body).refuse(500),
    "HTTP-005/first_value_counts": on().send(_body(lambda body: body.removesuffix(b" {}"))),
    "HTTP-006/last_twin_wins": on(
        CREATE, when=lambda request: _NESTED * 9 not in request.body and request.json
    ).send(_written_anew),
    "HTTP-006/any_depth": on(when=mentions("version")).send(without("version")),
    "HTTP-006/depth_of_32": on(when=lambda request: _NESTED * 32 in request.body).refuse(400),
    "HTTP-007/any_size": on(when=_is_large).send(_written_anew),
    "HTTP-007/any_size_in_chunks": on(
        when=lambda request: _is_large(request) and "chunked" in request.header("transfer-encoding")
    ).send(_written_anew),
    "HTTP-007/one_mebibyte_is_too_much": on(when=lambda request: len(request.body) >= _LARGEST).refuse(413),
    "HTTP-008/unknown_parameters_are_ignored": on().send(with_query(bogus=None)),
    "HTTP-008/last_of_two_wins": on().send(with_query()),
    "SRV-001/one_server_only": on(when=_is_governance).refuse(404),
    "SRV-001/another_body": on(LIST, when=_is_governance).set("/served_by", "governance"),
}
