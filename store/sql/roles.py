"""Statements about roles and their attachments."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from domain.errors import Conflict, NotFound
from domain.records import Role, RoleAttachment
from store.sql.inserting import insert_or_conflict
from store.sql.tables import access_profiles, role_attachments, roles


class SqlRoles:
    """Reads and writes roles; see `store.api.RoleWriter`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self) -> Sequence[Role]:
        """Return all roles, ordered by id."""
        rows = self._connection.execute(select(roles).order_by(roles.c.id))
        return [
            Role(id=row.id, name=row.name, description=row.description, created_at=row.created_at)
            for row in rows
        ]

    def add(self, name: str, description: str | None, created_at: datetime) -> Role:
        """Keep a new role."""
        statement = (
            insert(roles)
            .values(name=name, description=description, created_at=created_at)
            .returning(roles.c.id)
        )
        row = insert_or_conflict(self._connection, statement, Conflict("role", "name", name))
        return Role(id=row.id, name=name, description=description, created_at=created_at)

    def attach(self, profile_id: int, role_id: int, *, is_default: bool) -> RoleAttachment:
        """Attach a profile to a role, or change the attachment that is there."""
        profile = select(access_profiles.c.id).where(access_profiles.c.id == profile_id)
        if self._connection.execute(profile).one_or_none() is None:
            raise NotFound("access profile", profile_id)
        role_name = self._connection.execute(
            select(roles.c.name).where(roles.c.id == role_id)
        ).scalar_one_or_none()
        if role_name is None:
            raise NotFound("role", role_id)
        row = self._changed(profile_id, role_id, is_default) or self._added(profile_id, role_id, is_default)
        return RoleAttachment(
            id=row.id,
            access_profile_id=profile_id,
            role_id=role_id,
            role_name=role_name,
            is_default=is_default,
        )

    def _changed(self, profile_id: int, role_id: int, is_default: bool) -> Row[tuple[int]] | None:
        statement = (
            update(role_attachments)
            .where(role_attachments.c.access_profile_id == profile_id, role_attachments.c.role_id == role_id)
            .values(is_default=is_default)
            .returning(role_attachments.c.id)
        )
        return self._connection.execute(statement).one_or_none()

    def _added(self, profile_id: int, role_id: int, is_default: bool) -> Row[tuple[int]]:
        statement = (
            insert(role_attachments)
            .values(access_profile_id=profile_id, role_id=role_id, is_default=is_default)
            .returning(role_attachments.c.id)
        )
        return self._connection.execute(statement).one()
