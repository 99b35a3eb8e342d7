"""Statements about users and their copies of profiles."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from domain.errors import Conflict, NotFound
from domain.records import NewUserAccessProfile, User
from store.sql.documents import dump_policy
from store.sql.inserting import insert_or_conflict
from store.sql.tables import access_profiles, roles, user_access_profiles, users


class SqlUsers:
    """Reads and writes users and copies; see `store.api.UserWriter`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ids(self) -> Sequence[str]:
        """Return the ids of all users, in ascending order."""
        return sorted(self._connection.execute(select(users.c.id)).scalars())

    def add(self, user: User) -> None:
        """Keep a new user."""
        present = select(users.c.id).where(users.c.id == user.id)
        if self._connection.execute(present).one_or_none() is not None:
            raise Conflict("user", "id", user.id)
        if user.role_id is not None:
            role = select(roles.c.id).where(roles.c.id == user.role_id)
            if self._connection.execute(role).one_or_none() is None:
                raise NotFound("role", user.role_id)
        statement = (
            insert(users)
            .values(
                id=user.id,
                name=user.name,
                email=user.email,
                role_id=user.role_id,
                created_at=user.created_at,
            )
            .returning(users.c.id)
        )
        insert_or_conflict(self._connection, statement, Conflict("user", "id", user.id))

    def add_copy(self, copy: NewUserAccessProfile) -> int:
        """Keep a user's copy of a profile and return its id."""
        user = select(users.c.id).where(users.c.id == copy.user_id)
        if self._connection.execute(user).one_or_none() is None:
            raise NotFound("user", copy.user_id)
        profile = select(access_profiles.c.id).where(access_profiles.c.id == copy.parent_profile_id)
        if self._connection.execute(profile).one_or_none() is None:
            raise NotFound("access profile", copy.parent_profile_id)
        statement = (
            insert(user_access_profiles)
            .values(
                user_id=copy.user_id,
                parent_profile_id=copy.parent_profile_id,
                name=copy.name,
                is_active=copy.is_active,
                expires_at=copy.expires_at,
                policy=dump_policy(copy.policy),
                created_at=copy.created_at,
            )
            .returning(user_access_profiles.c.id)
        )
        row = insert_or_conflict(
            self._connection, statement, Conflict("copy", "access profile", str(copy.parent_profile_id))
        )
        self._connection.execute(
            update(access_profiles)
            .where(access_profiles.c.id == copy.parent_profile_id)
            .values(user_count=access_profiles.c.user_count + 1)
        )
        new_id: int = row.id
        return new_id
