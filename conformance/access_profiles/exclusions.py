"""Constraints whose boundary a clause puts out of reach."""

import re

EXCLUSIONS = {
    re.compile(r"S\.createApiKey\.body\.scopes\[\]\.(?:minLength|maxLength)"): (
        "KEY-CRE-004: only a scope that an operation asks for is accepted"
    ),
}
"""For what the ids of such constraints look like: why no request stands at the boundary."""

# VK-ADD-002, AP-PRO-004: what these bodies name need not be there.
_MAY_MISS = re.compile(
    r"S\.addUserVirtualKey\.body\.profile_id\.(?:minimum|maximum)"
    r"|S\.propagateAccessProfile\.body\.user_ids\[\]\.(?:minLength|maxLength)"
)


def exclusion(constraint_id: str) -> str | None:
    """Return why no request can stand at the boundary of a constraint; None when one can."""
    return next((why for ids, why in EXCLUSIONS.items() if ids.fullmatch(constraint_id)), None)


def may_miss(constraint_id: str) -> bool:
    """Return whether a body at the boundary names something that need not be there: 404 accepts it."""
    return _MAY_MISS.fullmatch(constraint_id) is not None
