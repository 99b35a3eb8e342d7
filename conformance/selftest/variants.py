"""Legal servers that differ where the contract leaves freedom. No check may raise an alarm on one."""

import asyncio
import gzip
import json
import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

from conformance.selftest.combinators import ask
from conformance.selftest.middleware import Fault, Inner, Request, Response, State, refusal


def _rewritten(request: Request, response: Response, body: bytes) -> Response:
    """The answer with another body. HEAD need not state its length, which is not known here."""
    if request.method == "HEAD":
        return response.with_header("content-length", None)
    return replace(response, body=body) if response.body else response


async def as_it_is(request: Request, inner: Inner, state: State) -> Response:
    """The right server: what is not quiet on it is quiet on none."""
    return await inner(request)


async def other_json_text(request: Request, inner: Inner, state: State) -> Response:
    """Members in another order, white space between, letters as escapes."""
    response = await inner(request)
    return _rewritten(request, response, json.dumps(response.json, indent=3, sort_keys=True).encode())


async def more_headers(request: Request, inner: Inner, state: State) -> Response:
    """Headers that the contract does not speak of."""
    response = await inner(request)
    response = response.with_header("x-content-type-options", "nosniff")
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


async def charset_named(request: Request, inner: Inner, state: State) -> Response:
    """The media type in other case, with a parameter."""
    response = await inner(request)
    stated = dict(response.headers).get("content-type", "")
    return (
        response.with_header("content-type", 'Application/JSON;charset="UTF-8"')
        if "json" in stated
        else response
    )


async def capital_headers(request: Request, inner: Inner, state: State) -> Response:
    """Names of headers in capitals, as proxies send them over HTTP/1.1."""
    response = await inner(request)
    headers = tuple((n if n == "content-length" else n.upper(), value) for n, value in response.headers)
    return replace(response, headers=headers)


async def in_chunks(request: Request, inner: Inner, state: State) -> Response:
    """Answers without a length, in chunks."""
    return replace(await inner(request), in_pieces=True)


async def compressed(request: Request, inner: Inner, state: State) -> Response:
    """Answers as gzip, to those who take it."""
    response = await inner(request)
    if "gzip" not in request.header("accept-encoding") or not dict(response.headers).get("content-type"):
        return response
    smaller = _rewritten(request, response, gzip.compress(response.body))
    return smaller.with_header("content-encoding", "gzip").with_header("vary", "Accept-Encoding")


async def line_at_the_end(request: Request, inner: Inner, state: State) -> Response:
    """A line break after the body, and white space before it."""
    response = await inner(request)
    return _rewritten(request, response, b" \t" + response.body + b"\r\n")


async def gaps_between_ids(request: Request, inner: Inner, state: State) -> Response:
    """Ids that are given to nothing: each creation takes a few more."""
    if request.operation_id in ("createAccessProfile", "createRole"):
        for _ in range(state.memory.setdefault("gap", 3)):
            name = f"gap-{uuid4().hex}"
            made = await inner(request.with_query().with_json({"name": name}))
            kept = made.json.get("access_profile") or made.json.get("role")
            if kept:
                await ask(request, inner, "DELETE", f"{request.path.removeprefix('/api')}/{kept['id']}")
    return await inner(request)


async def other_text_ids(request: Request, inner: Inner, state: State) -> Response:
    """Ids that are texts in another form."""
    path = _OTHER_ID.sub(_as_uuid, request.path)
    body = _OTHER_ID.sub(_as_uuid, request.body.decode("latin-1")).encode("latin-1")
    response = await inner(replace(request, path=path, body=body))
    text = response.body.decode("latin-1")
    other = _UUID_FIELD.sub(lambda found: f'{found[1]}obj_{found[2].replace("-", "")}"', text)
    return _rewritten(request, response, other.encode("latin-1"))


async def no_order_of_roles(request: Request, inner: Inner, state: State) -> Response:
    """The roles of a profile, which no clause orders, each time in another order."""
    response = await inner(request)
    if not isinstance(response.json, dict) or not isinstance(response.json.get("roles"), list):
        return response
    if request.operation_id != "getAccessProfile":
        return response
    turn = state.memory["turn"] = state.memory.get("turn", 0) + 1
    roles = response.json["roles"][::-1]
    at = turn % len(roles) if roles else 0
    other = {**response.json, "roles": [*roles[at:], *roles[:at]]}
    return replace(response, body=json.dumps(other, ensure_ascii=False, separators=(",", ":")).encode())


async def other_words(request: Request, inner: Inner, state: State) -> Response:
    """The texts for people in another language."""
    response = await inner(request)
    words = rb'"message":\s*"(?:[^"\\]|\\.)*"'
    return _rewritten(request, response, re.sub(words, '"message": "Не вышло."'.encode(), response.body))


async def finer_seconds(request: Request, inner: Inner, state: State) -> Response:
    """Instants to the nanosecond."""
    response = await inner(request)
    return _rewritten(request, response, re.sub(rb"(:\d\d\.\d{6})Z", rb"\g<1>000Z", response.body))


async def other_numbers(request: Request, inner: Inner, state: State) -> Response:
    """Amounts of money with a fraction of nothing."""
    response = await inner(request)
    amounts = rb'("(?:max_limit|current_usage|effective_limit|amount)":\s*-?\d+)(?=[,}\s])'
    return _rewritten(request, response, re.sub(amounts, rb"\1.00", response.body))


async def throttled(request: Request, inner: Inner, state: State) -> Response:
    """One request of twenty is to be sent again a moment later."""
    count = state.memory["count"] = state.memory.get("count", 0) + 1
    if count % _THROTTLED:
        return await inner(request)
    return replace(refusal(429), body=b"").with_header("retry-after", "0")


_THROTTLED = 20
_OTHER_ID = re.compile(r"obj_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})")
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_UUID_FIELD = re.compile(rf'("(?:id|budget_id|vk_id|virtual_key_id)":\s*"|[\[{{,]\s*")({_UUID})"')


def _as_uuid(found: re.Match[str]) -> str:
    return "-".join(found.groups())


VARIANTS: list[Fault] = [
    as_it_is,
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
    charset_named,
    capital_headers,
    in_chunks,
    compressed,
    line_at_the_end,
    gaps_between_ids,
    other_text_ids,
    no_order_of_roles,
    other_words,
    finer_seconds,
    other_numbers,
    throttled,
]
