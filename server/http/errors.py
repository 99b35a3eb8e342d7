"""Every failure as the contract's error envelope, in one place."""

from collections.abc import Iterable

import orjson
import structlog

from domain.errors import DomainError
from handlers.contract_types import BifrostError, FieldError
from handlers.replies.errors import ApiError, from_domain
from server.contract.document import Contract
from server.contract.schemas import json_pointer
from server.http.asgi import ASGIApp, Message, Receive, Scope, Send
from server.http.json_body import ClientGone
from server.http.request_info import request_info
from server.http.response import Answer

MAX_FAULTS = 20
"""How many faults one answer lists (clause ERR-002)."""

log = structlog.get_logger(__name__)


def envelope(error: ApiError, event_id: str) -> BifrostError:
    """Return the body of an error's answer."""
    faults: list[FieldError] = [
        {
            "in": entry.part,
            "pointer": json_pointer(entry.fault.path),
            "code": entry.fault.code,
            "message": entry.fault.message,
        }
        for entry in error.faults[:MAX_FAULTS]
    ]
    body: BifrostError = {
        "event_id": event_id,
        "is_bifrost_error": False,
        "status_code": error.kind.status,
        "error": {"type": error.kind.type, "code": error.code, "message": error.message},
        "extra_fields": {},
    }
    if faults:
        body["extra_fields"]["errors"] = faults
        body["error"]["param"] = faults[0]["pointer"]
    elif error.param is not None:
        body["error"]["param"] = json_pointer(error.param)
    return body


class MethodNotAllowed(Exception):
    """There is something at this path, and not with this method."""


def path_not_found() -> ApiError:
    """Return the refusal of a path that leads nowhere."""
    return ApiError("path_not_found", "There is nothing at this path.")


class ErrorMiddleware:
    """Answers what the layers within raise.

    It stands outside all of them, so that none needs an error answer of its own.
    """

    def __init__(self, app: ASGIApp, *, contract: Contract) -> None:
        self.app = app
        self._allow = AllowedMethods(contract)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer an exception, unless the answer has begun."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watched_send(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        except ClientGone:
            return
        except Exception as error:
            if begun:
                raise
            await self._answer(error, scope, send)

    async def _answer(self, error: Exception, scope: Scope, send: Send) -> None:
        if isinstance(error, MethodNotAllowed):
            allow = self._allow.methods(scope["path"]) or ("GET", "HEAD", "OPTIONS")
            headers = {"Allow": ", ".join(allow)}
            if scope["method"] == "OPTIONS":
                await Answer.to("OPTIONS", 204, None, headers).send(send)
                return
            error = ApiError("method_not_allowed", f"Use one of {', '.join(allow)} here.", headers=headers)
        failure = self._api_error(error)
        body = orjson.dumps(envelope(failure, request_info(scope).request_id))
        await Answer.to(scope["method"], failure.kind.status, body, failure.headers).send(send)

    @staticmethod
    def _api_error(error: Exception) -> ApiError:
        match error:
            case ApiError():
                return error
            case DomainError():
                answer = from_domain(error)
                if answer.kind.status >= 500:
                    log.error("store_unavailable", reason=str(error))
                return answer
        log.error("request_failed", exc_info=error)
        return ApiError("internal_error", "The server failed. Its log has the reason under this event id.")


class AllowedMethods:
    """The methods that the contract states for a path.

    It is asked only when a request failed, so it may look at every template in turn.
    """

    def __init__(self, contract: Contract) -> None:
        self._templates: dict[tuple[str, ...], set[str]] = {}
        for base_path in contract.base_paths:
            for operation in contract.operations:
                segments = tuple((base_path + operation.path).split("/"))
                self._templates.setdefault(segments, {"OPTIONS"}).update(_served(operation.method))

    def methods(self, path: str) -> tuple[str, ...]:
        """Return the methods of a path in alphabetical order; none when the contract does not state it."""
        segments = path.split("/")
        if tuple(segments) in self._templates:
            # A literal path is itself, and no template's.
            return tuple(sorted(self._templates[tuple(segments)]))
        matching = [methods for template, methods in self._templates.items() if _fits(template, segments)]
        return tuple(sorted(set().union(*matching)))


def _served(method: str) -> Iterable[str]:
    return ("GET", "HEAD") if method == "get" else (method.upper(),)


def _fits(template: tuple[str, ...], segments: list[str]) -> bool:
    return len(template) == len(segments) and all(
        expected == found or (expected.startswith("{") and found)
        for expected, found in zip(template, segments, strict=True)
    )
