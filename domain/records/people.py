"""Roles, users and groups, what users hold, and API keys."""

from dataclasses import dataclass
from datetime import datetime

from domain.records.policy import Policy


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the organisation."""

    id: int
    name: str
    description: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A person who may hold copies of profiles. The id is the organisation's own."""

    id: str
    name: str
    email: str
    role_id: int | None
    created_at: datetime
    group_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A group of users. The id is the organisation's own."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class NewUserAccessProfile:
    """A user's copy that no store has numbered yet.

    Attributes:
        granted_by_role_id: the role that gave it; None when it was given directly or the role is gone.
    """

    user_id: str
    parent_profile_id: int
    name: str
    policy: Policy
    created_at: datetime
    is_active: bool = True
    expires_at: datetime | None = None
    granted_by_role_id: int | None = None


@dataclass(frozen=True, slots=True)
class UserAccessProfile:
    """A user's copy of a profile, with ids, windows and usage of its own.

    Attributes:
        parent_profile_id: the template; None when it is gone.
    """

    id: int
    user_id: str
    parent_profile_id: int | None
    name: str
    policy: Policy
    created_at: datetime
    is_active: bool
    expires_at: datetime | None
    granted_by_role_id: int | None

    def is_usable(self, now: datetime) -> bool:
        """Return whether the copy is active and has not expired."""
        return self.is_active and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class VirtualKey:
    """The credential that a user sends to inference, made by a copy.

    Attributes:
        id: the organisation-wide id.
        user_access_profile_id: the copy that made it; the key goes when the copy goes.
        name: unique among all virtual keys.
        secret_hash: SHA-256 of the key, 32 octets. The key itself is never kept.
        masked_value: the key with its middle left out, for display.
    """

    id: str
    user_id: str
    user_access_profile_id: int
    name: str
    description: str | None
    secret_hash: bytes
    masked_value: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """An API key to keep.

    Attributes:
        name: unique among the keys that are not revoked.
        secret_hash: SHA-256 of the key, 32 octets. The key itself is never kept.
        key_prefix: its first characters, for display.
        scopes: permission ids (`Resource:Operation`), or `*` for all.
    """

    name: str
    secret_hash: bytes
    key_prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as it is kept; see `NewApiKey`."""

    id: int
    name: str
    secret_hash: bytes
    key_prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
