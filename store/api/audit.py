"""What every store promises of the audit log."""

from dataclasses import dataclass
from typing import Protocol

from domain.records import AuditLog, NewAuditLog
from store.api.pagination import Page


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which audit rows to list; the conditions that are set are joined by AND.

    Attributes:
        access_profile_id: the template that the row is about.
        action: the action. One that does not exist matches nothing.
        user_id: the user whom the change affects.
    """

    access_profile_id: int | None = None
    action: str | None = None
    user_id: str | None = None


class AuditReader(Protocol):
    """Reads the audit log."""

    def list(self, audit_filter: AuditFilter, *, limit: int, offset: int) -> Page[AuditLog]:
        """Return `limit` matching rows from the `offset`-th on, the newest first (by id, descending)."""


class AuditWriter(AuditReader, Protocol):
    """Writes the audit log. Rows are never changed, and outlive what they tell of."""

    def add(self, row: NewAuditLog) -> AuditLog:
        """Keep a new row."""
