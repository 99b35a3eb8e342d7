"""What is known of a request while it is served: its id at once, the rest as layers find it out."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_KEY = "access_profiles.request"
_CLIENT_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")

log = structlog.get_logger("access")


@dataclass(slots=True)
class RequestInfo:
    """Facts for the log and the error envelope.

    Attributes:
        request_id: the client's own `X-Request-Id` when that is plain, else a new one.
        operation_id: the operation, once it is routed.
        principal: the name of the API key, once it is known.
        lasts: whether the answer stays the same until something is written; see `handlers.reply.Reply`.
        key_expires_at: when the API key expires, if it does.
        stamp: the store's stamp of a moment since the request came, if it was taken.
    """

    request_id: str
    operation_id: str | None = None
    principal: str | None = None
    lasts: bool = False
    key_expires_at: datetime | None = None
    stamp: object = None


def request_info(scope: Scope) -> RequestInfo:
    """Return what is known of a request."""
    info: RequestInfo = scope[_KEY]
    return info


class RequestInfoMiddleware:
    """Gives each request its id, sends it back, and logs one line for each answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        info = scope[_KEY] = RequestInfo(_request_id(scope))
        began = perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", info.request_id.encode("ascii")),
                ]
            await send(message)

        bound = structlog.contextvars.bind_contextvars(request_id=info.request_id)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            # The query is left out: it holds what people search for.
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round((perf_counter() - began) * 1000, 2),
                operation=info.operation_id,
                api_key=info.principal,
            )
            structlog.contextvars.reset_contextvars(**bound)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _CLIENT_ID.fullmatch(value):
            text: str = value.decode("ascii")
            return text
    return secrets.token_hex(16)
