"""Statements about templates and their versions."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    true,
    update,
)

from domain.errors import Conflict, NotFound, StaleVersion
from domain.names import folded
from domain.records import (
    AccessProfile,
    AccessProfileVersion,
    NewAccessProfile,
    NewVersion,
    ProfileDetail,
    RoleAttachment,
)
from store.api import Page, ProfileFilter
from store.sql.documents import dump_policy, dump_texts, load_policy, load_texts
from store.sql.numbering import PROVIDER_CONFIGS
from store.sql.search import name_contains
from store.sql.tables import (
    access_profile_tags,
    access_profile_totals,
    access_profile_versions,
    access_profiles,
    role_attachments,
    roles,
    sequences,
)
from store.sql.uniqueness import write_or_conflict

KIND = "access profile"


class SqlProfiles:
    """Reads and writes templates; see `store.api.ProfileWriter`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, profile_id: int) -> ProfileDetail:
        """Return a profile, its attachments and its number of holders."""
        row = self._row(profile_id)
        attachments = self._connection.execute(_ATTACHMENTS, {"profile_id": profile_id})
        return ProfileDetail(
            profile=_profile(row),
            roles=tuple(
                RoleAttachment(
                    id=attachment.id,
                    access_profile_id=attachment.access_profile_id,
                    role_id=attachment.role_id,
                    role_name=attachment.name,
                    is_default=attachment.is_default,
                )
                for attachment in attachments
            ),
            user_count=row.user_count,
        )

    def list(self, profile_filter: ProfileFilter, *, limit: int, offset: int) -> Page[AccessProfile]:
        """Return one page, ordered by id."""
        condition = self._condition(profile_filter)
        # The ids of the page come from an index; only its own rows are read whole.
        page_ids = (
            select(access_profiles.c.id)
            .where(condition)
            .order_by(access_profiles.c.id)
            .limit(limit)
            .offset(offset)
            .subquery()
        )
        statement = (
            select(access_profiles)
            .join(page_ids, access_profiles.c.id == page_ids.c.id)
            .order_by(access_profiles.c.id)
        )
        rows = tuple(_profile(row) for row in self._connection.execute(statement))
        return Page(rows=rows, total_count=self._total(profile_filter, condition))

    def versions(self, profile_id: int) -> Sequence[AccessProfileVersion]:
        """Return the versions of a profile, the newest first."""
        statement = (
            select(access_profile_versions)
            .where(access_profile_versions.c.access_profile_id == profile_id)
            .order_by(access_profile_versions.c.version.desc())
        )
        return [_version(row) for row in self._connection.execute(statement)]

    def version(self, profile_id: int, version: int) -> AccessProfileVersion:
        """Return one version of a profile."""
        statement = select(access_profile_versions).where(
            access_profile_versions.c.access_profile_id == profile_id,
            # A number that no version can have is one that is not found.
            access_profile_versions.c.version == bindparam("version", version, BigInteger),
        )
        row = self._connection.execute(statement).one_or_none()
        if row is None:
            raise NotFound("version", f"{version} of access profile {profile_id}")
        return _version(row)

    def reserve_provider_config_ids(self, count: int) -> range:
        """Return ids for `count` provider configs."""
        statement = (
            update(sequences)
            .where(sequences.c.name == PROVIDER_CONFIGS)
            .values(last_value=sequences.c.last_value + count)
            .returning(sequences.c.last_value)
        )
        last: int = self._connection.execute(statement).scalar_one()
        return range(last - count + 1, last + 1)

    def add(self, profile: NewAccessProfile) -> AccessProfile:
        """Keep a new profile at version 1."""
        statement = (
            insert(access_profiles)
            .values(
                **_columns(profile),
                is_active=profile.is_active,
                deactivated_by_operator=False,
                version=1,
                user_count=0,
                created_at=profile.created_at,
                updated_at=profile.created_at,
            )
            .returning(*access_profiles.c)
        )
        row = write_or_conflict(self._connection, statement, Conflict(KIND, "name", profile.name))
        self._tag(row.id, profile.tags)
        self._count(profile.is_active, 1)
        return _profile(row)

    def save(self, profile: AccessProfile, *, read_version: int) -> None:
        """Keep a changed profile."""
        kept = self._row(profile.id)
        if kept.version != read_version:
            raise StaleVersion(KIND, profile.id, read=read_version, kept=kept.version)
        statement = (
            update(access_profiles)
            .where(access_profiles.c.id == profile.id, access_profiles.c.version == read_version)
            .values(
                **_columns(profile),
                is_active=profile.is_active,
                deactivated_by_operator=profile.deactivated_by_operator,
                version=profile.version,
                created_at=profile.created_at,
                updated_at=profile.updated_at,
            )
            .returning(access_profiles.c.id)
        )
        write_or_conflict(self._connection, statement, Conflict(KIND, "name", profile.name))
        if load_texts(kept.tags) != profile.tags:
            self._connection.execute(
                delete(access_profile_tags).where(access_profile_tags.c.access_profile_id == profile.id)
            )
            self._tag(profile.id, profile.tags)
        self._move(kept.is_active, profile.is_active)

    def set_active(self, profile_id: int, is_active: bool, *, by_operator: bool = False) -> None:
        """Set a profile's state."""
        kept = self._row(profile_id)
        self._connection.execute(
            update(access_profiles)
            .where(access_profiles.c.id == profile_id)
            .values(is_active=is_active, deactivated_by_operator=by_operator and not is_active)
        )
        self._move(kept.is_active, is_active)

    def delete(self, profile_id: int) -> None:
        """Remove a profile; the database removes its attachments and versions."""
        kept = self._row(profile_id)
        self._connection.execute(delete(access_profiles).where(access_profiles.c.id == profile_id))
        self._count(kept.is_active, -1)

    def add_version(self, version: NewVersion) -> AccessProfileVersion:
        """Keep a version of a profile."""
        self._row(version.access_profile_id)
        statement = (
            insert(access_profile_versions)
            .values({part.name: getattr(version, part.name) for part in fields(version)})
            .returning(*access_profile_versions.c)
        )
        conflict = Conflict("version", "number", str(version.version))
        return _version(write_or_conflict(self._connection, statement, conflict))

    def _row(self, profile_id: int) -> Row[Any]:
        row = self._connection.execute(_BY_ID, {"profile_id": profile_id}).one_or_none()
        if row is None:
            raise NotFound(KIND, profile_id)
        return row

    def _tag(self, profile_id: int, tags: Sequence[str]) -> None:
        if tags:
            rows = [{"tag": tag, "access_profile_id": profile_id} for tag in tags]
            self._connection.execute(insert(access_profile_tags), rows)

    def _move(self, was_active: bool, is_active: bool) -> None:
        if was_active is not is_active:
            self._count(was_active, -1)
            self._count(is_active, 1)

    def _count(self, is_active: bool, change: int) -> None:
        self._connection.execute(
            update(access_profile_totals)
            .where(access_profile_totals.c.is_active.is_(is_active))
            .values(total=access_profile_totals.c.total + change)
        )

    def _total(self, profile_filter: ProfileFilter, condition: ColumnElement[bool]) -> int:
        if profile_filter.search or profile_filter.tags:
            statement = select(func.count()).select_from(access_profiles).where(condition)
        else:
            state = profile_filter.is_active
            statement = select(func.sum(access_profile_totals.c.total)).where(
                true() if state is None else access_profile_totals.c.is_active.is_(state)
            )
        # PostgreSQL's sum of integers is a decimal.
        return int(self._connection.execute(statement).scalar_one())

    def _condition(self, profile_filter: ProfileFilter) -> ColumnElement[bool]:
        conditions: list[ColumnElement[bool]] = []
        if profile_filter.search:
            conditions.append(name_contains(profile_filter.search, self._connection.dialect.name))
        if profile_filter.tags:
            tagged = select(access_profile_tags.c.access_profile_id).where(
                access_profile_tags.c.tag.in_(profile_filter.tags)
            )
            conditions.append(access_profiles.c.id.in_(tagged))
        if profile_filter.is_active is not None:
            conditions.append(access_profiles.c.is_active.is_(profile_filter.is_active))
        return and_(true(), *conditions)


_BY_ID = select(access_profiles).where(access_profiles.c.id == bindparam("profile_id"))

_ATTACHMENTS = (
    select(role_attachments, roles.c.name)
    .join(roles, roles.c.id == role_attachments.c.role_id)
    .where(role_attachments.c.access_profile_id == bindparam("profile_id"))
    .order_by(role_attachments.c.id)
)


def _columns(profile: NewAccessProfile | AccessProfile) -> dict[str, Any]:
    """Return the columns that hold what an operator set."""
    return {
        "name": profile.name,
        "name_folded": folded(profile.name),
        "description": profile.description,
        "tags": dump_texts(profile.tags),
        "policy": dump_policy(profile.policy),
    }


def _profile(row: Row[Any]) -> AccessProfile:
    return AccessProfile(
        id=row.id,
        name=row.name,
        description=row.description,
        tags=load_texts(row.tags),
        is_active=row.is_active,
        version=row.version,
        policy=load_policy(row.policy),
        created_at=row.created_at,
        updated_at=row.updated_at,
        deactivated_by_operator=row.deactivated_by_operator,
    )


def _version(row: Row[Any]) -> AccessProfileVersion:
    return AccessProfileVersion(**row._asdict())
