"""API keys and the audit log, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.errors import Conflict, NotFound
from domain.records import ApiKey, AuditLog, NewApiKey, NewAuditLog
from store.api import AuditFilter, Page
from store.memory.state import OnTables


class MemoryApiKeys(OnTables):
    """Reads and writes API keys; see `store.api.keys`."""

    def find(self, secret_hash: bytes) -> ApiKey | None:
        """Return the key with this SHA-256, or None."""
        return self._tables.state.api_keys.get(secret_hash)

    def get(self, key_id: int) -> ApiKey:
        """Return a key."""
        for row in self._tables.state.api_keys.values():
            if row.id == key_id:
                return row
        raise NotFound("API key", key_id)

    def list(self) -> Sequence[ApiKey]:
        """Return all keys, ordered by id."""
        return list(self._tables.state.api_keys.values())

    def add(self, key: NewApiKey) -> ApiKey:
        """Keep a new key."""
        if key.secret_hash in self._tables.state.api_keys:
            raise Conflict("API key", "secret", key.key_prefix)
        if self._live(key.name):
            raise Conflict("API key", "name", key.name)
        row = self._tables.numbered("api_keys", ApiKey, key, revoked_at=None)
        self._tables.change("api_keys")[row.secret_hash] = row
        return row

    def revoke(self, name: str, at: datetime) -> ApiKey:
        """Revoke the key of this name."""
        row = self._live(name)
        if row is None:
            raise NotFound("API key", name)
        revoked = replace(row, revoked_at=at)
        self._tables.change("api_keys")[row.secret_hash] = revoked
        return revoked

    def _live(self, name: str) -> ApiKey | None:
        rows = self._tables.state.api_keys.values()
        return next((row for row in rows if row.name == name and row.revoked_at is None), None)


class MemoryAudit(OnTables):
    """Reads and writes the audit log; see `store.api.audit`."""

    def list(self, audit_filter: AuditFilter, *, limit: int, offset: int) -> Page[AuditLog]:
        """Return one page, the newest first."""
        rows = [row for row in reversed(self._tables.state.audit.values()) if _matches(row, audit_filter)]
        return Page(rows=tuple(rows[offset : offset + limit]), total_count=len(rows))

    def add(self, row: NewAuditLog) -> AuditLog:
        """Keep a new row."""
        kept = self._tables.numbered("audit", AuditLog, row)
        self._tables.change("audit")[kept.id] = kept
        return kept


def _matches(row: AuditLog, audit_filter: AuditFilter) -> bool:
    return (
        audit_filter.access_profile_id in {None, row.access_profile_id}
        and audit_filter.action in {None, row.action}
        and audit_filter.user_id in {None, row.user_id}
    )
