"""The reference store: everything in this process's memory, gone when it ends.

Rows are immutable and tables are copied before their first change in a transaction, so a reader keeps the
state that it began with and a failed write leaves nothing behind. Writers take turns.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any

from domain.errors import Conflict, NotFound
from domain.names import folded
from domain.records import (
    AccessProfile,
    ApiKey,
    NewAccessProfile,
    NewApiKey,
    NewUserAccessProfile,
    ProfileDetail,
    Role,
    RoleAttachment,
    User,
)
from store.api import Page, ProfileFilter


@dataclass(slots=True)
class _State:
    """All tables, and the last id given in each numbered one."""

    profiles: dict[int, AccessProfile] = field(default_factory=dict)
    profile_names: dict[str, int] = field(default_factory=dict)
    user_counts: dict[int, int] = field(default_factory=dict)
    roles: dict[int, Role] = field(default_factory=dict)
    attachments: dict[tuple[int, int], RoleAttachment] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    copies: dict[tuple[str, int], NewUserAccessProfile] = field(default_factory=dict)
    api_keys: dict[bytes, ApiKey] = field(default_factory=dict)
    last_ids: dict[str, int] = field(default_factory=dict)


class _Tables:
    """One transaction's view of the state; the first write to a table copies it."""

    def __init__(self, state: _State) -> None:
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


class _Profiles:
    def __init__(self, tables: _Tables) -> None:
        self._tables = tables

    def get(self, profile_id: int) -> ProfileDetail:
        state = self._tables.state
        attachments = (row for (profile, _), row in state.attachments.items() if profile == profile_id)
        return ProfileDetail(
            profile=self._find(profile_id),
            roles=tuple(sorted(attachments, key=lambda row: row.id)),
            user_count=state.user_counts.get(profile_id, 0),
        )

    def list(self, profile_filter: ProfileFilter, *, limit: int, offset: int) -> Page[AccessProfile]:
        # Ids are given in ascending order and dicts keep it, so the rows are sorted already.
        rows = [row for row in self._tables.state.profiles.values() if _matches(row, profile_filter)]
        return Page(rows=tuple(rows[offset : offset + limit]), total_count=len(rows))

    def reserve_provider_config_ids(self, count: int) -> range:
        return self._tables.next_ids("provider_configs", count)

    def add(self, profile: NewAccessProfile) -> AccessProfile:
        if profile.name in self._tables.state.profile_names:
            raise Conflict("access profile", "name", profile.name)
        [new_id] = self._tables.next_ids("profiles")
        row = AccessProfile(
            id=new_id,
            name=profile.name,
            description=profile.description,
            tags=profile.tags,
            is_active=profile.is_active,
            version=1,
            policy=profile.policy,
            created_at=profile.created_at,
            updated_at=profile.created_at,
        )
        self._tables.change("profiles")[new_id] = row
        self._tables.change("profile_names")[row.name] = new_id
        return row

    def set_active(self, profile_id: int, is_active: bool) -> None:
        row = self._find(profile_id)
        self._tables.change("profiles")[profile_id] = replace(row, is_active=is_active)

    def _find(self, profile_id: int) -> AccessProfile:
        try:
            return self._tables.state.profiles[profile_id]
        except KeyError:
            raise NotFound("access profile", profile_id) from None


def _matches(row: AccessProfile, profile_filter: ProfileFilter) -> bool:
    return (
        folded(profile_filter.search) in folded(row.name)
        and (not profile_filter.tags or not set(profile_filter.tags).isdisjoint(row.tags))
        and (profile_filter.is_active is None or row.is_active is profile_filter.is_active)
    )


class _Roles:
    def __init__(self, tables: _Tables) -> None:
        self._tables = tables

    def list(self) -> Sequence[Role]:
        return list(self._tables.state.roles.values())

    def add(self, name: str, description: str | None, created_at: datetime) -> Role:
        if any(role.name == name for role in self._tables.state.roles.values()):
            raise Conflict("role", "name", name)
        [new_id] = self._tables.next_ids("roles")
        role = Role(id=new_id, name=name, description=description, created_at=created_at)
        self._tables.change("roles")[new_id] = role
        return role

    def attach(self, profile_id: int, role_id: int, *, is_default: bool) -> RoleAttachment:
        state = self._tables.state
        if profile_id not in state.profiles:
            raise NotFound("access profile", profile_id)
        if role_id not in state.roles:
            raise NotFound("role", role_id)
        present = state.attachments.get((profile_id, role_id))
        attachment = RoleAttachment(
            id=present.id if present else self._tables.next_ids("attachments")[0],
            access_profile_id=profile_id,
            role_id=role_id,
            role_name=state.roles[role_id].name,
            is_default=is_default,
        )
        self._tables.change("attachments")[profile_id, role_id] = attachment
        return attachment


