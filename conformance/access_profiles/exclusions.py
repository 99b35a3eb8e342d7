"""The rules of the clauses that a body must keep beside its schema, and what they make impossible."""

import re
from dataclasses import dataclass
from typing import Any

_WINDOWS = ("token", "request")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A constraint of which one side cannot be tried alone.

    Attributes:
        ids: what the ids of these constraints look like.
        side: `kept` when no request can stand at the boundary, so that a plain good one stands for it;
            `broken` when no request can break it.
    """

    ids: re.Pattern[str]
    side: str
    reason: str


_UNSAFE = "(?:update|delete|activate|deactivate|clone|propagate|attach|detach|revoke|add|assign)"


def _exclusion(ids: str, side: str, reason: str) -> Exclusion:
    return Exclusion(re.compile(ids), side, reason)


EXCLUSIONS = (
    _exclusion(r"S\.\w+\.path\.\w+\.minLength", "broken", "a path with an empty id is another path"),
    _exclusion(
        rf"S\.{_UNSAFE}\w+\.path\.(?:(?:profile_id|role_id|key_id)\.minimum|user_id\.minLength)",
        "kept",
        "what has the least id may belong to somebody else: it is tried where nothing has that id",
    ),
    _exclusion(
        r"S\.attachRolesToAccessProfile\.body\.role_ids\[\]\.(?:minimum|maximum)",
        "kept",
        "AP-ATT-003: only a role that exists is accepted",
    ),
    _exclusion(
        r"S\.(?:createUser|updateUserRole)\.body\.role_id\.(?:minimum|maximum)",
        "kept",
        "USR-CRE-002, USR-ROL-004: only a role that exists is accepted",
    ),
    _exclusion(
        r"S\.assignUserAccessProfile\.body\.profile_id\.(?:minimum|maximum)",
        "kept",
        "AP-ASG-004: only a profile that exists is accepted",
    ),
    _exclusion(
        r"S\.createApiKey\.body\.scopes\[\]\.(?:minLength|maxLength)",
        "kept",
        "KEY-CRE-004: only a scope that an operation asks for is accepted",
    ),
)

# An id at the edge of its range is a good one, of which there is nothing. VK-ADD-002 says so of a body.
_MAY_MISS = re.compile(
    r"S\.\w+\.path\..+\.(?:minimum|maximum|minLength|maxLength)"
    r"|S\.addUserVirtualKey\.body\.profile_id\.(?:minimum|maximum)"
)


def exclusion(constraint_id: str, side: str) -> str | None:
    """Why one side of a constraint cannot be tried alone; None when it can."""
    return next((e.reason for e in EXCLUSIONS if e.side == side and e.ids.fullmatch(constraint_id)), None)


def may_miss(constraint_id: str) -> bool:
    """Whether a value at the boundary names something that need not be there, so that 404 accepts it."""
    return _MAY_MISS.fullmatch(constraint_id) is not None


def made_legal(value: Any) -> Any:
    """A body with what the clauses demand beside what stands in it."""
    if isinstance(value, list):
        return [made_legal(item) for item in value]
    if not isinstance(value, dict):
        return value
    body = {name: made_legal(member) for name, member in value.items()}
    if isinstance(body.get("rate_limit"), dict):
        body["rate_limit"] = _rate_limit(body["rate_limit"])
    if "reset_config" in body and "reset_duration" in body:
        # AP-CRE-020
        body["reset_duration"] = "1Q"
    if body.get("mode") == "cycles":
        # AP-OVR-005
        body.setdefault("cycles", 1)
        if body["cycles"] == 0 and body["cycles"] is not False:
            body["mode"] = "forever"
    return body


def _rate_limit(stated: dict[str, Any]) -> dict[str, Any]:
    """AP-CRE-019: a maximum and its duration go together, and there is at least one maximum."""
    limit = {**stated}
    for window in _WINDOWS:
        most, duration = f"{window}_max_limit", f"{window}_reset_duration"
        if limit.get(most) is not None:
            limit.setdefault(duration, "1h")
        elif duration in limit:
            limit[most] = 1
    if all(limit.get(f"{window}_max_limit") is None for window in _WINDOWS):
        window = next((w for w in _WINDOWS if f"{w}_max_limit" not in limit), "token")
        limit |= {f"{window}_max_limit": 1, f"{window}_reset_duration": "1h"}
    return limit
