"""Breaks one clause of any ASGI app: it changes a request, an answer, or both."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlencode

from conformance.contract import document
from conformance.contract.document import METHODS, Contract
from conformance.contract.routes import Routes
from conformance.selftest.asgi import ASGIApp, Message, Receive, Scope, Send

_PIECE = 100
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """A whole request."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Headers
    body: bytes
    routes: Routes = field(repr=False, compare=False)

    @property
    def operation_id(self) -> str | None:
        """The operation that this request asks for, below any of the contract's servers; None for none."""
        found = self.routes.find(self.method, self.path)
        # HEAD asks for what GET asks for, and has an answer of its own.
        return found.id if found and found.method == self.method else None

    def is_at(self, path: str) -> bool:
        """Return whether it goes to that path of the contract, with whatever method."""
        found = (self.routes.find(method.upper(), self.path) for method in METHODS)
        return any(operation.path == path for operation in found if operation)

    def path_parameter(self, name: str) -> str:
        """Return the value of a parameter of the operation's path; empty when it has none of that name."""
        return unquote(self.routes.parameters(self.method, self.path).get(name, ""))

    @property
    def server(self) -> str:
        """The path of the contract's server that it goes to: `/api`."""
        return self.routes.server(self.path)

    @property
    def sent(self) -> dict[str, Any]:
        """The members of the object that is the body; none when it is no object."""
        body = self.json
        return body if isinstance(body, dict) else {}

    def argument(self, name: str) -> str | None:
        """Return the value of a query parameter."""
        return dict(self.query).get(name)

    def with_query(self, **changes: str | None) -> Self:
        """Return the request with other query parameters; None takes one away."""
        kept = {name: value for name, value in self.query if name not in changes}
        kept.update({name: value for name, value in changes.items() if value is not None})
        return replace(self, query=tuple(kept.items()))

    @property
    def json(self) -> Any:
        """The body as JSON; an empty object when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return {}

    def with_json(self, value: Any) -> Self:
        """Return it with another body."""
        return replace(self, body=json.dumps(value).encode())

    def header(self, name: str) -> str:
        """Return the value of a header; empty when it was not sent."""
        return next((value for key, value in self.headers if key == name), "")

    def with_header(self, name: str, value: str | None) -> Self:
        """Return it with another value of a header, or without it."""
        rest = tuple(pair for pair in self.headers if pair[0] != name)
        return replace(self, headers=rest if value is None else (*rest, (name, value)))


@dataclass(frozen=True)
class Response:
    """A whole answer, to be sent with its length or else in pieces."""

    status: int
    headers: Headers
    body: bytes
    in_pieces: bool = False

    @property
    def json(self) -> Any:
        """The body as JSON; an empty object when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return {}

    def with_json(self, value: Any) -> Self:
        """Return it with another body."""
        return replace(self, body=json.dumps(value).encode())

    def header(self, name: str) -> str:
        """Return the value of a header; empty when it was not sent."""
        return next((value for key, value in self.headers if key == name), "")

    def with_header(self, name: str, value: str | None) -> Self:
        """Return it with another value of a header, or without it."""
        rest = tuple(pair for pair in self.headers if pair[0] != name)
        return replace(self, headers=rest if value is None else (*rest, (name, value)))


@dataclass
class State:
    """What a fault knows and remembers."""

    key: str
    viewer_key: str
    memory: dict[str, Any] = field(default_factory=dict)


Inner = Callable[[Request], Awaitable[Response]]
Fault = Callable[[Request, Inner, State], Awaitable[Response]]


class FaultyApp:
    """An app with at most one fault at a time. Without one, nothing is touched."""

    def __init__(self, app: ASGIApp, key: str, viewer_key: str, contract: Contract | None = None) -> None:
        self._routes = Routes(contract or document.load())
        self._right = app
        self._app = app
        self._keys = key, viewer_key
        self._fault: Fault | None = None
        self._state = State(*self._keys)
        self.requests = 0
        """How many have come since the fault was set."""
        self.crashes: list[Exception] = []
        """What faults raised themselves: a crash is not what they are meant to show."""

    def break_with(self, fault: Fault | None, app: ASGIApp | None = None) -> None:
        """Set the fault, with an empty memory, and the app to serve when it is not the right one."""
        self._fault = fault
        self._app = app or self._right
        self._state = State(*self._keys)
        self.crashes.clear()
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request with the fault that is set."""
        fault, app = self._fault, self._app
        if scope["type"] != "http":
            await self._right(scope, receive, send)
            return
        self.requests += 1
        if fault is None:
            await app(scope, receive, send)
            return
        request = _request(scope, await _read(receive), self._routes)

        async def inner(changed: Request) -> Response:
            return await _call(app, scope, changed)

        try:
            response = await fault(request, inner, self._state)
        except Exception as crash:
            self.crashes.append(crash)
            raise
        await _send(response, scope["method"], send)


def success(body: Any) -> Response:
    """Return a 200 with a body."""
    headers = (("content-type", "application/json"), ("x-request-id", "fault"))
    return Response(200, headers, json.dumps(body).encode())


def refusal(status: int) -> Response:
    """Return a refusal in the right form, whose reason does not matter."""
    body = {
        "event_id": "fault",
        "is_bifrost_error": False,
        "status_code": status,
        "error": {"type": "invalid_request", "code": "validation_failed", "message": "No."},
        "extra_fields": {},
    }
    return replace(success(body), status=status)


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body


def _request(scope: Scope, body: bytes, routes: Routes) -> Request:
    headers = tuple((name.decode().lower(), value.decode("latin-1")) for name, value in scope["headers"])
    query = tuple(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    return Request(scope["method"], scope["path"], query, headers, body, routes)


async def _call(app: ASGIApp, scope: Scope, request: Request) -> Response:
    headers = [
        (name.encode(), value.encode("latin-1"))
        for name, value in request.headers
        if name not in ("content-length", "transfer-encoding")
    ]
    if request.body or request.method == "POST":
        headers.append((b"content-length", str(len(request.body)).encode()))
    changed = {
        **scope,
        "method": request.method,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": urlencode(request.query).encode(),
        "headers": headers,
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def keep(message: Message) -> None:
        sent.append(message)

    await app(changed, receive, keep)
    start = sent[0]
    answer = tuple((name.decode().lower(), value.decode("latin-1")) for name, value in start["headers"])
    return Response(start["status"], answer, b"".join(message.get("body", b"") for message in sent[1:]))


async def _send(response: Response, method: str, send: Send) -> None:
    headers = [(n.encode(), v.encode("latin-1")) for n, v in response.headers if n != "content-length"]
    length = dict(response.headers).get("content-length") if method == "HEAD" else str(len(response.body))
    if length is not None and not response.in_pieces:
        headers.append((b"content-length", length.encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    body = b"" if method == "HEAD" else response.body
    if response.in_pieces:
        # Without a length, the server sends each piece as a chunk of its own.
        for start in range(0, len(body), _PIECE):
            await send(
                {"type": "http.response.body", "body": body[start : start + _PIECE], "more_body": True}
            )
        body = b""
    await send({"type": "http.response.body", "body": body})
