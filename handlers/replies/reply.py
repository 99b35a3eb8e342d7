"""What a handler answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

BodyT = TypeVar("BodyT")
BodyT_co = TypeVar("BodyT_co", covariant=True)

NO_STORE: Mapping[str, str] = {"Cache-Control": "no-store"}
"""What an answer that holds a secret says to caches (RFC 9111 §5.2.2.5)."""


@dataclass(frozen=True, slots=True)
class Reply(Generic[BodyT_co]):
    """A status, a body of the contract's type, and headers beyond those that every answer has.

    Attributes:
        cacheable: whether everybody who may send the same request has the same answer until something is
            written: the answer to a read that rests on what the store keeps, and neither on the time nor on
            who asks.
    """

    status: int
    body: BodyT_co
    headers: Mapping[str, str] = field(default_factory=dict)
    cacheable: bool = False


def ok(body: BodyT, headers: Mapping[str, str] | None = None, *, cacheable: bool = False) -> Reply[BodyT]:
    """Answer 200."""
    return Reply(200, body, headers or {}, cacheable)


def created(body: BodyT, *, location: str, headers: Mapping[str, str] | None = None) -> Reply[BodyT]:
    """Answer 201 with the place of what was created (RFC 9110 §15.3.2)."""
    return Reply(201, body, {"Location": location, **(headers or {})})


def not_modified(headers: Mapping[str, str]) -> Reply[None]:
    """Answer 304: the client has what it would be sent (RFC 9110 §15.4.5)."""
    return Reply(304, None, headers, cacheable=True)
