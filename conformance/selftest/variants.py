"""Legal servers that differ where the contract leaves freedom. No check may raise an alarm on one."""

import asyncio
import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from conformance.selftest.combinators import On, ask, on
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal

_THROTTLED = 20
_A_DATE = "Sun, 01 Mar 2026 08:00:00 GMT"
_MEMBER_THAT_DECIDES = rb'("(?:pointer|param)":\s*"[^"]*/\d+)/(?:provider_name|reset_duration)"'
_MESSAGE = rb'"message":\s*"(?:[^"\\]|\\.)*"'
_AMOUNT = rb'("(?:max_limit|current_usage|effective_limit|amount)":\s*-?\d+)(?=[,}\s])'
_OTHER_ID = re.compile(r"obj_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})")
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_UUID_FIELD = re.compile(rf'("(?:id|budget_id|vk_id|virtual_key_id)":\s*"|[\[{{,]\s*")({_UUID})"')


def _rewritten(request: Request, response: Response, body: bytes) -> Response:
    """Return the answer with another body. HEAD need not state its length, which is not known here."""
    if request.method == "HEAD":
        return response.with_header("content-length", None)
    return replace(response, body=body) if response.body else response


def _bodies(change: Callable[[bytes], bytes]) -> On:
    """Other octets of each body."""
    return on().answer(lambda request, response: _rewritten(request, response, change(response.body)))


def _texts(pattern: bytes, by: bytes) -> On:
    """Put another text wherever one of some form stands in a body."""
    return _bodies(lambda body: re.sub(pattern, by, body))


def _header(name: str, change: Callable[[Request, str], str]) -> On:
    """Give a header another value, where there is one."""
    return on().answer(
        lambda request, response: (
            response.with_header(name, change(request, response.header(name)))
            if response.header(name)
            else response
        )
    )


def _json(body: bytes) -> Any:
    return Response(200, (), body).json


def _at_the_object(body: bytes) -> bytes:
    twice = b'"duplicate"' in body or b"twice" in body
    return re.sub(_MEMBER_THAT_DECIDES, rb'\1"', body) if twice else body


def _backwards(_: Request, response: Response) -> Response:
    body = response.json
    errors = body.get("extra_fields", {}).get("errors", [])
    if not errors:
        return response
    error = {**body["error"], "param": errors[-1]["pointer"]}
    return response.with_json({**body, "error": error, "extra_fields": {"errors": errors[::-1]}})


def _capitals(_: Request, response: Response) -> Response:
    headers = tuple((n if n == "content-length" else n.upper(), value) for n, value in response.headers)
    return replace(response, headers=headers)


def _in_lines(name: str) -> On:
    """Send a list as a field line for each member, with an empty member in each."""

    def change(_: Request, response: Response) -> Response:
        stated = response.header(name).split(",") if response.header(name) else []
        return _with_lines(response, name, *(f",{member.strip()} ," for member in stated))

    return on().answer(change)


def _with_lines(response: Response, name: str, *values: str) -> Response:
    other = response.with_header(name, None)
    return replace(other, headers=(*other.headers, *((name, value) for value in values)))


def _spaced(_: Request, response: Response) -> Response:
    lengths = "content-length"
    headers = tuple((n, value if n == lengths else f"\t {value} \t") for n, value in response.headers)
    return replace(response, headers=headers)


def _dated(form: str) -> On:
    """Say when each answer was made."""
    return on().answer(lambda _, response: response.with_header("date", f"{datetime.now(UTC):{form}}"))


def _head_alone(request: Request, response: Response) -> Response:
    """Leave out of HEAD what is known only once the content is made."""
    if request.method != "HEAD":
        return response.with_header("vary", "Accept-Encoding").with_header("last-modified", _A_DATE)
    return response.with_header("content-length", None)


