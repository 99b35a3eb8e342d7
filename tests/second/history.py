"""What was: the versions of profiles, and the audit log."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from tests.second.faults import Document
from tests.second.lines import fresh_id, instant

_CHANGING = {"current_usage", "token_current_usage", "request_current_usage", "last_reset"}


@dataclass(slots=True)
class AuditLog:
    """The audit rows of all profiles, the oldest first."""

    rows: list[Document] = field(default_factory=list)

    def write(
        self,
        profile_id: int,
        action: str,
        actor: str,
        now: datetime,
        values: tuple[Document | None, Document | None] = (None, None),
    ) -> None:
        """Add a row; `values` are what was and what is now."""
        previous, present = (None if value is None else json.dumps(value) for value in values)
        row = {
            "created_at": instant(now),
            "action": action,
            "actor": actor,
            "access_profile_id": profile_id,
            "user_id": None,
            "previous_values": previous,
            "new_values": present,
            "metadata": None,
            "id": fresh_id(),
        }
        self.rows.append(row)

    def matching(self, profile_id: int | None, action: str | None, user_id: str | None) -> list[Document]:
        """Return the rows that match every filter that is given, the newest first."""
        wanted = {"access_profile_id": profile_id, "action": action, "user_id": user_id}
        asked = {name: value for name, value in wanted.items() if value is not None}
        return [row for row in reversed(self.rows) if asked.items() <= row.items()]


def version(profile_id: int, number: int, content: Document, actor: str, now: datetime) -> Document:
    """Return a version with the snapshot of a profile's content."""
    return {
        "version": number,
        "access_profile_id": profile_id,
        "changed_by": actor,
        "created_at": instant(now),
        "name": content["name"],
        "description": content["description"],
        "snapshot": json.dumps(_settled(content), ensure_ascii=False),
        "id": fresh_id(),
    }


def _settled(value: object) -> object:
    """Return a document without what the clock and the traffic change in it."""
    if isinstance(value, dict):
        return {name: _settled(member) for name, member in value.items() if name not in _CHANGING}
    return [_settled(item) for item in value] if isinstance(value, list) else value
