"""Statements about users' copies of profiles."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from domain.errors import Conflict, NotFound
from domain.records import NewUserAccessProfile, UserAccessProfile
from store.sql.documents import dump_policy, load_policy
from store.sql.tables import access_profiles, roles, user_access_profiles, users
from store.sql.uniqueness import write_or_conflict

KIND = "copy"

BATCH = 500
"""How many copies are read at once."""


class SqlCopies:
    """Reads and writes users' copies; see `store.api.people`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, copy_id: int) -> UserAccessProfile:
        """Return a copy."""
        statement = select(user_access_profiles).where(user_access_profiles.c.id == copy_id)
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            raise NotFound(KIND, copy_id)
        return _copy(row)

    def find(self, user_id: str, profile_id: int) -> UserAccessProfile | None:
        """Return the copy of a profile that a user holds, or None."""
        statement = select(user_access_profiles).where(
            user_access_profiles.c.user_id == user_id,
            user_access_profiles.c.parent_profile_id == profile_id,
        )
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _copy(row)

    def of_user(self, user_id: str) -> Sequence[UserAccessProfile]:
        """Return the copies that a user holds, ordered by id."""
        statement = (
            select(user_access_profiles)
            .where(user_access_profiles.c.user_id == user_id)
            .order_by(user_access_profiles.c.id)
        )
        return [_copy(row) for row in self._connection.execute(statement)]

    def of_profile(self, profile_id: int) -> Iterator[UserAccessProfile]:
        """Yield the copies of a profile, ordered by id, a batch at a time."""
        last = 0
        while True:
            statement = (
                select(user_access_profiles)
                .where(
                    user_access_profiles.c.parent_profile_id == profile_id,
                    user_access_profiles.c.id > last,
                )
                .order_by(user_access_profiles.c.id)
                .limit(BATCH)
            )
            rows = self._connection.execute(statement).all()
            yield from (_copy(row) for row in rows)
            if len(rows) < BATCH:
                return
            last = rows[-1].id

    def add(self, copy: NewUserAccessProfile) -> UserAccessProfile:
        """Keep a new copy."""
        if self._connection.execute(select(users.c.id).where(users.c.id == copy.user_id)).first() is None:
            raise NotFound("user", copy.user_id)
        profile = select(access_profiles.c.id).where(access_profiles.c.id == copy.parent_profile_id)
        if self._connection.execute(profile).first() is None:
            raise NotFound("access profile", copy.parent_profile_id)
        self._check_role(copy.granted_by_role_id)
        statement = (
            insert(user_access_profiles)
            .values(
                user_id=copy.user_id,
                parent_profile_id=copy.parent_profile_id,
                created_at=copy.created_at,
                **_columns(copy),
            )
            .returning(*user_access_profiles.c)
        )
        conflict = Conflict(KIND, "access profile", str(copy.parent_profile_id))
        row = write_or_conflict(self._connection, statement, conflict)
        self._count(copy.parent_profile_id, 1)
        return _copy(row)

    def save(self, copy: UserAccessProfile) -> None:
        """Keep a changed copy."""
        self.get(copy.id)
        self._check_role(copy.granted_by_role_id)
        self._connection.execute(
            update(user_access_profiles).where(user_access_profiles.c.id == copy.id).values(**_columns(copy))
        )

    def delete(self, copy_id: int) -> None:
        """Remove a copy; the database removes its virtual keys."""
        copy = self.get(copy_id)
        self._connection.execute(delete(user_access_profiles).where(user_access_profiles.c.id == copy_id))
        if copy.parent_profile_id is not None:
            self._count(copy.parent_profile_id, -1)

    def _check_role(self, role_id: int | None) -> None:
        if role_id is None:
            return
        if self._connection.execute(select(roles.c.id).where(roles.c.id == role_id)).first() is None:
            raise NotFound("role", role_id)

    def _count(self, profile_id: int, change: int) -> None:
        self._connection.execute(
            update(access_profiles)
            .where(access_profiles.c.id == profile_id)
            .values(user_count=access_profiles.c.user_count + change)
        )


def _columns(copy: NewUserAccessProfile | UserAccessProfile) -> dict[str, Any]:
    return {
        "name": copy.name,
        "policy": dump_policy(copy.policy),
        "is_active": copy.is_active,
        "expires_at": copy.expires_at,
        "granted_by_role_id": copy.granted_by_role_id,
    }


def _copy(row: Row[Any]) -> UserAccessProfile:
    return UserAccessProfile(**(row._asdict() | {"policy": load_policy(row.policy)}))
