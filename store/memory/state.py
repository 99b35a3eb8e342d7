"""All tables of the memory store, and one transaction's view of them."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from domain.errors import NotFound
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

T = TypeVar("T")


@dataclass(slots=True)
class State:
    """All tables, and the last id given in each numbered one. Rows are immutable.

    Ids are given in ascending order and dicts keep the order of insertion: numbered tables are sorted by id.
    """

    profiles: dict[int, AccessProfile] = field(default_factory=dict)
    profile_names: dict[str, int] = field(default_factory=dict)
    user_counts: dict[int, int] = field(default_factory=dict)
    versions: dict[tuple[int, int], AccessProfileVersion] = field(default_factory=dict)
    roles: dict[int, Role] = field(default_factory=dict)
    attachments: dict[tuple[int, int], RoleAttachment] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    copies: dict[int, UserAccessProfile] = field(default_factory=dict)
    held: dict[tuple[str, int], int] = field(default_factory=dict)
    virtual_keys: dict[str, VirtualKey] = field(default_factory=dict)
    api_keys: dict[bytes, ApiKey] = field(default_factory=dict)
    audit: dict[int, AuditLog] = field(default_factory=dict)
    last_ids: dict[str, int] = field(default_factory=dict)


class Tables:
    """One transaction's view of the state; the first write to a table copies it."""

    def __init__(self, state: State) -> None:
        self.state = replace(state)
        self._own: set[str] = set()

    def change(self, table: str) -> dict[Any, Any]:
        """Return a table to change."""
        if table not in self._own:
            setattr(self.state, table, dict(getattr(self.state, table)))
            self._own.add(table)
        own: dict[Any, Any] = getattr(self.state, table)
        return own

    def next_ids(self, table: str, count: int = 1) -> range:
        """Return the next ids of a table."""
        first = self.state.last_ids.get(table, 0) + 1
        self.change("last_ids")[table] = first + count - 1
        return range(first, first + count)

    def numbered(self, table: str, make: Callable[..., T], new: Any, **values: object) -> T:
        """Return a row made of a new record and further values, with the next id of a table."""
        [new_id] = self.next_ids(table)
        return make(id=new_id, **{part.name: getattr(new, part.name) for part in fields(new)}, **values)

    def require(self, table: str, kind: str, key: object) -> Any:
        """Return a row.

        Raises:
            NotFound: there is none.
        """
        try:
            return getattr(self.state, table)[key]
        except KeyError:
            raise NotFound(kind, key) from None


class OnTables:
    """Reads and writes one transaction's view."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
