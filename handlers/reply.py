"""What a handler answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

BodyT = TypeVar("BodyT")


@dataclass(frozen=True, slots=True)
class Reply(Generic[BodyT]):
    """A status, a body of the contract's type, and headers beyond those that every answer has."""

    status: int
    body: BodyT
    headers: Mapping[str, str] = field(default_factory=dict)


def ok(body: BodyT) -> Reply[BodyT]:
    """Answer 200."""
    return Reply(200, body)


def created(body: BodyT, *, location: str) -> Reply[BodyT]:
    """Answer 201 with the place of what was created (RFC 9110 §15.3.2)."""
    return Reply(201, body, {"Location": location})
