"""API keys and virtual keys: their form, and the form in which they are kept."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.records import NewApiKey, VirtualKey

API_KEY_START = "bfst-"
API_KEY_SECRET = 44
"""Characters of an API key after its start: about 262 bits."""

API_KEY_SHOWN = 8

VIRTUAL_KEY_START = "sk-bf-"
VIRTUAL_KEY_SECRET = 32
"""Characters of a virtual key after its start: about 190 bits."""

VIRTUAL_KEY_SHOWN = 4

ALL_SCOPES = "*"

RandomText: TypeAlias = Callable[[int], str]
"""Gives so many random letters and digits that nobody can guess."""


@dataclass(frozen=True, slots=True)
class IssuedApiKey:
    """A new API key: the record to keep, and the key itself, to be shown once."""

    record: NewApiKey
    key: str


@dataclass(frozen=True, slots=True)
class IssuedVirtualKey:
    """A new virtual key: the record to keep, and the value itself, to be shown once."""

    record: VirtualKey
    value: str


def hash_key(key: str) -> bytes:
    """Return the form in which a key is kept.

    A plain SHA-256 is right for a secret of 190 or more random bits: there is nothing to guess, and a slow
    hash would only slow every request down.
    """
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def issue_api_key(
    name: str,
    scopes: Sequence[str],
    *,
    random_text: RandomText,
    now: datetime,
    expires_at: datetime | None = None,
) -> IssuedApiKey:
    """Make an API key: `bfst-` and 44 random letters and digits."""
    secret = random_text(API_KEY_SECRET)
    key = API_KEY_START + secret
    record = NewApiKey(
        name=name,
        secret_hash=hash_key(key),
        key_prefix=f"{API_KEY_START}{secret[:API_KEY_SHOWN]}...",
        scopes=tuple(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    return IssuedApiKey(record, key)


def issue_virtual_key(
    key_id: str,
    name: str,
    description: str | None,
    *,
    user_id: str,
    copy_id: int,
    random_text: RandomText,
    now: datetime,
) -> IssuedVirtualKey:
    """Make a virtual key of a user's copy: `sk-bf-` and 32 random letters and digits."""
    secret = random_text(VIRTUAL_KEY_SECRET)
    value = VIRTUAL_KEY_START + secret
    record = VirtualKey(
        id=key_id,
        user_id=user_id,
        user_access_profile_id=copy_id,
        name=name,
        description=description,
        secret_hash=hash_key(value),
        masked_value=f"{VIRTUAL_KEY_START}{secret[:VIRTUAL_KEY_SHOWN]}...{secret[-VIRTUAL_KEY_SHOWN:]}",
        created_at=now,
    )
    return IssuedVirtualKey(record, value)
