"""Notes whose server, or whose contract, is made to hold up whoever reads it."""

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.foreign.troubles.api import Api
from tests.foreign.troubles.documents import load
from tests.foreign.troubles.messages import Call, Crash, Raw, Reply, Request
from tests.foreign.troubles.notes import notes_api
from tests.foreign.troubles.server import Server

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
_DEPTHS = (400, 100_000)
_NUMBERS = (b"1e999", b"9" * 400, b"9" * 10_000)


def answering(chunks: Callable[[int], Iterable[bytes]]) -> Callable[[Server], Api]:
    """Return notes that write octets when a note is replaced; which, depends on how often it was."""

    def build(_: Server) -> Api:
        turns = itertools.count()

        def write(_: Call) -> Reply:
            raise Raw(chunks(next(turns)))

        return notes_api(operations={"replaceNote": write})

    return build


def endless_body(_: int) -> Iterator[bytes]:
    """Yield an answer whose body has no end."""
    yield _HEAD + b'\r\n"'
    yield from itertools.repeat(b"x" * 65536)


def endless_header(_: int) -> Iterator[bytes]:
    """Yield an answer whose headers have no end."""
    yield _HEAD
    yield from (b"X-%d: y\r\n" % number for number in itertools.count())


def deep(turn: int) -> Iterator[bytes]:
    """Yield a note, and in its title lists in lists."""
    depth = _DEPTHS[turn % len(_DEPTHS)]
    body = b'{"id": 1, "text": "", "tags": [], "remind_at": null, "title": %s%s}' % (
        b"[" * depth,
        b"]" * depth,
    )
    yield _HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def gigantic(turn: int) -> Iterator[bytes]:
    """Yield a note with an id that no program counts to."""
    number = _NUMBERS[turn % len(_NUMBERS)]
    body = b'{"id": %s, "text": "", "tags": [], "remind_at": null, "title": "x"}' % number
    yield _HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def closes(_: Server) -> Api:
    """Return notes that end one in four connections without an answer."""
    drawn = random.Random(1)

    class Closing(Api):
        def answer(self, request: Request) -> Reply:
            if drawn.random() < 0.25:
                raise Crash
            return super().answer(request)

    return notes_api(kind=Closing)


def extreme(_: Server) -> Api:
    """Return notes with members of which hardly a value can be made, and which are taken as they are."""
    document, stated = load("notes"), load("notes")
    tree: dict[str, Any] = {"type": "object", "required": ["left", "right"]}
    tree["properties"] = {side: {"$ref": "#/components/schemas/Tree"} for side in ("left", "right")}
    members: dict[str, Any] = {
        "exploding": {"type": "string", "pattern": r"^(?=.*[A-Z])(?=.*\d)(([a-z0-9-]+)*)*!$"},
        "long": {"type": "string", "minLength": 2, "maxLength": 10**12},
        "too_long": {"type": "string", "minLength": 10**12},
        "many": {"type": "array", "maxItems": 10**12, "items": {"type": "integer"}},
        "number": {"type": "number", "minimum": -1.7e308, "maximum": 1.7e308},
        "integer": {"type": "integer", "maximum": 10**400, "multipleOf": 10**300},
        "fine": {"type": "number", "multipleOf": 1.5e-300},
        "tree": {"$ref": "#/components/schemas/Tree"},
    }
    # Each holds all: there is no end of ways through them.
    names = [f"Knot{number}" for number in range(12)]
    knots = {name: {"$ref": f"#/components/schemas/{name}"} for name in names}
    members["knot"] = knots["Knot0"]
    stated["components"]["schemas"] |= {name: {"type": "object", "properties": knots} for name in names}
    stated["components"]["schemas"]["Tree"] = tree
    stated["components"]["schemas"]["NewNote"]["properties"] |= members
    document["components"]["schemas"]["NewNote"]["properties"] |= {name: {} for name in members}
    document["components"]["schemas"]["Note"]["additionalProperties"] = True
    stated["components"]["schemas"]["Note"]["additionalProperties"] = True
    api = notes_api(document)
    api.document = stated
    return api
