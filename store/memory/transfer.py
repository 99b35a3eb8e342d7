"""Everything that the memory store keeps, out and in."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from domain.records import (
    AccessProfile,
    AccessProfileVersion,
    ApiKey,
    AuditLog,
    Group,
    Role,
    RoleAttachment,
    User,
    UserAccessProfile,
    VirtualKey,
)
from store.api import Record
from store.api.transfer import (
    KINDS,
    NAMES,
    Attachment,
    LastId,
    NotEmpty,
    Numbered,
    Unloadable,
    in_order,
    missing,
    references,
    taken,
    unique_values,
)
from store.memory.state import State, Tables

TABLES: Mapping[type[Record], str] = {
    Role: "roles",
    Group: "groups",
    User: "users",
    AccessProfile: "profiles",
    AccessProfileVersion: "versions",
    Attachment: "attachments",
    UserAccessProfile: "copies",
    VirtualKey: "virtual_keys",
    ApiKey: "api_keys",
    AuditLog: "audit",
}
"""The table of each kind of record, in the order of `KINDS`."""

_KEYS: Mapping[type[Record], Callable[[Any], object]] = {
    AccessProfileVersion: attrgetter("access_profile_id", "version"),
    Attachment: attrgetter("access_profile_id", "role_id"),
    ApiKey: attrgetter("secret_hash"),
}
"""What the rows of a table are found by, where it is not the id."""

_NUMBERED: Mapping[Numbered, str] = {
    of: TABLES[KINDS[of]] if of in KINDS else "provider_configs" for of in Numbered
}


def dump(state: State) -> Iterator[Record]:
    """Yield everything; see `store.api.ReadTransaction.dump`."""
    for of in Numbered:
        yield LastId(of, state.last_ids.get(_NUMBERED[of], 0))
    for table in TABLES.values():
        for row in sorted(getattr(state, table).values(), key=attrgetter("id")):
            yield _without_role_name(row) if isinstance(row, RoleAttachment) else row


def load(tables: Tables, records: Iterable[Record]) -> None:
    """Keep everything; see `store.api.WriteTransaction.load`."""
    for record_type, table in TABLES.items():
        if getattr(tables.state, table):
            raise NotEmpty(NAMES[record_type])
    seen: set[tuple[type[Record], str, object]] = set()
    for number, record in in_order(records):
        if isinstance(record, LastId):
            tables.change("last_ids")[_NUMBERED[record.of]] = record.value
            continue
        for record_type, key in references(record):
            if key not in getattr(tables.state, TABLES[record_type]):
                raise Unloadable(number, missing(record_type, key))
        values = {(type(record), name, value) for name, value in unique_values(record)}
        if not seen.isdisjoint(values):
            raise Unloadable(number, taken(record))
        seen |= values
        _keep(tables, record)


def _keep(tables: Tables, record: Any) -> None:
    key = _KEYS.get(type(record), attrgetter("id"))(record)
    row = _with_role_name(record, tables.state) if isinstance(record, Attachment) else record
    tables.change(TABLES[type(record)])[key] = row
    if isinstance(record, AccessProfile):
        tables.change("profile_names")[record.name] = record.id
    if isinstance(record, UserAccessProfile) and record.parent_profile_id is not None:
        tables.change("held")[record.user_id, record.parent_profile_id] = record.id
        counts = tables.change("user_counts")
        counts[record.parent_profile_id] = counts.get(record.parent_profile_id, 0) + 1


def _with_role_name(row: Attachment, state: State) -> RoleAttachment:
    role_name = state.roles[row.role_id].name
    return RoleAttachment(row.id, row.access_profile_id, row.role_id, role_name, row.is_default)


def _without_role_name(row: RoleAttachment) -> Attachment:
    return Attachment(row.id, row.access_profile_id, row.role_id, row.is_default)
