"""How the FastAPI peers take API keys, whichever way they read them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import HTTPException

from bench.peers import tables


@dataclass(frozen=True, slots=True)
class Key:
    """What counts of a key, where no ORM reads it."""

    name: str
    scopes: list[str]
    expires_at: datetime | None
    revoked_at: datetime | None


def accepted(key: Key | tables.ApiKey | None, permission: str) -> str:
    """Return the name of a key that may do this; any other one is refused."""
    now = datetime.now(UTC)
    if key is None or key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        raise HTTPException(401, "The API key is not known.", {"WWW-Authenticate": "Bearer"})
    if not {"*", permission} & set(key.scopes):
        raise HTTPException(403, f"The API key has no {permission}.")
    return key.name
