"""A cheap HTTP/1.1 client: one connection, many requests under way on it."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from types import TracebackType
from typing import Self

from bench.traffic import Request

AT_ONCE = 16
"""How many requests are sent before the first answer is read."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Connection:
    """A connection to a server; it is opened again where an answer ends it."""

    def __init__(self, host: str, port: int, key: str) -> None:
        self.answered: Counter[str] = Counter()
        self._place = (host, port)
        self._key = key

    async def __aenter__(self) -> Self:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(*self._place)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Disconnect."""
        self._writer.close()

    async def send(self, request: Request) -> bytes:
        """Send a request, check its answer's status, and return its body."""
        self._writer.write(self._octets(request))
        return await self._answer(request)

    async def send_all(self, requests: Iterable[Request]) -> None:
        """Send requests and check their answers' statuses, many at once."""
        requests = iter(requests)
        while batch := list(islice(requests, AT_ONCE)):
            self._writer.write(b"".join(map(self._octets, batch)))
            for request in batch:
                await self._answer(request)

    def _octets(self, request: Request) -> bytes:
        lines = [
            f"{request.method} {request.path} HTTP/1.1",
            "Host: server",
            f"Authorization: Bearer {request.key or self._key}",
            *(f"{name}: {value}" for name, value in request.headers.items()),
        ]
        if request.body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(request.body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + (request.body or b"")

    async def _answer(self, request: Request) -> bytes:
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = b"" if length is None else await self._reader.readexactly(int(length[1]))
        status = int(head[9:12])
        if status != request.status:
            raise AssertionError(
                f"{request.method} {request.path[:200]} was answered {status}: {body[:500]!r}"
            )
        self.answered[request.kind] += 1
        return body
