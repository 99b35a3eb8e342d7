"""Methods, paths, queries, servers and bodies: what HTTP asks, and what the contract decides."""

import json
import re

from conformance.access_profiles import calls, samples
from conformance.http.answer import Answer
from conformance.http.fields import members
from conformance.http.unreached import Unreached
from conformance.run import expect
from conformance.run.registry import RAW, check
from conformance.run.session import Session

_PARAMETER = re.compile(r"\{\w+\}")
_TRIED = ("GET", "POST", "PUT", "PATCH", "DELETE")
# What may differ between two answers of the same resource: the time, the request, the framing.
_OF_THE_MESSAGE = {
    *("date", "x-request-id", "age"),
    *("content-length", "transfer-encoding", "connection", "keep-alive"),
}
# What is known only once the content is made: HEAD may leave it out.
_OF_THE_CONTENT = {
    *("content-encoding", "content-digest", "repr-digest", "accept-ranges", "trailer"),
    *("vary", "last-modified"),
}
_COMPARED = ("content-type", "etag", "location", "cache-control", "last-modified")
_LARGEST = 1048576
_DEEPEST = 64


@check("HTTP-001")
def methods_not_stated(session: Session) -> None:
    """Tries, on each path that the server claims to have, each method the contract does not state there.

    The answer is to be 405, and its `Allow` to list the methods stated, HEAD where GET is, and OPTIONS. The
    methods of operations that the server does not claim may be missing.
    """
    for path in sorted({operation.path for operation in session.operations}):
        stated = session.contract.methods(path)
        allowed = stated | {"OPTIONS"} | ({"HEAD"} if "GET" in stated else set())
        optional = stated - {operation.method for operation in session.operations if operation.path == path}
        # Whether there is something with this id does not matter to a method that is not stated.
        target = session.contract.servers[0] + _PARAMETER.sub("1", path)
        for method in _TRIED:
            if method in stated:
                continue
            answer = session.admin.request(method, target)
            expect.status(answer, 405)
            named = {*members(answer.headers.get_list("allow"))}
            expect.equal(sorted(named | optional), sorted(allowed), "the methods in Allow", answer)


@check("HTTP-002", phase=RAW)
def head_as_get(session: Session) -> None:
    """Sends GET and HEAD for a page, a profile and an id of no profile, and compares them.

    Status and header fields are to be the same, those of the single message apart; those that are known only
    once the content is made may be missing. No octet is to follow the header of HEAD.
    """
    credential = {"Authorization": f"Bearer {session.target.key}"}
    profile_id = calls.create(session)["id"]
    paths = (
        session.path("listAccessProfiles") + f"?search={session.namespace}",
        session.path("getAccessProfile", {"profile_id": profile_id}),
        session.path("getAccessProfile", {"profile_id": calls.LARGEST_ID}),
    )
    for path in paths:
        # Over bare sockets, so that both say the same of what they accept.
        with session.raw() as connection:
            get = connection.request("GET", path, credential)
        with session.raw() as connection:
            head = connection.request("HEAD", path, credential)
        expect.equal(head.status, get.status, "the status of HEAD", get, head)
        optional = {*_names(get)} & _OF_THE_CONTENT - {*_names(head)}
        expect.equal(_names(head), sorted({*_names(get)} - optional), "the header fields of HEAD", get, head)
        for name in (name for name in _COMPARED if name not in optional):
            expect.equal(head.headers.get(name), get.headers.get(name), f"{name} of HEAD", get, head)
        length = head.headers.get("content-length", str(get.octets))
        expect.equal(length, str(get.octets), "Content-Length of HEAD", get, head)
        expect.holds(not head.trailing, "no body after HEAD", f"{len(head.trailing)} octets", head)


@check("HTTP-003")
def paths_not_stated(session: Session) -> None:
    """Asks for a path that nobody states, one below a profile, and the stated ones with a trailing slash.

    Each is to be 404.
    """
    profile_id = calls.create(session)["id"]
    listing = session.path("listAccessProfiles")
    one = session.path("getAccessProfile", {"profile_id": profile_id})
    for path in (f"{listing}-{session.namespace}x", f"{one}/none", f"{listing}/", f"{one}/"):
        expect.status(session.admin.request("GET", path), 404)
    answer = session.admin.request("POST", f"{listing}/", body={"name": session.name()})
    expect.status(answer, 404)


@check("HTTP-008")
def queries_not_stated(session: Session) -> None:
    """Sends to each operation a query parameter it does not state, and to the list each of its own twice.

    Each is to be 400.
    """
    profile_id = calls.create(session)["id"]
    for answer in (
        calls.browse(session, {"bogus": "1"}),
        calls.browse(session, {"Limit": "1"}),
        calls.read(session, profile_id, query={"limit": "1"}),
        calls.submit(session, {"name": session.name()}, query={"bogus": "1"}),
    ):
        expect.status(answer, 400)
    good = {"limit": "5", "offset": "0", "search": "x", "tags": "x", "is_active": "true"}
    for pair in good.items():
        expect.status(calls.browse(session, [pair, pair]), 400)


