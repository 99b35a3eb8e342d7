"""Constraints of which a rule of a clause makes one side impossible."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A constraint of which one side cannot be tried alone.

    Attributes:
        ids: what the ids of these constraints look like.
        side: `valid` when no request can stand at the boundary, so that a plain good one stands for it;
            `invalid` when no request can break it.
    """

    ids: re.Pattern[str]
    side: str
    reason: str


_UNSAFE = "(?:update|delete|activate|deactivate|clone|propagate|attach|detach|revoke|add|assign)"


def _exclusion(ids: str, side: str, reason: str) -> Exclusion:
    return Exclusion(re.compile(ids), side, reason)


EXCLUSIONS = (
    _exclusion(r"S\.\w+\.path\.\w+\.minLength", "invalid", "a path with an empty id is another path"),
    _exclusion(
        rf"S\.{_UNSAFE}\w+\.path\.(?:(?:profile_id|role_id|key_id)\.minimum|user_id\.minLength)",
        "valid",
        "what has the least id may belong to somebody else: it is tried where nothing has that id",
    ),
    _exclusion(
        r"S\.attachRolesToAccessProfile\.body\.role_ids\[\]\.(?:minimum|maximum)",
        "valid",
        "AP-ATT-003: only a role that exists is accepted",
    ),
    _exclusion(
        r"S\.(?:createUser|updateUserRole)\.body\.role_id\.(?:minimum|maximum)",
        "valid",
        "USR-CRE-002, USR-ROL-004: only a role that exists is accepted",
    ),
    _exclusion(
        r"S\.assignUserAccessProfile\.body\.profile_id\.(?:minimum|maximum)",
        "valid",
        "AP-ASG-004: only a profile that exists is accepted",
    ),
    _exclusion(
        r"S\.createApiKey\.body\.scopes\[\]\.(?:minLength|maxLength)",
        "valid",
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
