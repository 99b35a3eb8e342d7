"""Whole answers: a status, headers and a body that is there at once."""

from collections.abc import Mapping
from typing import NamedTuple, Self

from server.http.asgi import Send


class Answer(NamedTuple):
    """What is sent; `X-Request-Id` comes on top.

    Attributes:
        body: for HEAD it is empty, and the headers tell the length that GET's has (RFC 9110 §9.3.2).
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @classmethod
    def to(cls, method: str, status: int, body: bytes | None, headers: Mapping[str, str]) -> Self:
        """Return the answer to a request of this method; a body is JSON."""
        fields = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()
        ]
        if body is not None:
            fields.append((b"content-type", b"application/json"))
            fields.append((b"content-length", str(len(body)).encode("ascii")))
        return cls(status, fields, b"" if body is None or method == "HEAD" else body)

    async def send(self, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})
