"""Answers a request again with the very bytes that it was answered with before.

Only where that is exact: the same method, path, query and condition; an answer that rests on the store alone
(`Reply.cacheable`); and nothing written since, by any process (`server.cache.versioned_cache`). Request and
answer were checked when the bytes were made. Whose the key is and what it may do is asked each time, and
remembered in the same way: to revoke a key is to write.
"""

from typing import NamedTuple, TypeAlias

from server.cache.data_version import DataVersions
from server.cache.versioned_cache import VersionedCache
from server.http.asgi import ASGIApp, Receive, Scope, Send
from server.http.authentication import Authenticator
from server.http.request_info import RequestInfo, begin
from server.http.response import Answer
from server.process.logs import AccessLog

Question: TypeAlias = tuple[str, str, bytes, bytes | None]
"""All of a request that an answer rests on: method, path, query and If-None-Match."""

_READING = frozenset({"GET", "HEAD"})


class Kept(NamedTuple):
    """An answer that is remembered, with its operation and what a key must hold to get it."""

    answer: Answer
    operation_id: str | None
    permission: str


class ReadCacheMiddleware:
    """The outermost layer: a request that is answered here costs nothing of what the others do."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        data_versions: DataVersions,
        authenticator: Authenticator,
        log: AccessLog,
        max_octets: int,
    ) -> None:
        """Begin with nothing.

        Args:
            app: answers what is not remembered.
            data_versions: tell whether anything was written.
            authenticator: tells whose a key is.
            log: logs the facts of each answer.
            max_octets: how much is remembered; with 0 nothing is.
        """
        self.app = app
        self._authenticator = authenticator
        self._log = log
        self._data_versions = data_versions
        self._answers: VersionedCache[Kept] = VersionedCache(max_octets=max_octets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on and remember its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fields = dict(scope["headers"])
        info = begin(scope, fields.get(b"x-request-id"))
        authorization = fields.get(b"authorization")
        if authorization is None or scope["method"] not in _READING or len(fields) < len(scope["headers"]):
            # A field that comes twice may be one that counts.
            await self.app(scope, receive, send)
            return
        info.data_version = await self._data_versions.take()
        question = scope["method"], scope["path"], scope["query_string"], fields.get(b"if-none-match")
        kept = self._answers.get(question, info.data_version)
        if kept is not None and self._may_have(kept, authorization, info):
            info.operation_id = kept.operation_id
            status, headers, body = kept.answer
            headers = [*headers, info.id_header]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            self._log(info.facts(scope, status))
            return
        await self.app(scope, receive, send)
        if info.cacheable is not None:
            made = Kept(info.cacheable, info.operation_id, info.permission)
            octets = len(info.cacheable.body) + _octets(question)
            self._answers.keep(question, made, info.data_version, octets=octets)

    def _may_have(self, kept: Kept, authorization: bytes, info: RequestInfo) -> bool:
        """Return whether the key of a request is good for an answer; if it is not, others say why."""
        principal = self._authenticator.remembered(authorization, info.data_version)
        if principal is None or not principal.may(kept.permission):
            return False
        info.principal = principal
        return True


def _octets(question: Question) -> int:
    """Return the size of what clients chose: a query or a condition may be long."""
    return sum(len(part) for part in question if part is not None)