def _zipped(request: Request, response: Response) -> Response:
    if "gzip" not in request.header("accept-encoding") or not response.header("content-type"):
        return response
    smaller = _rewritten(request, response, gzip.compress(response.body))
    return smaller.with_header("content-encoding", "gzip").with_header("vary", "Accept-Encoding")


def _grown(value: Any) -> Any:
    if isinstance(value, list):
        return [_grown(item) for item in value]
    if not isinstance(value, dict):
        return value
    more: dict[str, Any] = {"_links": {}} if "version" in value else {}
    return {**{key: _grown(item) for key, item in value.items()}, **more}


async def _more_fields(request: Request, inner: Inner, state: State) -> Response:
    response = await inner(request)
    # A profile that was read may be sent again: what was added here is no field of a request.
    sent = {name: value for name, value in request.sent.items() if name != "_links"}
    if response.status == 400 and sent and "_links" in request.sent:
        response = await inner(request.with_json(sent))
    return _rewritten(request, response, json.dumps(_grown(response.json)).encode())


async def _tags_with_commas(request: Request, inner: Inner, state: State) -> Response:
    for name in ("if-match", "if-none-match"):
        if request.header(name):
            request = request.with_header(name, request.header(name).replace('"W/,', '"'))
    return await _header("etag", lambda _, tag: f'"W/,{tag[1:]}')(request, inner, state)


async def _slow_and_closing(request: Request, inner: Inner, state: State) -> Response:
    await asyncio.sleep(0.001)
    return (await inner(request)).with_header("connection", "close")


@on("createAccessProfile", "createRole").serve
async def _gaps_between_ids(request: Request, inner: Inner, state: State) -> Response:
    """Take a few ids more for each creation."""
    for _ in range(3):
        made = await inner(request.with_query().with_json({"name": f"gap-{uuid4().hex}"}))
        if kept := made.json.get("access_profile") or made.json.get("role"):
            path = request.path.removeprefix(request.server)
            await ask(request, inner, "DELETE", f"{path}/{kept['id']}")
    return await inner(request)


async def _other_text_ids(request: Request, inner: Inner, state: State) -> Response:
    path = _OTHER_ID.sub(_as_uuid, request.path)
    body = _OTHER_ID.sub(_as_uuid, request.body.decode("latin-1")).encode("latin-1")
    response = await inner(replace(request, path=path, body=body))
    text = response.body.decode("latin-1")
    other = _UUID_FIELD.sub(lambda found: f'{found[1]}obj_{found[2].replace("-", "")}"', text)
    return _rewritten(request, response, other.encode("latin-1"))


def _as_uuid(found: re.Match[str]) -> str:
    return "-".join(found.groups())


@on("getAccessProfile").serve
async def _no_order_of_roles(request: Request, inner: Inner, state: State) -> Response:
    """List the roles of a profile, which no clause orders, in another order each time."""
    response = await inner(request)
    if not isinstance(response.json.get("roles"), list):
        return response
    turn = state.memory["turn"] = state.memory.get("turn", 0) + 1
    roles = response.json["roles"][::-1]
    at = turn % len(roles) if roles else 0
    other = {**response.json, "roles": [*roles[at:], *roles[:at]]}
    return replace(response, body=json.dumps(other, ensure_ascii=False, separators=(",", ":")).encode())


def _sometimes(response: Response) -> Fault:
    """Answer one request of twenty with something else."""

    async def fault(request: Request, inner: Inner, state: State) -> Response:
        count = state.memory["count"] = state.memory.get("count", 0) + 1
        return await inner(request) if count % _THROTTLED else response

    return fault


