"""Statements about templates."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    func,
    insert,
    select,
    true,
    update,
)

from domain.errors import Conflict, NotFound
from domain.names import folded
from domain.records import AccessProfile, NewAccessProfile, ProfileDetail, RoleAttachment
from store.api import Page, ProfileFilter
from store.sql.documents import dump_policy, dump_texts, load_policy, load_texts
from store.sql.inserting import insert_or_conflict
from store.sql.tables import access_profile_tags, access_profiles, role_attachments, roles, sequences

_PROVIDER_CONFIGS = "provider_configs"
"""The name of the sequence that numbers provider configs."""


class SqlProfiles:
    """Reads and writes templates; see `store.api.ProfileWriter`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, profile_id: int) -> ProfileDetail:
        """Return a profile, its attachments and its number of holders."""
        row = self._connection.execute(_BY_ID, {"profile_id": profile_id}).one_or_none()
        if row is None:
            raise NotFound("access profile", profile_id)
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
        condition = _condition(profile_filter)
        total = self._connection.execute(
            select(func.count()).select_from(access_profiles).where(condition)
        ).scalar_one()
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
        rows = self._connection.execute(statement)
        return Page(rows=tuple(_profile(row) for row in rows), total_count=total)

    def reserve_provider_config_ids(self, count: int) -> range:
        """Return ids for `count` provider configs."""
        statement = (
            update(sequences)
            .where(sequences.c.name == _PROVIDER_CONFIGS)
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
                name=profile.name,
                name_folded=folded(profile.name),
                description=profile.description,
                tags=dump_texts(profile.tags),
                is_active=profile.is_active,
                version=1,
                policy=dump_policy(profile.policy),
                user_count=0,
                created_at=profile.created_at,
                updated_at=profile.created_at,
            )
            .returning(*access_profiles.c)
        )
        row = insert_or_conflict(
            self._connection, statement, Conflict("access profile", "name", profile.name)
        )
        if profile.tags:
            self._connection.execute(
                insert(access_profile_tags),
                [{"tag": tag, "access_profile_id": row.id} for tag in profile.tags],
            )
        return _profile(row)

    def set_active(self, profile_id: int, is_active: bool) -> None:
        """Set a profile's state."""
        statement = (
            update(access_profiles).where(access_profiles.c.id == profile_id).values(is_active=is_active)
        )
        if self._connection.execute(statement).rowcount == 0:
            raise NotFound("access profile", profile_id)


_BY_ID = select(access_profiles).where(access_profiles.c.id == bindparam("profile_id"))

_ATTACHMENTS = (
    select(role_attachments, roles.c.name)
    .join(roles, roles.c.id == role_attachments.c.role_id)
    .where(role_attachments.c.access_profile_id == bindparam("profile_id"))
    .order_by(role_attachments.c.id)
)


def _condition(profile_filter: ProfileFilter) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if profile_filter.search:
        needle = folded(profile_filter.search)
        conditions.append(access_profiles.c.name_folded.contains(needle, autoescape=True))
    if profile_filter.tags:
        tagged = select(access_profile_tags.c.access_profile_id).where(
            access_profile_tags.c.tag.in_(profile_filter.tags)
        )
        conditions.append(access_profiles.c.id.in_(tagged))
    if profile_filter.is_active is not None:
        conditions.append(access_profiles.c.is_active.is_(profile_filter.is_active))
    return and_(true(), *conditions)


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
    )
