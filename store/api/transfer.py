"""Everything that a store keeps, as records that any other store can keep.

What follows from other records is left out, and made again by the store that loads them: how many hold a
profile, the totals of lists, the name of an attachment's role, indexes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from domain.errors import DomainError
from domain.records import (
    AccessProfile,
    AccessProfileVersion,
    ApiKey,
    AuditLog,
    Group,
    Role,
    User,
    UserAccessProfile,
    VirtualKey,
)


class Numbered(StrEnum):
    """What stores number: kinds of records, and provider configs, which are part of a policy."""

    ROLE = "role"
    ACCESS_PROFILE = "access_profile"
    VERSION = "version"
    ATTACHMENT = "attachment"
    COPY = "copy"
    API_KEY = "api_key"
    AUDIT_LOG = "audit_log"
    PROVIDER_CONFIG = "provider_config"


@dataclass(frozen=True, slots=True)
class LastId:
    """The last id that was given, even if what it was given to is gone; 0 when there was none."""

    of: Numbered
    value: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """A profile's attachment to a role; see `domain.records.RoleAttachment`."""

    id: int
    access_profile_id: int
    role_id: int
    is_default: bool


Record: TypeAlias = (
    LastId
    | Role
    | Group
    | User
    | AccessProfile
    | AccessProfileVersion
    | Attachment
    | UserAccessProfile
    | VirtualKey
    | ApiKey
    | AuditLog
)

KINDS: Mapping[str, type[Record]] = {
    "last_id": LastId,
    "role": Role,
    "group": Group,
    "user": User,
    "access_profile": AccessProfile,
    "version": AccessProfileVersion,
    "attachment": Attachment,
    "copy": UserAccessProfile,
    "virtual_key": VirtualKey,
    "api_key": ApiKey,
    "audit_log": AuditLog,
}
"""Every kind of record, those that others refer to first."""

NAMES: Mapping[type[Record], str] = {record_type: kind for kind, record_type in KINDS.items()}

_ORDER = {record_type: position for position, record_type in enumerate(KINDS.values())}
_NUMBERED = tuple(Numbered)


class NotEmpty(DomainError):
    """The store that should be loaded keeps something already."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"The store is not empty: it has at least one {phrase(kind)}. Import into a store that has just "
            "been made by: access-profiles migrate"
        )


class Unloadable(DomainError):
    """A record cannot be loaded.

    Attributes:
        number: which one, counted from 1.
        reason: why, as a sentence.
    """

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"Record {number}: {reason}")
        self.number = number
        self.reason = reason


def phrase(kind: str) -> str:
    """Return the name of a kind as sentences have it."""
    return {"api_key": "API key"}.get(kind, kind.replace("_", " "))


def key_of(record: Record) -> int | str:
    """Return what records of a kind are ordered by."""
    return _NUMBERED.index(record.of) if isinstance(record, LastId) else record.id


def in_order(records: Iterable[Record]) -> Iterator[tuple[int, Record]]:
    """Yield records with their numbers, from 1 on, and check what every store that loads must check.

    Raises:
        Unloadable: a record is out of order, has an id above the last one that was given, or lists one
            thing twice.
    """
    last_ids: dict[str, int] = {}
    place, key = -1, None
    for number, record in enumerate(records, start=1):
        kind = NAMES[type(record)]
        own_place, own_key = _ORDER[type(record)], key_of(record)
        if own_place < place or (own_place == place and own_key <= key):  # type: ignore[operator]
            raise Unloadable(number, f"This {phrase(kind)} is out of order, or the second with its id.")
        place, key = own_place, own_key
        if isinstance(record, LastId):
            last_ids[record.of] = record.value
        elif isinstance(record.id, int) and record.id > last_ids.get(kind, 0):
            raise Unloadable(
                number, f"The {phrase(kind)} {record.id} has an id above the last one that was given."
            )
        if isinstance(record, User) and list(record.group_ids) != sorted(set(record.group_ids)):
            raise Unloadable(
                number, f"The groups of the user {record.id} are out of order, or not once each."
            )
        if isinstance(record, AccessProfile) and len(set(record.tags)) < len(record.tags):
            raise Unloadable(number, f"The access profile {record.id} has a tag twice.")
        yield number, record


def references(record: Record) -> Iterator[tuple[type[Record], int | str]]:
    """Yield what a record refers to: the type and the id of another record."""
    match record:
        case User():
            if record.role_id is not None:
                yield Role, record.role_id
            yield from ((Group, group_id) for group_id in record.group_ids)
        case AccessProfileVersion():
            yield AccessProfile, record.access_profile_id
        case Attachment():
            yield AccessProfile, record.access_profile_id
            yield Role, record.role_id
        case UserAccessProfile():
            yield User, record.user_id
            if record.parent_profile_id is not None:
                yield AccessProfile, record.parent_profile_id
            if record.granted_by_role_id is not None:
                yield Role, record.granted_by_role_id
        case VirtualKey():
            yield User, record.user_id
            yield UserAccessProfile, record.user_access_profile_id


def unique_values(record: Record) -> Iterator[tuple[str, object]]:
    """Yield what no two records of a kind share, besides the id: what it is called, and the value."""
    match record:
        case Role() | AccessProfile():
            yield "name", record.name
        case AccessProfileVersion():
            yield "profile and number", (record.access_profile_id, record.version)
        case Attachment():
            yield "profile and role", (record.access_profile_id, record.role_id)
        case UserAccessProfile():
            if record.parent_profile_id is not None:
                yield "user and profile", (record.user_id, record.parent_profile_id)
        case VirtualKey():
            yield "name", record.name
            yield "secret", record.secret_hash
        case ApiKey():
            yield "secret", record.secret_hash
            if record.revoked_at is None:
                yield "name", record.name


def missing(record_type: type[Record], key: int | str) -> str:
    """Return the sentence for a reference to what is not there."""
    return f"There is no {phrase(NAMES[record_type])} {key}."


def taken(record: Record) -> str:
    """Return the sentence for a record that repeats a unique value."""
    names = " or ".join(name for name, _ in unique_values(record))
    return f"An earlier {phrase(NAMES[type(record)])} has the same {names}."
