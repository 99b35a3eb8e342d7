"""What is known of a request while it is served: its id at once, the rest as layers find it out."""

import re
from dataclasses import dataclass, field
from random import getrandbits
from time import perf_counter

from handlers.context import Principal
from server.http.asgi import ASGIApp, Message, Receive, Scope, Send
from server.http.response import Answer
from server.process.logs import AccessLog, log_context

_KEY = "access_profiles.request"
_CLIENT_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")


@dataclass(slots=True)
class RequestInfo:
    """Facts for the log, the error envelope and the memory.

    Attributes:
        request_id: the client's own `X-Request-Id` when that is plain, else a new one.
        operation_id: the operation, once it is routed.
        principal: who is calling, once the API key is recognised.
        data_version: the store's data version of a moment since the request came, if it was taken.
        cacheable: the answer, if it stays the same until something is written; see `Reply`.
        permission: what a key must hold to get that answer.
        began: when the request came, in seconds of a clock of its own.
    """

    request_id: str
    operation_id: str | None = None
    principal: Principal | None = None
    data_version: object = None
    cacheable: Answer | None = None
    permission: str = ""
    began: float = field(default_factory=perf_counter)

    @property
    def id_header(self) -> tuple[bytes, bytes]:
        """The header that tells the client the request's id."""
        return b"x-request-id", self.request_id.encode("ascii")

    def facts(self, scope: Scope, status: int) -> dict[str, object]:
        """Return what the log tells of the request once it is answered."""
        return {
            "method": scope["method"],
            # The query is left out: it holds what people search for.
            "path": scope["path"],
            "status": status,
            # Two decimals; `round` takes ten times as long.
            "ms": int((perf_counter() - self.began) * 100_000) / 100,
            "operation": self.operation_id,
            "api_key": None if self.principal is None else self.principal.name,
            "request_id": self.request_id,
        }


def begin(scope: Scope, client_id: bytes | None) -> RequestInfo:
    """Return what is known of a request that has just come, perhaps with an `X-Request-Id`."""
    if client_id is not None and _CLIENT_ID.fullmatch(client_id):
        request_id = client_id.decode("ascii")
    else:
        # It has to be another one each time, not a secret.
        request_id = f"{getrandbits(128):032x}"
    info = scope[_KEY] = RequestInfo(request_id)
    return info


def request_info(scope: Scope) -> RequestInfo:
    """Return what is known of a request."""
    info: RequestInfo = scope[_KEY]
    return info


class RequestInfoMiddleware:
    """Sends each request's id back, and logs one line for each answer."""

    def __init__(self, app: ASGIApp, *, log: AccessLog) -> None:
        self.app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        info = request_info(scope)
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), info.id_header]
            await send(message)

        bound = log_context.set({**log_context.get(), "request_id": info.request_id})
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            self._log(info.facts(scope, status))
            log_context.reset(bound)
