"""Which clause a difference breaks: by what differs, and by the call after which it did."""

from dataclasses import dataclass

UNSEEN = "AP-GET-006"
"""What a difference breaks that shows though nothing was called."""

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

_OF_THE_TARGET = {
    ("createAccessProfile", "is_active"): "AP-CRE-009",
    ("createAccessProfile", "version"): "AP-CRE-008",
    ("cloneAccessProfile", "fields"): "AP-CLO-001",
    ("cloneAccessProfile", "is_active"): "AP-CLO-004",
    ("cloneAccessProfile", "version"): "AP-CLO-003",
    ("cloneAccessProfile", "roles"): "AP-CLO-009",
    ("cloneAccessProfile", "user_count"): "AP-CLO-009",
    ("updateAccessProfile", "fields"): "AP-UPD-001",
    ("updateAccessProfile", "version"): "AP-UPD-006",
    ("deactivateAccessProfile", "is_active"): "AP-DEA-001",
    ("activateAccessProfile", "version"): "AP-ACT-004",
    ("deactivateAccessProfile", "version"): "AP-DEA-004",
    ("activateAccessProfile", "times"): "AP-ACT-004",
    ("deactivateAccessProfile", "times"): "AP-DEA-004",
    ("attachRolesToAccessProfile", "is_active"): "AP-ATT-005",
    ("attachRolesToAccessProfile", "roles"): "AP-ATT-001",
    ("detachRoleFromAccessProfile", "roles"): "AP-DET-001",
}
"""What is stated of the very template that the call was about."""

_OF_ANY = {
    ("cloneAccessProfile", "fields"): "AP-CLO-008",
    ("cloneAccessProfile", "version"): "AP-CLO-008",
    ("cloneAccessProfile", "is_active"): "AP-CLO-008",
    ("updateAccessProfile", "copy"): "AP-UPD-015",
    ("updateAccessProfile", "copies"): "AP-UPD-015",
    ("deactivateAccessProfile", "copy"): "AP-DEA-005",
    ("deactivateAccessProfile", "copies"): "AP-DEA-005",
    ("deactivateAccessProfile", "virtual keys"): "AP-DEA-005",
    ("deleteAccessProfile", "list"): "AP-DEL-001",
    ("deleteAccessProfile", "role"): "AP-DEL-005",
    ("attachRolesToAccessProfile", "roles"): "AP-ATT-008",
    ("attachRolesToAccessProfile", "user_count"): "AP-ATT-006",
    ("attachRolesToAccessProfile", "copies"): "AP-ATT-006",
    ("attachRolesToAccessProfile", "version"): "AP-VER-005",
    ("attachRolesToAccessProfile", "audit rows"): "AP-AUD-013",
    ("detachRoleFromAccessProfile", "user_count"): "AP-DET-003",
    ("detachRoleFromAccessProfile", "copies"): "AP-DET-003",
    ("detachRoleFromAccessProfile", "copy"): "AP-DET-003",
    ("detachRoleFromAccessProfile", "version"): "AP-VER-005",
    ("detachRoleFromAccessProfile", "audit rows"): "AP-AUD-013",
    ("propagateAccessProfile", "copy"): "AP-PRO-001",
    ("propagateAccessProfile", "version"): "AP-VER-005",
    ("propagateAccessProfile", "audit rows"): "AP-AUD-013",
    ("createUser", "copies"): "USR-CRE-003",
    ("createUser", "user_count"): "USR-CRE-003",
    ("updateUserRole", "copies"): "USR-ROL-001",
    ("updateUserRole", "user_count"): "USR-ROL-001",
    ("updateUserRole", "virtual keys"): "USR-ROL-001",
    ("deleteUser", "user_count"): "USR-DEL-001",
    ("deleteRole", "roles"): "ROL-DEL-001",
    ("deleteRole", "user"): "ROL-DEL-002",
    ("deleteRole", "copies"): "ROL-DEL-002",
    ("deleteRole", "copy"): "ROL-DEL-002",
    ("updateRole", "roles"): "ROL-UPD-001",
    ("assignUserAccessProfile", "user_count"): "AP-ASG-001",
    ("assignUserAccessProfile", "copies"): "AP-ASG-001",
    ("detachUserAccessProfile", "user_count"): "AP-UDT-001",
    ("detachUserAccessProfile", "copies"): "AP-UDT-001",
    ("detachUserAccessProfile", "copy"): "AP-UDT-004",
    ("detachUserAccessProfile", "virtual keys"): "AP-UDT-002",
    ("updateUserAccessProfileBudgetOverride", "copy"): "AP-OVR-001",
    ("deleteUserAccessProfileBudgetOverride", "copy"): "AP-OVD-001",
    ("addUserAccessProfileVirtualKey", "copy"): "AP-VKA-002",
    ("addUserAccessProfileVirtualKey", "virtual keys"): "AP-VKA-002",
    ("addUserVirtualKey", "copy"): "VK-ADD-001",
    ("addUserVirtualKey", "virtual keys"): "VK-ADD-001",
    ("deleteUserAccessProfileVirtualKey", "copy"): "AP-VKD-001",
    ("deleteUserAccessProfileVirtualKey", "virtual keys"): "AP-VKD-001",
}
"""What is stated of everything else that the call may or may not touch."""

_OF_NO_CHANGE = {
    ("updateAccessProfile", "version"): "AP-UPD-007",
    ("updateAccessProfile", "times"): "AP-UPD-007",
    ("deactivateAccessProfile", "audit rows"): "AP-DEA-002",
    ("activateAccessProfile", "audit rows"): "AP-ACT-002",
}

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
