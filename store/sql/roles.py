"""Statements about roles and their attachments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from domain.errors import Conflict, NotFound
from domain.records import Role, RoleAttachment
from store.sql.connections import Statements
from store.sql.references import require
from store.sql.tables import access_profiles, role_attachments, roles
from store.sql.uniqueness import conflict_if_taken

KIND = "role"


class SqlRoles(Statements):
    """Reads and writes roles; see `store.api.people`."""

    def get(self, role_id: int) -> Role:
        """Return a role."""
        row = self._connection.execute(select(roles).where(roles.c.id == role_id)).one_or_none()
        if row is None:
            raise NotFound(KIND, role_id)
        return _role(row)

    def list(self) -> Sequence[Role]:
        """Return all roles, ordered by id."""
        return [_role(row) for row in self._connection.execute(select(roles).order_by(roles.c.id))]

    def attachments(self, role_id: int) -> Sequence[RoleAttachment]:
        """Return the attachments of a role, ordered by id."""
        statement = (
            select(role_attachments, roles.c.name.label("role_name"))
            .join(roles, roles.c.id == role_attachments.c.role_id)
            .where(role_attachments.c.role_id == role_id)
            .order_by(role_attachments.c.id)
        )
        return [RoleAttachment(**row._asdict()) for row in self._connection.execute(statement)]

    def add(self, name: str, description: str | None, created_at: datetime) -> Role:
        """Keep a new role."""
        statement = (
            insert(roles)
            .values(name=name, description=description, created_at=created_at)
            .returning(*roles.c)
        )
        with conflict_if_taken(self._connection, Conflict(KIND, "name", name)):
            return _role(self._connection.execute(statement).one())

    def save(self, role: Role) -> None:
        """Keep a changed role."""
        self.get(role.id)
        statement = (
            update(roles)
            .where(roles.c.id == role.id)
            .values(name=role.name, description=role.description, created_at=role.created_at)
        )
        with conflict_if_taken(self._connection, Conflict(KIND, "name", role.name)):
            self._connection.execute(statement)

    def delete(self, role_id: int) -> None:
        """Remove a role; the database removes its attachments and takes it from its members."""
        if self._connection.execute(delete(roles).where(roles.c.id == role_id)).rowcount == 0:
            raise NotFound(KIND, role_id)

    def attach(self, profile_id: int, role_id: int, *, is_default: bool) -> RoleAttachment:
        """Attach a profile to a role, or change the attachment that is there."""
        require(self._connection, access_profiles, "access profile", profile_id)
        role = self.get(role_id)
        row = self._changed(profile_id, role_id, is_default) or self._added(profile_id, role_id, is_default)
        return RoleAttachment(row.id, profile_id, role_id, role.name, is_default)

    def detach(self, profile_id: int, role_id: int) -> None:
        """Remove an attachment."""
        statement = delete(role_attachments).where(
            role_attachments.c.access_profile_id == profile_id, role_attachments.c.role_id == role_id
        )
        if self._connection.execute(statement).rowcount == 0:
            raise NotFound("attachment", f"of access profile {profile_id} to role {role_id}")

    def _changed(self, profile_id: int, role_id: int, is_default: bool) -> Row[Any] | None:
        statement = (
            update(role_attachments)
            .where(role_attachments.c.access_profile_id == profile_id, role_attachments.c.role_id == role_id)
            .values(is_default=is_default)
            .returning(role_attachments.c.id)
        )
        return self._connection.execute(statement).one_or_none()

    def _added(self, profile_id: int, role_id: int, is_default: bool) -> Row[Any]:
        statement = (
            insert(role_attachments)
            .values(access_profile_id=profile_id, role_id=role_id, is_default=is_default)
            .returning(role_attachments.c.id)
        )
        return self._connection.execute(statement).one()


def _role(row: Row[Any]) -> Role:
    return Role(**row._asdict())
