"""Requests and replies, as the servers here see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """What came over the wire.

    Attributes:
        target: the path and the query, as they were sent.
        headers: case does not matter in their names.
    """

    method: str
    target: str
    headers: Message
    body: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A request for an operation, after everything that its contract says of it has been checked.

    Attributes:
        parameters: by name, with the defaults of the contract.
        body: what the body says: parsed JSON, the fields of a form, or its bytes.
        media_type: of the body.
        role: whose credentials they are; None where none are asked for.
    """

    parameters: Mapping[str, Any]
    body: Any
    media_type: str
    role: str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the wire.

    Attributes:
        body: bytes, or what is written as JSON; None is no body.
    """

    status: int
    body: Any = None
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A request is not answered as it wishes."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


class Raw(Exception):
    """Octets go over the wire as they are, and then the connection ends."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        super().__init__()
        self.chunks = chunks


class Crash(Exception):
    """The server ends the connection without an answer."""
