"""Request bodies before they mean anything: media type, JSON, depth and size."""

import json

from conformance.access_profiles import calls
from conformance.http.answer import Answer
from conformance.run import expect
from conformance.run.registry import RAW, check
from conformance.run.session import Session

_LARGEST = 1048576
_DEEPEST = 64


@check("HTTP-004", phase=RAW)
def media_types(session: Session) -> None:
    """Sends a good body without a media type, with others, and with other character sets; each is to be 415.

    As `application/json; charset=utf-8` the same body is to be 201.
    """
    body = json.dumps({"name": session.name()}).encode()
    for media_type in (
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "text/json",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
    ):
        expect.status(calls.submit_octets(session, body, media_type), 415)
    expect.status(calls.submit_octets(session, body, "application/json; charset=utf-8"), 201)
    upper = json.dumps({"name": session.name()}).encode()
    expect.status(calls.submit_octets(session, upper, "Application/JSON; charset=UTF-8"), 201)


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
