"""Answers a request again with the very bytes that it was answered with before.

Only where that is exact: the same method, path, query, key and condition; an answer that rests on the store
alone (`Reply.lasts`); nothing written since, by any process (`server.remembered`); and a key that has not
expired meanwhile. Key, permission, request and answer were all checked when the bytes were made, and a change
of any of them is a write: revoking the key is, too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.clock import Clock
from server.remembered import Remembered
from server.request_info import request_info
from server.stamps import Stamps

MAX_OCTETS = 32 * 1024 * 1024
"""How much is remembered: about 10,000 profiles."""

Question: TypeAlias = tuple[str, str, bytes, bytes, bytes | None]
"""All of a request that an answer rests on: method, path, query, Authorization and If-None-Match."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was sent.

    Attributes:
        expires_at: when the key of the request expires.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    operation_id: str | None
    principal: str | None
    expires_at: datetime | None


class ReadCacheMiddleware:
    """Stands outside of everything that an answer takes, and within the log."""

    def __init__(self, app: ASGIApp, *, stamps: Stamps, clock: Clock, max_octets: int = MAX_OCTETS) -> None:
        self.app = app
        self._clock = clock
        self._stamps = stamps
        self._answers: Remembered[Answer] = Remembered(max_octets=max_octets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on and remember its answer."""
        question = _question(scope)
        stamp = None if question is None else await self._stamps.take()
        if question is None or stamp is None:
            await self.app(scope, receive, send)
            return
        known = self._answers.get(question, stamp)
        info = request_info(scope)
        info.stamp = stamp
        if known is not None and (known.expires_at is None or known.expires_at > self._clock()):
            info.operation_id, info.principal = known.operation_id, known.principal
            await send({"type": "http.response.start", "status": known.status, "headers": known.headers})
            await send({"type": "http.response.body", "body": known.body})
            return
        sent: list[Message] = []

        async def noted_send(message: Message) -> None:
            # The layers outside change messages.
            sent.append(dict(message))
            await send(message)

        await self.app(scope, receive, noted_send)
        if info.lasts:
            start, body = sent
            answer = Answer(
                start["status"],
                start["headers"],
                body["body"],
                info.operation_id,
                info.principal,
                info.key_expires_at,
            )
            self._answers.keep(question, answer, stamp, octets=len(answer.body) + _octets(question))


def _octets(question: Question) -> int:
    """Return the size of what clients chose: a key may stand behind thousands of spaces."""
    return sum(len(part) for part in question if part is not None)


def _question(scope: Scope) -> Question | None:
    """Return what a request asks, or None when it is none that is answered from memory."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return None
    authorization = if_none_match = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            if authorization is not None:
                return None
            authorization = value
        elif name == b"if-none-match":
            if if_none_match is not None:
                return None
            if_none_match = value
    if authorization is None:
        return None
    return scope["method"], scope["path"], scope["query_string"], authorization, if_none_match
