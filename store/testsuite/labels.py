"""Names for ids that hold on two stores.

Stores give ids as they like, if only they ascend: after a write that was undone one leaves a gap and another
does not. A label is the number of the row among those of its kind, in the order in which they were added.
"""

import re
from collections import defaultdict
from dataclasses import fields, is_dataclass
from typing import Any

from domain.errors import DomainError
from domain.records import (
    AccessProfile,
    AccessProfileVersion,
    ApiKey,
    AuditLog,
    Policy,
    Role,
    RoleAttachment,
    UserAccessProfile,
)
from store.testsuite.samples import UNKNOWN

NUMBERED: dict[type, str] = {
    AccessProfile: "access profile",
    AccessProfileVersion: "version",
    ApiKey: "API key",
    AuditLog: "audit row",
    Role: "role",
    RoleAttachment: "attachment",
    UserAccessProfile: "copy",
}
"""The kinds of rows that stores number."""

REFERENCES = {
    "access_profile_id": "access profile",
    "granted_by_role_id": "role",
    "parent_profile_id": "access profile",
    "role_id": "role",
    "user_access_profile_id": "copy",
}
"""Fields that hold the id of another row."""

RECENT = 4
"""How many of the last rows of a kind can be asked for."""

_TOLD = re.compile(r'\b(access profile|role|copy)( "?)(\d+)')


class Labels:
    """The ids that one store has given, of each kind in the order in which they were seen."""

    def __init__(self) -> None:
        self._seen: defaultdict[str, list[int]] = defaultdict(list)

    def copy(self) -> "Labels":
        """Return labels that can be gone back to."""
        copied = Labels()
        for kind, ids in self._seen.items():
            copied._seen[kind] = list(ids)
        return copied

    def may_be_id_of(self, kind: str, nth: int | None) -> int | None:
        """Return an id as `id_of` does, or none for none."""
        return None if nth is None else self.id_of(kind, nth)

    def id_of(self, kind: str, nth: int) -> int:
        """Return the id of one of the last rows of a kind, which may be deleted, or one that is unknown.

        Args:
            kind: the kind.
            nth: which one, from the last on; there may be fewer.
        """
        last = self._seen[kind][-RECENT:]
        return last[-1 - nth % len(last)] if last and nth < RECENT else UNKNOWN

    def described(self, value: object) -> object:
        """Return a value with labels in the place of ids; rows that were never seen get the next label."""
        if isinstance(value, DomainError):
            return type(value).__name__, _TOLD.sub(self._told, str(value))
        if isinstance(value, dict):
            return {key: self.described(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.described(each) for each in value]
        if is_dataclass(value) and not isinstance(value, Policy):
            row: dict[str, Any] = {part.name: getattr(value, part.name) for part in fields(value)}
            return type(value).__name__, {name: self._field(value, name, row[name]) for name in row}
        return value

    def _field(self, row: object, name: str, value: object) -> object:
        if name == "id" and type(row) in NUMBERED and isinstance(value, int):
            return self._label(NUMBERED[type(row)], value)
        if name in REFERENCES and isinstance(value, int):
            return self._known(REFERENCES[name], value)
        return self.described(value)

    def _label(self, kind: str, given: int) -> str:
        if given not in self._seen[kind]:
            self._seen[kind].append(given)
        return self._known(kind, given)

    def _known(self, kind: str, given: int) -> str:
        seen = self._seen[kind]
        return f"{kind} {seen.index(given)}" if given in seen else "unknown"

    def _told(self, found: re.Match[str]) -> str:
        kind, between, given = found.groups()
        return f"{kind}{between}{self._known(kind, int(given))}"
