"""Which clause a difference breaks: by what differs, and by the call after which it did."""

from dataclasses import dataclass

UNSEEN = "AP-GET-006"
"""What a difference breaks that shows though nothing was called."""


def _by_aspect(*rows: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """Return the clause by operation and aspect, from rows of an operation, a clause, and its aspects."""
    return {(operation_id, aspect): clause for operation_id, clause, *aspects in rows for aspect in aspects}


_ANSWERED = {
    "createAccessProfile": "AP-CRE-001",
    "updateAccessProfile": "AP-UPD-006",
    "cloneAccessProfile": "AP-CLO-001",
    "activateAccessProfile": "AP-ACT-001",
    "deactivateAccessProfile": "AP-DEA-001",
    "deleteAccessProfile": "AP-DEL-001",
    "attachRolesToAccessProfile": "AP-ATT-001",
    "detachRoleFromAccessProfile": "AP-DET-001",
    "propagateAccessProfile": "AP-PRO-003",
    "createRole": "ROL-CRE-001",
    "updateRole": "ROL-UPD-001",
    "deleteRole": "ROL-DEL-001",
    "createUser": "USR-CRE-001",
    "updateUserRole": "USR-ROL-001",
    "updateUserGroups": "USR-GRP-001",
    "deleteUser": "USR-DEL-001",
    "assignUserAccessProfile": "AP-ASG-001",
    "detachUserAccessProfile": "AP-UDT-001",
    "updateUserAccessProfileBudgetOverride": "AP-OVR-001",
    "deleteUserAccessProfileBudgetOverride": "AP-OVD-001",
    "addUserAccessProfileVirtualKey": "AP-VKA-002",
    "deleteUserAccessProfileVirtualKey": "AP-VKD-001",
    "addUserVirtualKey": "VK-ADD-001",
}
"""What the answer of each call is held to, when it is to be a success."""

_IN_GENERAL = {
    "fields": "AP-CRE-001",
    "is_active": "AP-ACT-001",
    "version": "AP-VER-001",
    "times": "AP-UPD-006",
    "roles": "AP-GET-004",
    "user_count": "AP-GET-005",
    "row of the list": "AP-LST-013",
    "list": "AP-LST-001",
    "totals": "AP-LST-002",
    "versions": "AP-VER-001",
    "snapshot": "AP-VER-003",
    "audit rows": "AP-AUD-001",
    "copies": "AP-UAP-001",
    "copy": "AP-UAP-002",
    "virtual keys": "VK-LST-001",
    "role": "ROL-GET-001",
    "members": "ROL-GET-002",
    "user": "USR-CRE-001",
}

_OF_THE_TARGET = _by_aspect(
    ("createAccessProfile", "AP-CRE-009", "is_active"),
    ("createAccessProfile", "AP-CRE-008", "version"),
    ("cloneAccessProfile", "AP-CLO-001", "fields"),
    ("cloneAccessProfile", "AP-CLO-004", "is_active"),
    ("cloneAccessProfile", "AP-CLO-003", "version"),
    ("cloneAccessProfile", "AP-CLO-009", "roles", "user_count"),
    ("updateAccessProfile", "AP-UPD-001", "fields"),
    ("updateAccessProfile", "AP-UPD-006", "version"),
    ("deactivateAccessProfile", "AP-DEA-001", "is_active"),
    ("activateAccessProfile", "AP-ACT-004", "version", "times"),
    ("deactivateAccessProfile", "AP-DEA-004", "version", "times"),
    ("attachRolesToAccessProfile", "AP-ATT-005", "is_active"),
    ("attachRolesToAccessProfile", "AP-ATT-001", "roles"),
    ("detachRoleFromAccessProfile", "AP-DET-001", "roles"),
)
"""What is stated of the very template that the call was about."""

_OF_ANY = _by_aspect(
    ("cloneAccessProfile", "AP-CLO-008", "fields", "version", "is_active"),
    ("updateAccessProfile", "AP-UPD-015", "copy", "copies"),
    ("deactivateAccessProfile", "AP-DEA-005", "copy", "copies", "virtual keys"),
    ("deleteAccessProfile", "AP-DEL-001", "list"),
    ("deleteAccessProfile", "AP-DEL-005", "role"),
    ("attachRolesToAccessProfile", "AP-ATT-008", "roles"),
    ("attachRolesToAccessProfile", "AP-ATT-006", "user_count", "copies"),
    ("attachRolesToAccessProfile", "AP-VER-005", "version"),
    ("attachRolesToAccessProfile", "AP-AUD-013", "audit rows"),
    ("detachRoleFromAccessProfile", "AP-DET-003", "user_count", "copies", "copy"),
    ("detachRoleFromAccessProfile", "AP-VER-005", "version"),
    ("detachRoleFromAccessProfile", "AP-AUD-013", "audit rows"),
    ("propagateAccessProfile", "AP-PRO-001", "copy"),
    ("propagateAccessProfile", "AP-VER-005", "version"),
    ("propagateAccessProfile", "AP-AUD-013", "audit rows"),
    ("createUser", "USR-CRE-003", "copies", "user_count"),
    ("updateUserRole", "USR-ROL-001", "copies", "user_count", "virtual keys"),
    ("deleteUser", "USR-DEL-001", "user_count"),
    ("deleteRole", "ROL-DEL-001", "roles"),
    ("deleteRole", "ROL-DEL-002", "user", "copies", "copy"),
    ("updateRole", "ROL-UPD-001", "roles"),
    ("assignUserAccessProfile", "AP-ASG-001", "user_count", "copies"),
    ("detachUserAccessProfile", "AP-UDT-001", "user_count", "copies"),
    ("detachUserAccessProfile", "AP-UDT-004", "copy"),
    ("detachUserAccessProfile", "AP-UDT-002", "virtual keys"),
    ("updateUserAccessProfileBudgetOverride", "AP-OVR-001", "copy"),
    ("deleteUserAccessProfileBudgetOverride", "AP-OVD-001", "copy"),
    ("addUserAccessProfileVirtualKey", "AP-VKA-002", "copy", "virtual keys"),
    ("addUserVirtualKey", "VK-ADD-001", "copy", "virtual keys"),
    ("deleteUserAccessProfileVirtualKey", "AP-VKD-001", "copy", "virtual keys"),
)
"""What is stated of everything else that the call may or may not touch."""

_OF_NO_CHANGE = _by_aspect(
    ("updateAccessProfile", "AP-UPD-007", "version", "times"),
    ("deactivateAccessProfile", "AP-DEA-002", "audit rows"),
    ("activateAccessProfile", "AP-ACT-002", "audit rows"),
)

_EVENTS = (
    "assignUserAccessProfile",
    "detachUserAccessProfile",
    "updateUserAccessProfileBudgetOverride",
    "deleteUserAccessProfileBudgetOverride",
    "addUserAccessProfileVirtualKey",
    "deleteUserAccessProfileVirtualKey",
    "addUserVirtualKey",
    "createUser",
    "updateUserRole",
    "deleteUser",
)


@dataclass(frozen=True, slots=True)
class Act:
    """The last call of a history that was to change something.

    Attributes:
        targets: the labels of the templates that it was about.
        refused: whether it was to be refused.
        changed: whether it was to change anything.
        dry: whether it was a dry run.
    """

    operation_id: str | None = None
    targets: frozenset[str] = frozenset()
    refused: bool = False
    changed: bool = True
    dry: bool = False


def of_answer(operation_id: str) -> str:
    """Return the clause that says that a call succeeds."""
    return _ANSWERED[operation_id]


def of_difference(aspect: str, act: Act, label: str | None = None) -> str:
    """Return the clause that a difference breaks: in `aspect`, of the template or thing called `label`."""
    if act.operation_id is None:
        return UNSEEN
    if act.refused:
        return "AP-AUD-002" if aspect == "audit rows" else "ERR-003"
    if act.dry:
        return "AP-PRO-002"
    key = (act.operation_id, aspect)
    if not act.changed:
        found = _OF_NO_CHANGE.get(key) or ("AP-AUD-003" if aspect == "audit rows" else None)
        if found:
            return found
    if aspect == "audit rows" and act.operation_id in _EVENTS:
        return "AP-AUD-007"
    if label in act.targets and key in _OF_THE_TARGET:
        return _OF_THE_TARGET[key]
    return _OF_ANY.get(key) or _IN_GENERAL[aspect]


def cited() -> frozenset[str]:
    """Return every clause that this module can name."""
    tables = (_ANSWERED, _IN_GENERAL, _OF_THE_TARGET, _OF_ANY, _OF_NO_CHANGE)
    named = {clause_id for table in tables for clause_id in table.values()}
    return frozenset(named | {UNSEEN, "AP-AUD-002", "AP-AUD-003", "AP-AUD-007", "AP-PRO-002", "ERR-003"})
