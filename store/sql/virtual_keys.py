"""Statements about virtual keys."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import delete, insert, select

from domain.errors import Conflict, NotFound
from domain.records import VirtualKey
from store.sql.connections import Statements
from store.sql.references import is_kept
from store.sql.tables import user_access_profiles, virtual_keys
from store.sql.uniqueness import conflict_if_taken

KIND = "virtual key"


class SqlVirtualKeys(Statements):
    """Reads and writes virtual keys; see `store.api.people`."""

    def get(self, key_id: str) -> VirtualKey:
        """Return a virtual key."""
        statement = select(virtual_keys).where(virtual_keys.c.id == key_id)
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            raise NotFound(KIND, key_id)
        return VirtualKey(**row._asdict())

    def find(self, secret_hash: bytes) -> VirtualKey | None:
        """Return the virtual key with this SHA-256, or None."""
        statement = select(virtual_keys).where(virtual_keys.c.secret_hash == secret_hash)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else VirtualKey(**row._asdict())

    def of_user(self, user_id: str) -> Sequence[VirtualKey]:
        """Return the virtual keys of a user, the oldest first."""
        statement = (
            select(virtual_keys)
            .where(virtual_keys.c.user_id == user_id)
            .order_by(virtual_keys.c.created_at, virtual_keys.c.id)
        )
        return [VirtualKey(**row._asdict()) for row in self._connection.execute(statement)]

    def add(self, key: VirtualKey) -> None:
        """Keep a new virtual key."""
        copy = select(user_access_profiles.c.id).where(
            user_access_profiles.c.id == key.user_access_profile_id,
            user_access_profiles.c.user_id == key.user_id,
        )
        if self._connection.execute(copy).first() is None:
            raise NotFound("copy", key.user_access_profile_id)
        if is_kept(self._connection, virtual_keys, key.id):
            raise Conflict(KIND, "id", key.id)
        if self.find(key.secret_hash) is not None:
            raise Conflict(KIND, "secret", key.masked_value)
        values = {part.name: getattr(key, part.name) for part in fields(key)}
        with conflict_if_taken(self._connection, Conflict(KIND, "name", key.name)):
            self._connection.execute(insert(virtual_keys).values(values))

    def delete(self, key_id: str) -> None:
        """Remove a virtual key."""
        if self._connection.execute(delete(virtual_keys).where(virtual_keys.c.id == key_id)).rowcount == 0:
            raise NotFound(KIND, key_id)
