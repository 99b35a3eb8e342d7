"""Bytes that do not change while the server runs: the contract's files and the pages' own assets."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import Request, Response

REVALIDATE = "no-cache"
"""May be kept, but must be asked about each time: what it says can change with the next release."""

_STATIC = Path(__file__).parent / "static"

# Not the machine's table of media types: with a wrong entry there, browsers refuse scripts.
_ASSET_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes, ready to send.

    Attributes:
        body: the bytes.
        media_type: the value of `Content-Type`.
        digest: the SHA-256 of the bytes, in hexadecimal; it is also the entity tag.
    """

    body: bytes
    media_type: str
    digest: str

    @classmethod
    def of(cls, body: bytes, media_type: str) -> "Document":
        """Return a document with its digest."""
        return cls(body, media_type, sha256(body).hexdigest())

    def answer(self, request: Request, cache_control: str) -> Response:
        """Return the answer to a request: the bytes, or 304 when the client has them already."""
        response = Response(self.body, content_type=self.media_type)
        response.set_etag(self.digest)
        response.headers["Cache-Control"] = cache_control
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.make_conditional(request)
        # Flask adds it here only, and the HTTP server adds it to every answer.
        del response.headers["Date"]
        return response


def load_assets() -> Mapping[str, Document]:
    """Return every style sheet, script and image of the pages, by its path below `static`."""
    return {
        path.relative_to(_STATIC).as_posix(): Document.of(path.read_bytes(), _ASSET_TYPES[path.suffix])
        for path in sorted(_STATIC.rglob("*"))
        if path.suffix in _ASSET_TYPES
    }
