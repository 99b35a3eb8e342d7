"""Roles, users and groups, in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from domain.errors import Conflict, NotFound
from domain.records import Group, Role, RoleAttachment, User
from store.api import Page
from store.memory.holdings import MemoryCopies
from store.memory.state import OnTables


class MemoryRoles(OnTables):
    """Reads and writes roles; see `store.api.people`."""

    def get(self, role_id: int) -> Role:
        """Return a role."""
        role: Role = self._tables.require("roles", "role", role_id)
        return role

    def list(self) -> Sequence[Role]:
        """Return all roles, ordered by id."""
        return list(self._tables.state.roles.values())

    def attachments(self, role_id: int) -> Sequence[RoleAttachment]:
        """Return the attachments of a role, ordered by id."""
        rows = (row for (_, role), row in self._tables.state.attachments.items() if role == role_id)
        return sorted(rows, key=lambda row: row.id)

    def add(self, name: str, description: str | None, created_at: datetime) -> Role:
        """Keep a new role."""
        self._check_name(name, None)
        [new_id] = self._tables.next_ids("roles")
        role = Role(id=new_id, name=name, description=description, created_at=created_at)
        self._tables.change("roles")[new_id] = role
        return role

    def save(self, role: Role) -> None:
        """Keep a changed role."""
        self.get(role.id)
        self._check_name(role.name, role.id)
        self._tables.change("roles")[role.id] = role
        attachments = self._tables.change("attachments")
        for key, row in attachments.items():
            if key[1] == role.id:
                attachments[key] = replace(row, role_name=role.name)

    def delete(self, role_id: int) -> None:
        """Remove a role with its attachments."""
        self.get(role_id)
        del self._tables.change("roles")[role_id]
        attachments = self._tables.change("attachments")
        for key in [key for key in attachments if key[1] == role_id]:
            del attachments[key]
        users = self._tables.change("users")
        for user_id, user in users.items():
            if user.role_id == role_id:
                users[user_id] = replace(user, role_id=None)
        copies = self._tables.change("copies")
        for copy_id, copy in copies.items():
            if copy.granted_by_role_id == role_id:
                copies[copy_id] = replace(copy, granted_by_role_id=None)

    def attach(self, profile_id: int, role_id: int, *, is_default: bool) -> RoleAttachment:
        """Attach a profile to a role, or change the attachment that is there."""
        self._tables.require("profiles", "access profile", profile_id)
        role = self.get(role_id)
        present = self._tables.state.attachments.get((profile_id, role_id))
        attachment = RoleAttachment(
            id=present.id if present else self._tables.next_ids("attachments")[0],
            access_profile_id=profile_id,
            role_id=role_id,
            role_name=role.name,
            is_default=is_default,
        )
        self._tables.change("attachments")[profile_id, role_id] = attachment
        return attachment

    def detach(self, profile_id: int, role_id: int) -> None:
        """Remove an attachment."""
        if (profile_id, role_id) not in self._tables.state.attachments:
            raise NotFound("attachment", f"of access profile {profile_id} to role {role_id}")
        del self._tables.change("attachments")[profile_id, role_id]

    def _check_name(self, name: str, own_id: int | None) -> None:
        if any(role.name == name and role.id != own_id for role in self._tables.state.roles.values()):
            raise Conflict("role", "name", name)


class MemoryUsers(OnTables):
    """Reads and writes users and groups; see `store.api.people`."""

    def get(self, user_id: str) -> User:
        """Return a user."""
        user: User = self._tables.require("users", "user", user_id)
        return user

    def list(self, *, limit: int, offset: int) -> Page[User]:
        """Return one page, ordered by id."""
        users = self._tables.state.users
        rows = tuple(users[user_id] for user_id in sorted(users)[offset : offset + limit])
        return Page(rows=rows, total_count=len(users))

    def ids(self) -> Sequence[str]:
        """Return the ids of all users."""
        return sorted(self._tables.state.users)

    def in_role(self, role_id: int) -> Sequence[str]:
        """Return the ids of a role's members."""
        return sorted(user.id for user in self._tables.state.users.values() if user.role_id == role_id)

    def count_in_role(self, role_id: int) -> int:
        """Return how many members a role has."""
        return sum(user.role_id == role_id for user in self._tables.state.users.values())

    def in_groups(self, group_ids: Iterable[str]) -> Sequence[str]:
        """Return the ids of the members of at least one group."""
        wanted = set(group_ids)
        users = self._tables.state.users.values()
        return sorted(user.id for user in users if not wanted.isdisjoint(user.group_ids))

    def groups(self) -> Sequence[Group]:
        """Return all groups."""
        groups = self._tables.state.groups
        return [groups[group_id] for group_id in sorted(groups)]

    def missing_groups(self, group_ids: Iterable[str]) -> Sequence[str]:
        """Return those ids that no group has."""
        return sorted(set(group_ids).difference(self._tables.state.groups))

    def add(self, user: User) -> None:
        """Keep a new user."""
        if user.id in self._tables.state.users:
            raise Conflict("user", "id", user.id)
        self._keep(user)

    def save(self, user: User) -> None:
        """Keep a changed user."""
        self.get(user.id)
        self._keep(user)

    def delete(self, user_id: str) -> None:
        """Remove a user with the user's copies and virtual keys."""
        self.get(user_id)
        copies = MemoryCopies(self._tables)
        for copy in copies.of_user(user_id):
            copies.delete(copy.id)
        del self._tables.change("users")[user_id]

    def add_group(self, group: Group) -> None:
        """Keep a new group."""
        if group.id in self._tables.state.groups:
            raise Conflict("group", "id", group.id)
        self._tables.change("groups")[group.id] = group

    def _keep(self, user: User) -> None:
        if user.role_id is not None:
            self._tables.require("roles", "role", user.role_id)
        for group_id in sorted(user.group_ids):
            self._tables.require("groups", "group", group_id)
        group_ids = tuple(sorted(set(user.group_ids)))
        self._tables.change("users")[user.id] = replace(user, group_ids=group_ids)