VARIANTS: dict[str, Fault] = {
    # The right server: what is not quiet on it is quiet on none.
    "as_it_is": on(),
    # Members in another order, white space between, letters as escapes.
    "other_json_text": _bodies(lambda body: json.dumps(_json(body), indent=3, sort_keys=True).encode()),
    # Headers that the contract does not speak of.
    "more_headers": on()
    .header("x-content-type-options", "nosniff")
    .header("server-timing", "app;dur=1")
    .header("cache-control", "no-store")
    .header("set-cookie", "route=7; Path=/")
    .header("vary", "Authorization"),
    # Bearer among other schemes, in other case.
    "several_challenges": on(status=401).header("www-authenticate", 'Digest realm="x", bearer realm="x"'),
    # Each challenge on a line of its own, and no space to spare.
    "challenges_in_lines": on(status=401).answer(
        lambda _, response: _with_lines(
            response,
            "www-authenticate",
            'Basic realm="a, b",Negotiate YQ==',
            'BEARER realm="\\"x\\"",error=invalid_token',
        )
    ),
    # Allow as several fields, with members that are empty.
    "allow_in_lines": _in_lines("allow"),
    # White space around the value of each field.
    "white_space_around_values": on().answer(_spaced),
    # Other directives beside the one that counts, which is in other case.
    "other_directives": _header("cache-control", lambda *_: "private, No-Store ,max-age=0"),
    # HEAD without what is known only once there is content.
    "head_without_content": on().answer(_head_alone),
    # Answers that are dated, as by most servers and as by very old ones.
    "dated": _dated("%a, %d %b %Y %H:%M:%S GMT"),
    "dated_of_old": _dated("%a %b %e %H:%M:%S %Y"),
    # The address of what was created, from the address that was asked.
    "relative_location": _header(
        "location",
        lambda request, location: "./" + location.removeprefix(request.path.rpartition("/")[0] + "/"),
    ),
    # The address of what was created, in full.
    "absolute_location": _header(
        "location", lambda request, location: f"http://{request.header('host')}{location}"
    ),
    # What stands twice is named at the object, not at the member that decides.
    "fault_at_the_object": on().answer(
        lambda _, response: replace(response, body=_at_the_object(response.body))
    ),
    # The faults of a body in another order.
    "faults_backwards": on().answer(_backwards),
    # Fields of a later version of the contract.
    "more_fields": _more_fields,
    # Instants without fractions.
    "whole_seconds": _texts(rb"(:\d\d)\.\d+Z", rb"\1Z"),
    # Entity tags that hold a comma and a slash, which a list of tags must not be cut at.
    "tags_with_commas": _tags_with_commas,
    # Each answer a moment later, each connection closed after it.
    "slow_and_closing": _slow_and_closing,
    # The media type in other case, with a parameter.
    "charset_named": _header(
        "content-type", lambda _, stated: 'Application/JSON;charset="UTF-8"' if "json" in stated else stated
    ),
    # Names of headers in capitals, as proxies send them over HTTP/1.1.
    "capital_headers": on().answer(_capitals),
    # Answers without a length, in chunks.
    "in_chunks": on().answer(lambda _, response: replace(response, in_pieces=True)),
    # Answers as gzip, to those who take it.
    "compressed": on().answer(_zipped),
    # A line break after the body, and white space before it.
    "line_at_the_end": _bodies(lambda body: b" \t" + body + b"\r\n"),
    # Ids that are given to nothing.
    "gaps_between_ids": _gaps_between_ids,
    # Ids that are texts in another form.
    "other_text_ids": _other_text_ids,
    "no_order_of_roles": _no_order_of_roles,
    # The texts for people in another language.
    "other_words": _texts(_MESSAGE, '"message": "Не вышло."'.encode()),
    # Instants to the nanosecond.
    "finer_seconds": _texts(rb"(:\d\d\.\d{6})Z", rb"\g<1>000Z"),
    # Amounts of money with a fraction of nothing.
    "other_numbers": _texts(_AMOUNT, rb"\1.00"),
    # One request of twenty is to be sent again a moment later.
    "throttled": _sometimes(replace(refusal(429), body=b"").with_header("retry-after", "0")),
    # One of twenty finds the server busy for a moment.
    "busy": _sometimes(refusal(503).with_header("retry-after", "0")),
}
"""By their names."""
