"""What every store promises of API keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.records import ApiKey, NewApiKey


class ApiKeyReader(Protocol):
    """Reads API keys."""

    def find(self, secret_hash: bytes) -> ApiKey | None:
        """Return the key with this SHA-256, revoked and expired ones too, or None."""

    def get(self, key_id: int) -> ApiKey:
        """Return a key, revoked and expired ones too.

        Raises:
            NotFound: there is no such key.
        """

    def list(self) -> Sequence[ApiKey]:
        """Return all keys, revoked and expired ones too, ordered by id."""


class ApiKeyWriter(ApiKeyReader, Protocol):
    """Writes API keys."""

    def add(self, key: NewApiKey) -> ApiKey:
        """Keep a new key.

        Raises:
            Conflict: there is a key with this secret, or one that is not revoked with this name.
        """

    def revoke(self, name: str, at: datetime) -> ApiKey:
        """Revoke the key of this name; every process refuses it from its next request on.

        Raises:
            NotFound: no key that is not revoked has this name.
        """
