"""Statements about API keys."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from domain.errors import Conflict, NotFound
from domain.records import ApiKey, NewApiKey
from store.sql.connections import Statements
from store.sql.json_columns import dump_texts, load_texts
from store.sql.prepared import Prepared
from store.sql.tables import api_keys
from store.sql.uniqueness import conflict_if_taken

_BY_HASH = Prepared(select(api_keys).where(api_keys.c.secret_hash == bindparam("secret_hash")))


class SqlApiKeys(Statements):
    """Reads and writes API keys; see `store.api.ApiKeyWriter`."""

    def find(self, secret_hash: bytes) -> ApiKey | None:
        """Return the key with this SHA-256, or None."""
        row = _BY_HASH.one_or_none(self._connection, secret_hash=secret_hash)
        return None if row is None else _api_key(row)

    def get(self, key_id: int) -> ApiKey:
        """Return a key."""
        row = self._connection.execute(select(api_keys).where(api_keys.c.id == key_id)).one_or_none()
        if row is None:
            raise NotFound("API key", key_id)
        return _api_key(row)

    def list(self) -> Sequence[ApiKey]:
        """Return all keys, ordered by id."""
        return [_api_key(row) for row in self._connection.execute(select(api_keys).order_by(api_keys.c.id))]

    def add(self, key: NewApiKey) -> ApiKey:
        """Keep a new key."""
        if self.find(key.secret_hash) is not None:
            raise Conflict("API key", "secret", key.key_prefix)
        values = {part.name: getattr(key, part.name) for part in fields(key)}
        values["scopes"] = dump_texts(key.scopes)
        statement = insert(api_keys).values(values).returning(*api_keys.c)
        with conflict_if_taken(self._connection, Conflict("API key", "name", key.name)):
            return _api_key(self._connection.execute(statement).one())

    def revoke(self, name: str, at: datetime) -> ApiKey:
        """Revoke the key of this name."""
        statement = (
            update(api_keys)
            .where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=at)
            .returning(*api_keys.c)
        )
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            raise NotFound("API key", name)
        return _api_key(row)


def _api_key(row: Any) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        secret_hash=row.secret_hash,
        key_prefix=row.key_prefix,
        scopes=load_texts(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