class _Users:
    def __init__(self, tables: _Tables) -> None:
        self._tables = tables

    def ids(self) -> Sequence[str]:
        return sorted(self._tables.state.users)

    def add(self, user: User) -> None:
        state = self._tables.state
        if user.id in state.users:
            raise Conflict("user", "id", user.id)
        if user.role_id is not None and user.role_id not in state.roles:
            raise NotFound("role", user.role_id)
        self._tables.change("users")[user.id] = user

    def add_copy(self, copy: NewUserAccessProfile) -> int:
        state = self._tables.state
        if copy.user_id not in state.users:
            raise NotFound("user", copy.user_id)
        if copy.parent_profile_id not in state.profiles:
            raise NotFound("access profile", copy.parent_profile_id)
        key = (copy.user_id, copy.parent_profile_id)
        if key in state.copies:
            raise Conflict("copy", "access profile", str(copy.parent_profile_id))
        [new_id] = self._tables.next_ids("copies")
        self._tables.change("copies")[key] = copy
        counts = self._tables.change("user_counts")
        counts[copy.parent_profile_id] = counts.get(copy.parent_profile_id, 0) + 1
        return new_id


class _ApiKeys:
    def __init__(self, tables: _Tables) -> None:
        self._tables = tables

    def find(self, secret_hash: bytes) -> ApiKey | None:
        return self._tables.state.api_keys.get(secret_hash)

    def list(self) -> Sequence[ApiKey]:
        return list(self._tables.state.api_keys.values())

    def add(self, key: NewApiKey) -> ApiKey:
        if key.secret_hash in self._tables.state.api_keys:
            raise Conflict("API key", "secret", key.key_prefix)
        if self._live(key.name):
            raise Conflict("API key", "name", key.name)
        row = ApiKey(
            id=self._tables.next_ids("api_keys")[0],
            name=key.name,
            secret_hash=key.secret_hash,
            key_prefix=key.key_prefix,
            scopes=key.scopes,
            created_at=key.created_at,
            expires_at=key.expires_at,
            revoked_at=None,
        )
        self._tables.change("api_keys")[row.secret_hash] = row
        return row

    def revoke(self, name: str, at: datetime) -> ApiKey:
        row = self._live(name)
        if row is None:
            raise NotFound("API key", name)
        revoked = replace(row, revoked_at=at)
        self._tables.change("api_keys")[row.secret_hash] = revoked
        return revoked

    def _live(self, name: str) -> ApiKey | None:
        rows = self._tables.state.api_keys.values()
        return next((row for row in rows if row.name == name and row.revoked_at is None), None)


class _Transaction:
    """Reads and writes one view; only a store's `write()` keeps what was written."""

    def __init__(self, state: _State) -> None:
        self.tables = _Tables(state)
        self.profiles = _Profiles(self.tables)
        self.roles = _Roles(self.tables)
        self.users = _Users(self.tables)
        self.api_keys = _ApiKeys(self.tables)


class MemoryStore:
    """Keeps everything in memory; see `store.api.Store`."""

    reads_wait = False
    writes_wait = False

    def __init__(self) -> None:
        self._state = _State()
        self._writer = Lock()

    @contextmanager
    def read(self) -> Iterator[_Transaction]:
        """Read the state as it is now."""
        yield _Transaction(self._state)

    @contextmanager
    def write(self) -> Iterator[_Transaction]:
        """Change the state; other writers wait until the block ends."""
        with self._writer:
            transaction = _Transaction(self._state)
            yield transaction
            self._state = transaction.tables.state

    def check_ready(self) -> None:
        """Return: memory is always ready."""

    def migrate(self) -> str:
        """Return: there are no tables to migrate."""
        return "memory"

    def close(self) -> None:
        """Forget everything."""
        self._state = _State()


def open_memory(url: str) -> MemoryStore:
    """Open a new, empty store. Two stores opened at `memory:` share nothing."""
    if url != "memory:":
        raise ValueError(f'The memory store takes no address: write "memory:", not "{url}".')
    return MemoryStore()
