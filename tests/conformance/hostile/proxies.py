"""What stands between people and servers: a path prefix, a slow line, a limit on the rate, TLS.

Each is an ASGI app around the server's own.
"""

import asyncio
import itertools
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.serving import served_in_a_thread

CERTIFICATES = Path(__file__).parent / "certificates"
AUTHORITY = CERTIFICATES / "ca.pem"
"""Whose certificate the server's is: for localhost and 127.0.0.1, until 2126."""

Message = MutableMapping[str, Any]


@dataclass
class Prefixed:
    """The server is below a path, and knows nothing of it. Nothing is beside it."""

    app: ASGIApp
    prefix: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not scope["path"].startswith(f"{self.prefix}/"):
            await _answer(send, 404, [(b"content-type", b"text/plain")])
            return

        async def rewritten(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (name, self.prefix.encode() + value if name.lower() == b"location" else value)
                    for name, value in message["headers"]
                ]
            await send(message)

        raw = scope["raw_path"].removeprefix(self.prefix.encode())
        inner = {**scope, "path": scope["path"].removeprefix(self.prefix), "raw_path": raw}
        await self.app(inner, receive, rewritten)


@dataclass
class Slow:
    """Every answer takes its time on the way."""

    app: ASGIApp
    seconds: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await asyncio.sleep(self.seconds)
        await self.app(scope, receive, send)


@dataclass
class Limited:
    """Each fifth request is refused for its rate: with seconds, with a date, and without any hint."""

    app: ASGIApp
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    refused: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or next(self.numbers) % 5:
            await self.app(scope, receive, send)
            return
        self.refused += 1
        now = format_datetime(datetime.now(UTC), usegmt=True).encode()
        hints = {0: [(b"retry-after", now)], 7: [(b"retry-after", b"1")], 14: []}
        await _answer(send, 429, hints.get(self.refused % 21, [(b"retry-after", b"0")]))


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    headers = [*headers, (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def serving(app: ASGIApp, *, tls: bool = False) -> Iterator[str]:
    """Give the app on a free port of this host, in a thread: the URL of it."""
    options: dict[str, Any] = {"ssl_certfile": str(CERTIFICATES / "server.pem")} if tls else {}
    with served_in_a_thread(app, lifespan="off", **options) as port:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
