"""What a clause puts out of reach: boundaries of constraints, and members of answers."""

import re

EXCLUSIONS = {
    re.compile(r"S\.createApiKey\.body\.scopes\[\]\.(?:minLength|maxLength)"): (
        "KEY-CRE-004: only a scope that an operation asks for is accepted"
    ),
}
"""For what the ids of such constraints look like: why no request stands at the boundary."""

UNFILLED = {
    re.compile(r"assignUserAccessProfile\.201/access_profile/.*/override_\w+"): "a new copy has no override",
    re.compile(r"assignUserAccessProfile\.201/access_profile/granted_by_role_id"): "no role gave the copy",
    re.compile(r"deleteUserAccessProfileBudgetOverride\.200/budget/override_\w+"): "AP-OVD-001: it is gone",
    re.compile(r"createApiKey\.201/api_key/revoked_at"): "a new key is not revoked",
    re.compile(r"propagateAccessProfile\.200/vk_sync_errors"): "no client can bring them about",
}
"""For what the places in answers look like that no server fills: why."""

# VK-ADD-002, AP-PRO-004: what these bodies name need not be there.
_MAY_MISS = re.compile(
    r"S\.addUserVirtualKey\.body\.profile_id\.(?:minimum|maximum)"
    r"|S\.propagateAccessProfile\.body\.user_ids\[\]\.(?:minLength|maxLength)"
)


def exclusion(constraint_id: str) -> str | None:
    """Return why no request can stand at the boundary of a constraint; None when one can."""
    return next((why for ids, why in EXCLUSIONS.items() if ids.fullmatch(constraint_id)), None)


def unfilled(place: str) -> str | None:
    """Return why no answer fills a place, as in `getRole.200/role/name`; None when one does."""
    return next((why for places, why in UNFILLED.items() if places.fullmatch(place)), None)


def may_miss(constraint_id: str) -> bool:
    """Return whether a body at the boundary names something that need not be there: 404 accepts it."""
    return _MAY_MISS.fullmatch(constraint_id) is not None
