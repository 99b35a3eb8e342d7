"""Statements about users and groups."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from domain.errors import Conflict, NotFound
from domain.records import Group, User
from store.api import Page
from store.sql.connections import Statements
from store.sql.references import is_kept, require
from store.sql.tables import access_profiles, group_members, groups, roles, user_access_profiles, users
from store.sql.uniqueness import conflict_if_taken

KIND = "user"


class SqlUsers(Statements):
    """Reads and writes users and groups; see `store.api.people`."""

    def get(self, user_id: str) -> User:
        """Return a user."""
        rows = self._connection.execute(select(users).where(users.c.id == user_id)).all()
        if not rows:
            raise NotFound(KIND, user_id)
        [user] = self._users(rows)
        return user

    def list(self, *, limit: int, offset: int) -> Page[User]:
        """Return one page, ordered by id."""
        total = self._connection.execute(select(func.count()).select_from(users)).scalar_one()
        page_ids = select(users.c.id).order_by(users.c.id).limit(limit).offset(offset).subquery()
        statement = select(users).join(page_ids, users.c.id == page_ids.c.id).order_by(users.c.id)
        return Page(rows=self._users(self._connection.execute(statement).all()), total_count=total)

    def ids(self) -> Sequence[str]:
        """Return the ids of all users."""
        return self._connection.execute(select(users.c.id).order_by(users.c.id)).scalars().all()

    def in_role(self, role_id: int) -> Sequence[str]:
        """Return the ids of a role's members."""
        statement = select(users.c.id).where(users.c.role_id == role_id).order_by(users.c.id)
        return self._connection.execute(statement).scalars().all()

    def count_in_role(self, role_id: int) -> int:
        """Return how many members a role has."""
        statement = select(func.count()).select_from(users).where(users.c.role_id == role_id)
        return self._connection.execute(statement).scalar_one()

    def in_groups(self, group_ids: Iterable[str]) -> Sequence[str]:
        """Return the ids of the members of at least one group."""
        members = select(group_members.c.user_id).where(group_members.c.group_id.in_(list(group_ids)))
        statement = select(users.c.id).where(users.c.id.in_(members)).order_by(users.c.id)
        return self._connection.execute(statement).scalars().all()

    def groups(self) -> Sequence[Group]:
        """Return all groups."""
        rows = self._connection.execute(select(groups).order_by(groups.c.id))
        return [Group(**row._asdict()) for row in rows]

    def missing_groups(self, group_ids: Iterable[str]) -> Sequence[str]:
        """Return those ids that no group has."""
        wanted = set(group_ids)
        if not wanted:
            return []
        statement = select(groups.c.id).where(groups.c.id.in_(wanted))
        return sorted(wanted.difference(self._connection.execute(statement).scalars()))

    def add(self, user: User) -> None:
        """Keep a new user."""
        if is_kept(self._connection, users, user.id):
            raise Conflict(KIND, "id", user.id)
        self._check_references(user)
        with conflict_if_taken(self._connection, Conflict(KIND, "id", user.id)):
            self._connection.execute(insert(users).values(id=user.id, **_columns(user)))
        self._join(user)

    def save(self, user: User) -> None:
        """Keep a changed user."""
        if not is_kept(self._connection, users, user.id):
            raise NotFound(KIND, user.id)
        self._check_references(user)
        self._connection.execute(update(users).where(users.c.id == user.id).values(**_columns(user)))
        self._connection.execute(delete(group_members).where(group_members.c.user_id == user.id))
        self._join(user)

    def delete(self, user_id: str) -> None:
        """Remove a user with the user's copies and virtual keys."""
        # Of each profile, a user holds one copy at most. The database removes it with the user.
        held = select(user_access_profiles.c.parent_profile_id).where(
            user_access_profiles.c.user_id == user_id
        )
        self._connection.execute(
            update(access_profiles)
            .where(access_profiles.c.id.in_(held))
            .values(user_count=access_profiles.c.user_count - 1)
        )
        if self._connection.execute(delete(users).where(users.c.id == user_id)).rowcount == 0:
            raise NotFound(KIND, user_id)

    def add_group(self, group: Group) -> None:
        """Keep a new group."""
        with conflict_if_taken(self._connection, Conflict("group", "id", group.id)):
            self._connection.execute(insert(groups).values(id=group.id, name=group.name))

    def _users(self, rows: Sequence[Row[Any]]) -> tuple[User, ...]:
        """Return rows as users, with the groups of all of them read at once."""
        group_ids = memberships(self._connection, rows)
        return tuple(User(**row._asdict(), group_ids=tuple(group_ids.get(row.id, ()))) for row in rows)

    def _check_references(self, user: User) -> None:
        require(self._connection, roles, "role", user.role_id)
        if unknown := self.missing_groups(user.group_ids):
            raise NotFound("group", unknown[0])

    def _join(self, user: User) -> None:
        if user.group_ids:
            rows = [{"group_id": group_id, "user_id": user.id} for group_id in sorted(set(user.group_ids))]
            self._connection.execute(insert(group_members), rows)


def memberships(connection: Connection, rows: Sequence[Row[Any]]) -> Mapping[str, list[str]]:
    """Return the groups of each of these users who is in one, in their order."""
    statement = (
        select(group_members)
        .where(group_members.c.user_id.in_([row.id for row in rows]))
        .order_by(group_members.c.group_id)
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in connection.execute(statement):
        found[row.user_id].append(row.group_id)
    return found


def _columns(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in ("name", "email", "role_id", "created_at")}
