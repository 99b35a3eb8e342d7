"""Refusals: what went wrong with a request, and the envelope that says so."""

from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]

MOST_FAULTS = 20
_KINDS = {401: "authentication", 403: "permission", 404: "not_found", 409: "conflict", 412: "conflict"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a request, at a JSON pointer into one of its parts."""

    pointer: str
    code: str
    message: str
    part: str = "body"


@dataclass(slots=True)
class Refusal(Exception):
    """A request that is not performed."""

    status: int
    code: str
    message: str
    faults: list[Fault] = field(default_factory=list)
    param: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def invalid(faults: list[Fault]) -> Refusal:
    """Return the 400 for some faults."""
    return Refusal(400, "validation_failed", f"{len(faults)} thing(s) to correct.", faults, faults[0].pointer)


def pointer(*steps: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of some steps from the root."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def envelope(refusal: Refusal, event_id: str) -> Document:
    """Return the error envelope."""
    kind = "server" if refusal.status >= 500 else _KINDS.get(refusal.status, "invalid_request")
    error: Document = {"message": refusal.message, "code": refusal.code, "type": kind}
    if refusal.param is not None:
        error["param"] = refusal.param
    rows = [
        {"message": fault.message, "code": fault.code, "pointer": fault.pointer, "in": fault.part}
        for fault in refusal.faults[:MOST_FAULTS]
    ]
    return {
        "error": error,
        "extra_fields": {"errors": rows} if rows else {},
        "status_code": refusal.status,
        "is_bifrost_error": False,
        "event_id": event_id,
    }
