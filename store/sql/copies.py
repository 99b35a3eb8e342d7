"""Statements about users' copies of profiles."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from domain.batches import batches
from domain.errors import Conflict, NotFound
from domain.records import NewUserAccessProfile, UserAccessProfile
from store.sql.connections import Statements
from store.sql.json_columns import dump_policy, load_policy
from store.sql.references import require
from store.sql.tables import access_profiles, roles, user_access_profiles, users
from store.sql.uniqueness import conflict_if_taken

KIND = "copy"

BATCH = 500
"""How many copies are read or written at once."""

SAVED = ("name", "policy", "is_active", "expires_at", "granted_by_role_id")
"""The columns that a changed copy may have changed."""


class SqlCopies(Statements):
    """Reads and writes users' copies; see `store.api.people`."""

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

    def of_profile(
        self, profile_id: int, user_ids: Iterable[str] | None = None
    ) -> Iterator[UserAccessProfile]:
        """Yield the copies of a profile, ordered by id, a batch at a time."""
        if user_ids is not None:
            for ids in batches(sorted(self._ids(profile_id, user_ids)), BATCH):
                yield from map(_copy, self._connection.execute(_BY_IDS, {"ids": ids}).all())
            return
        last = 0
        while True:
            page = {"profile_id": profile_id, "last": last, "most": BATCH}
            rows = self._connection.execute(_NEXT_OF_PROFILE, page).all()
            yield from map(_copy, rows)
            if len(rows) < BATCH:
                return
            last = rows[-1].id

    def add(self, copy: NewUserAccessProfile) -> UserAccessProfile:
        """Keep a new copy."""
        require(self._connection, users, "user", copy.user_id)
        require(self._connection, access_profiles, "access profile", copy.parent_profile_id)
        require(self._connection, roles, "role", copy.granted_by_role_id)
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
        with conflict_if_taken(
            self._connection, Conflict(KIND, "access profile", str(copy.parent_profile_id))
        ):
            row = self._connection.execute(statement).one()
        self._count(copy.parent_profile_id, 1)
        return _copy(row)

    def save(self, copy: UserAccessProfile) -> None:
        """Keep a changed copy."""
        self.save_all([copy])

    def save_all(self, copies: Iterable[UserAccessProfile]) -> None:
        """Keep many changed copies: two statements for each batch."""
        for batch in batches(copies, BATCH):
            rows = self._connection.execute(_GRANTS, {"ids": [copy.id for copy in batch]})
            grants = {row.id: row.granted_by_role_id for row in rows}
            unknown = next((copy.id for copy in batch if copy.id not in grants), None)
            if unknown is not None:
                raise NotFound(KIND, unknown)
            changed = (copy for copy in batch if copy.granted_by_role_id != grants[copy.id])
            for role_id in {copy.granted_by_role_id for copy in changed}:
                require(self._connection, roles, "role", role_id)
            self._connection.execute(_SAVE, [{"copy_id": copy.id, **_columns(copy)} for copy in batch])

    def delete(self, copy_id: int) -> None:
        """Remove a copy; the database removes its virtual keys."""
        copy = self.get(copy_id)
        self._connection.execute(delete(user_access_profiles).where(user_access_profiles.c.id == copy_id))
        if copy.parent_profile_id is not None:
            self._count(copy.parent_profile_id, -1)

    def _ids(self, profile_id: int, user_ids: Iterable[str]) -> Iterator[int]:
        """Yield the ids of the copies of a profile that these users hold."""
        for some in batches(dict.fromkeys(user_ids), BATCH):
            held = {"profile_id": profile_id, "user_ids": some}
            yield from self._connection.execute(_IDS_OF_USERS, held).scalars()

    def _count(self, profile_id: int, change: int) -> None:
        self._connection.execute(
            update(access_profiles)
            .where(access_profiles.c.id == profile_id)
            .values(user_count=access_profiles.c.user_count + change)
        )


_NEXT_OF_PROFILE = (
    select(user_access_profiles)
    .where(
        user_access_profiles.c.parent_profile_id == bindparam("profile_id"),
        user_access_profiles.c.id > bindparam("last"),
    )
    .order_by(user_access_profiles.c.id)
    .limit(bindparam("most"))
)
_IDS_OF_USERS = select(user_access_profiles.c.id).where(
    user_access_profiles.c.parent_profile_id == bindparam("profile_id"),
    user_access_profiles.c.user_id.in_(bindparam("user_ids", expanding=True)),
)
_AMONG_IDS = user_access_profiles.c.id.in_(bindparam("ids", expanding=True))
_BY_IDS = select(user_access_profiles).where(_AMONG_IDS).order_by(user_access_profiles.c.id)
_GRANTS = select(user_access_profiles.c.id, user_access_profiles.c.granted_by_role_id).where(_AMONG_IDS)
_SAVE = (
    update(user_access_profiles)
    .where(user_access_profiles.c.id == bindparam("copy_id"))
    .values({name: bindparam(name) for name in SAVED})
)


def _columns(copy: NewUserAccessProfile | UserAccessProfile) -> dict[str, Any]:
    return {name: getattr(copy, name) for name in SAVED} | {"policy": dump_policy(copy.policy)}


def _copy(row: Row[Any]) -> UserAccessProfile:
    return UserAccessProfile(**(row._asdict() | {"policy": load_policy(row.policy)}))