@check("SRV-001")
def every_server(session: Session) -> None:
    """Creates under each server of the contract, then lists, reads and is refused under each.

    The bodies are to be the same, but for the id of the request.
    """
    servers = session.contract.servers
    if len(servers) < 2:
        raise Unreached("the contract states only one server")
    for server in servers:
        expect.status(calls.submit(session, samples.full(session.name()), server=server), 201)
    profile_id = calls.create(session)["id"]
    for answers in (
        [calls.browse(session, {"search": session.namespace}, server=server) for server in servers],
        [calls.read(session, profile_id, server=server) for server in servers],
        [calls.read(session, calls.LARGEST_ID, server=server) for server in servers],
        [calls.submit(session, {"name": " "}, server=server) for server in servers],
    ):
        for answer in answers[1:]:
            expect.equal(answer.status, answers[0].status, "the status under the other server", *answers)
            expect.equal(_body(answer), _body(answers[0]), "the body under the other server", *answers)


@check("HTTP-004", phase=RAW)
def media_types(session: Session) -> None:
    """Sends a good body without a media type, with others, and with other character sets; each is to be 415.

    As `application/json; charset=utf-8`, in any case and with quotes, the same body is to be 201.
    """
    body = json.dumps({"name": session.name()}).encode()
    for media_type in (
        None,
        *("text/plain", "text/json", "application/x-www-form-urlencoded", "application/jsonp"),
        *("application/json; charset=iso-8859-1", "application/json; charset=utf-16"),
    ):
        expect.status(calls.submit_octets(session, body, media_type), 415)
    for media_type in (
        "application/json; charset=utf-8",
        "Application/JSON; charset=UTF-8",
        'application/json;charset="utf-8"',
    ):
        body = json.dumps({"name": session.name()}).encode()
        expect.status(calls.submit_octets(session, body, media_type), 201)


@check("HTTP-005", phase=RAW)
def not_json(session: Session) -> None:
    """Sends bodies that are no JSON; each is to be 400.

    They are cut short, empty, followed by more, not UTF-8, in single quotes, or hold `NaN` or `Infinity`.
    """
    name = session.name().encode()
    for content in (
        b'{"name": "' + name + b'"',
        b"",
        b'{"name": "' + name + b'"} {}',
        b'{"name": "' + name + b'\xff"}',
        b"{'name': '" + name + b"'}",
        b'{"name": "' + name + b'", "description": NaN}',
        b'{"name": "' + name + b'", "version": NaN}',
        b'{"name": "' + name + b'", "budgets": [{"max_limit": Infinity, "reset_duration": "1M"}]}',
        b'{"name": "' + name + b'",}',
    ):
        expect.status(calls.submit_octets(session, content), 400)


@check("HTTP-006", phase=RAW)
def twins_and_depth(session: Session) -> None:
    """Sends objects with two members of one name, and bodies nested 65 and 20,000 deep.

    Each is to be 400. The values stand in a field that the server ignores, so that nothing else is wrong.
    Nested 64 deep, the same body is to be 201.
    """
    name = json.dumps(session.name()).encode()
    for content in (
        b'{"name": %b, "name": %b}' % (name, name),
        b'{"name": %b, "tags": ["a"], "tags": ["a"]}' % name,
        b'{"name": %b, "created_at": {"a": 1, "a": 2}}' % name,
        b'{"name": %b, "budgets": [{"max_limit": 9, "max_limit": 1, "reset_duration": "1M"}]}' % name,
        _nested(name, _DEEPEST + 1),
        _nested(name, 20000),
    ):
        expect.status(calls.submit_octets(session, content), 400)
    expect.status(calls.submit_octets(session, _nested(name, _DEEPEST)), 201)


@check("HTTP-007", phase=RAW)
def too_large(session: Session) -> None:
    """Sends a body of 1,048,577 octets, with its length declared and in chunks; both are to be 413.

    One of 1,048,576 octets, which is white space for the most part, is to be 201.
    """
    for chunked in (False, True):
        expect.status(_padded(session, _LARGEST + 1, chunked=chunked), 413)
        expect.status(_padded(session, _LARGEST, chunked=chunked), 201)


def _names(answer: Answer) -> list[str]:
    return sorted({name.lower() for name in answer.headers} - _OF_THE_MESSAGE)


def _body(answer: Answer) -> object:
    body = answer.json
    return {k: v for k, v in body.items() if k != "event_id"} if isinstance(body, dict) else answer.text


def _nested(name: bytes, depth: int) -> bytes:
    arrays = depth - 1
    return b'{"name": %b, "version": %b%b}' % (name, b"[" * arrays, b"]" * arrays)


def _padded(session: Session, octets: int, *, chunked: bool) -> Answer:
    body = json.dumps({"name": session.name()}).encode()
    headers = {"Authorization": f"Bearer {session.target.key}", "Content-Type": "application/json"}
    with session.raw() as connection:
        path = session.path("createAccessProfile")
        padded = body[:-1].ljust(octets - 1) + b"}"
        return connection.request("POST", path, headers, padded, chunked=chunked)
