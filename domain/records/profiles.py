"""Templates, their versions and attachments, and what the audit log keeps of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.records.policy import Policy


class AuditAction(StrEnum):
    """What an audit row tells of."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    PROPAGATE = "propagate"
    ATTACH_ROLE = "attach_role"
    DETACH_ROLE = "detach_role"
    CLONE = "clone"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"


@dataclass(frozen=True, slots=True)
class NewAccessProfile:
    """A template that no store has numbered yet."""

    name: str
    description: str | None
    tags: tuple[str, ...]
    policy: Policy
    created_at: datetime
    is_active: bool = False


@dataclass(frozen=True, slots=True)
class AccessProfile:
    """A template: policy under a unique name, versioned.

    Attributes:
        deactivated_by_operator: whether it is inactive because someone said so. One that is inactive because
            it is new becomes active with its first role.
    """

    id: int
    name: str
    description: str | None
    tags: tuple[str, ...]
    is_active: bool
    version: int
    policy: Policy
    created_at: datetime
    updated_at: datetime
    deactivated_by_operator: bool = False


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version of a template to keep: how it stood after a change.

    Attributes:
        snapshot: the template as JSON, without usage and times.
        changed_by: the name of the API key.
    """

    access_profile_id: int
    version: int
    name: str
    description: str | None
    snapshot: str
    changed_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AccessProfileVersion:
    """A version of a template as it is kept; see `NewVersion`."""

    id: int
    access_profile_id: int
    version: int
    name: str
    description: str | None
    snapshot: str
    changed_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RoleAttachment:
    """That a role gives a profile to its members; a default one does so as soon as they get the role."""

    id: int
    access_profile_id: int
    role_id: int
    role_name: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class NewAuditLog:
    """An audit row to keep.

    Attributes:
        access_profile_id: the template, which may be gone.
        user_id: the user whom the change affects, if there is one.
        actor: the name of the API key.
        previous_values: what was, as JSON.
        new_values: what is now, as JSON.
        metadata: what else there is to say, as JSON.
    """

    access_profile_id: int | None
    actor: str
    action: AuditAction
    created_at: datetime
    user_id: str | None = None
    previous_values: str | None = None
    new_values: str | None = None
    metadata: str | None = None


@dataclass(frozen=True, slots=True)
class AuditLog:
    """An audit row as it is kept; see `NewAuditLog`."""

    id: int
    access_profile_id: int | None
    user_id: str | None
    actor: str
    action: AuditAction
    previous_values: str | None
    new_values: str | None
    metadata: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProfileDetail:
    """A profile with its attachments and the number of users who hold a copy."""

    profile: AccessProfile
    roles: tuple[RoleAttachment, ...]
    user_count: int
