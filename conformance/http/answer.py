"""What came back of a request, with the evidence of it."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from conformance.http.evidence import Exchange


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it was sent, secrets included. It is for judging answers, and never shown.

    Attributes:
        path: below the server's root, with percent-encoding.
        query: what follows the question mark, without it.
    """

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, with the evidence of it."""

    status: int
    headers: httpx.Headers
    content: bytes
    exchange: Exchange
    sent: Sent
    octets: int
    """How many the content was, in the coding in which it came."""
    trailing: bytes = b""
    """What followed the end of the answer. Nothing may."""

    @property
    def text(self) -> str:
        """The body as text, for searching in it."""
        return self.content.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body as JSON, or None when it is none."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None
