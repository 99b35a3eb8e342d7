"""Statements about templates and their versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    delete,
    func,
    insert,
    null,
    select,
    true,
    type_coerce,
    union_all,
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
from store.sql.connections import Statements
from store.sql.json_columns import dump_policy, dump_texts, load_policy, load_texts
from store.sql.prepared import Prepared, bound
from store.sql.search import Search, name_contains, search_for, search_values
from store.sql.sequences import PROVIDER_CONFIGS
from store.sql.tables import (
    access_profile_tags,
    access_profile_totals,
    access_profile_versions,
    access_profiles,
    role_attachments,
    roles,
    sequences,
)
from store.sql.uniqueness import conflict_if_taken

KIND = "access profile"


class SqlProfiles(Statements):
    """Reads and writes templates; see `store.api.ProfileWriter`."""

    def get(self, profile_id: int) -> ProfileDetail:
        """Return a profile, its attachments and its number of holders."""
        rows = _DETAIL.rows(self._connection, profile_id=profile_id)
        kept = next((row for row in rows if row.id is not None), None)
        if kept is None:
            raise NotFound(KIND, profile_id)
        attachments = (
            RoleAttachment(row.attachment_id, profile_id, row.role_id, row.role_name, row.is_default)
            for row in rows
            if row is not kept
        )
        return ProfileDetail(
            profile=_profile(kept),
            roles=tuple(sorted(attachments, key=lambda attachment: attachment.id)),
            user_count=kept.user_count,
        )

    def list(self, profile_filter: ProfileFilter, *, limit: int, offset: int) -> Page[AccessProfile]:
        """Return one page, ordered by id."""
        search = search_for(profile_filter.search, self._connection.dialect.name)
        tags = _padded(profile_filter.tags)
        listing = _listing(search, len(tags), profile_filter.is_active is not None)
        values = search_values(profile_filter.search, search)
        values |= {f"tag_{place}": tag for place, tag in enumerate(tags)}
        if profile_filter.is_active is not None:
            values["is_active"] = profile_filter.is_active
        rows = listing.page.rows(self._connection, limit=limit, offset=offset, **values)
        total = listing.total.one(self._connection, **values).total
        # PostgreSQL's sum of integers is a decimal.
        return Page(rows=tuple(map(_profile, rows)), total_count=int(total))

    def versions(self, profile_id: int) -> Sequence[AccessProfileVersion]:
        """Return the versions of a profile, the newest first."""
        rows = _VERSIONS.rows(self._connection, profile_id=profile_id)
        return [AccessProfileVersion(*row) for row in rows]

    def version(self, profile_id: int, version: int) -> AccessProfileVersion:
        """Return one version of a profile."""
        row = _VERSION.one_or_none(self._connection, profile_id=profile_id, number=version)
        if row is None:
            raise NotFound("version", f"{version} of access profile {profile_id}")
        return AccessProfileVersion(*row)

    def reserve_provider_config_ids(self, count: int) -> range:
        """Return ids for `count` provider configs."""
        last: int = _RESERVE.one(self._connection, count=count).last_value
        return range(last - count + 1, last + 1)

    def add(self, profile: NewAccessProfile) -> AccessProfile:
        """Keep a new profile at version 1."""
        with conflict_if_taken(self._connection, Conflict(KIND, "name", profile.name)):
            row = _ADD.one(
                self._connection,
                **_columns(profile),
                deactivated_by_operator=False,
                version=1,
                user_count=0,
                updated_at=profile.created_at,
            )
        self._tag(row.id, profile.tags)
        self._count(profile.is_active, 1)
        return _profile(row)

    def save(self, profile: AccessProfile, *, read_version: int) -> None:
        """Keep a changed profile."""
        kept = self._row(profile.id)
        if kept.version != read_version:
            raise StaleVersion(KIND, profile.id, read=read_version, kept=kept.version)
        with conflict_if_taken(self._connection, Conflict(KIND, "name", profile.name)):
            _SAVE.run(
                self._connection,
                profile_id=profile.id,
                **_columns(profile),
                deactivated_by_operator=profile.deactivated_by_operator,
                version=profile.version,
                updated_at=profile.updated_at,
            )
        if load_texts(kept.tags) != profile.tags:
            _UNTAG.run(self._connection, profile_id=profile.id)
            self._tag(profile.id, profile.tags)
        self._move(kept.is_active, profile.is_active)

    def set_active(self, profile_id: int, is_active: bool, *, by_operator: bool = False) -> None:
        """Set a profile's state."""
        kept = self._row(profile_id)
        _SET_ACTIVE.run(
            self._connection,
            profile_id=profile_id,
            is_active=is_active,
            deactivated_by_operator=by_operator and not is_active,
        )
        self._move(kept.is_active, is_active)

    def delete(self, profile_id: int) -> None:
        """Remove a profile; the database removes its attachments and versions."""
        kept = self._row(profile_id)
        _DELETE.run(self._connection, profile_id=profile_id)
        self._count(kept.is_active, -1)

    def add_version(self, version: NewVersion) -> AccessProfileVersion:
        """Keep a version of a profile."""
        if _EXISTS.one_or_none(self._connection, profile_id=version.access_profile_id) is None:
            raise NotFound(KIND, version.access_profile_id)
        values = {name: getattr(version, name) for name in _VERSIONED}
        with conflict_if_taken(self._connection, Conflict("version", "number", str(version.version))):
            row = _ADD_VERSION.one(self._connection, **values)
        return AccessProfileVersion(*row)

    def _row(self, profile_id: int) -> Any:
        row = _BY_ID.one_or_none(self._connection, profile_id=profile_id)
        if row is None:
            raise NotFound(KIND, profile_id)
        return row

    def _tag(self, profile_id: int, tags: Sequence[str]) -> None:
        if tags:
            _TAG.run_each(self._connection, [{"tag": tag, "access_profile_id": profile_id} for tag in tags])

    def _move(self, was_active: bool, is_active: bool) -> None:
        if was_active is not is_active:
            self._count(was_active, -1)
            self._count(is_active, 1)

    def _count(self, is_active: bool, change: int) -> None:
        _COUNT.run(self._connection, state=is_active, change=change)


@dataclass(frozen=True, slots=True)
class _Listing:
    """What reads the profiles that match a kind of filter."""

    page: Prepared
    total: Prepared


def _padded(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return tags with the last one repeated until their number is a power of two.

    So 2,000 tags and any fewer need 12 statements instead of 2,000, each of which takes up to 0.9 MB.
    """
    wanted = 1 << (len(tags) - 1).bit_length() if tags else 0
    return tags + tags[-1:] * (wanted - len(tags))


@lru_cache(maxsize=128)
def _listing(search: Search, tags: int, by_state: bool) -> _Listing:
    """Return the statements for filters of one kind.

    Args:
        search: how names are searched.
        tags: the number of tags, a power of two or none.
        by_state: whether only profiles of one state match.
    """
    conditions: list[ColumnElement[bool]] = [name_contains(search)] if search is not Search.NONE else []
    if tags:
        places: list[BindParameter[str]] = [bindparam(f"tag_{place}") for place in range(tags)]
        tagged = select(access_profile_tags.c.access_profile_id).where(access_profile_tags.c.tag.in_(places))
        conditions.append(access_profiles.c.id.in_(tagged))
    counted_by = access_profile_totals.c.total
    total = select(func.sum(counted_by).label("total"))
    if by_state:
        total = total.where(access_profile_totals.c.is_active == bindparam("is_active"))
        conditions.append(access_profiles.c.is_active == bindparam("is_active"))
    matching = and_(true(), *conditions)
    if search is not Search.NONE or tags:
        total = select(func.count().label("total")).select_from(access_profiles).where(matching)
    # The ids of the page come from an index; only its own rows are read whole.
    page_ids = (
        select(access_profiles.c.id)
        .where(matching)
        .order_by(access_profiles.c.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .subquery()
    )
    page = select(*_KEPT).join(page_ids, access_profiles.c.id == page_ids.c.id).order_by(access_profiles.c.id)
    return _Listing(Prepared(page), Prepared(total))


_IS_PROFILE = access_profiles.c.id == bindparam("profile_id")
_SAVED = ("name", "name_folded", "description", "tags", "policy", "is_active", "created_at")
_KEPT = [column for column in access_profiles.c if column.name != "name_folded"]

_BY_ID = Prepared(select(*_KEPT).where(_IS_PROFILE))
_EXISTS = Prepared(select(access_profiles.c.id).where(_IS_PROFILE))
_ADD = Prepared(
    insert(access_profiles)
    .values(bound(*(column.name for column in access_profiles.c if column.name != "id")))
    .returning(*_KEPT)
)
_SAVE = Prepared(
    update(access_profiles)
    .where(_IS_PROFILE)
    .values(bound(*_SAVED, "deactivated_by_operator", "version", "updated_at"))
)
_SET_ACTIVE = Prepared(
    update(access_profiles).where(_IS_PROFILE).values(bound("is_active", "deactivated_by_operator"))
)
_DELETE = Prepared(delete(access_profiles).where(_IS_PROFILE))

_TAG = Prepared(insert(access_profile_tags).values(bound("tag", "access_profile_id")))
_UNTAG = Prepared(
    delete(access_profile_tags).where(access_profile_tags.c.access_profile_id == bindparam("profile_id"))
)
_COUNT = Prepared(
    update(access_profile_totals)
    .where(access_profile_totals.c.is_active == bindparam("state"))
    .values(total=access_profile_totals.c.total + bindparam("change"))
)
_RESERVE = Prepared(
    update(sequences)
    .where(sequences.c.name == PROVIDER_CONFIGS)
    .values(last_value=sequences.c.last_value + bindparam("count"))
    .returning(sequences.c.last_value)
)

_ATTACHMENT = [
    role_attachments.c.id.label("attachment_id"),
    role_attachments.c.role_id,
    roles.c.name.label("role_name"),
    role_attachments.c.is_default,
]


def _without(columns: Iterable[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """Return NULL in the place of each column."""
    return [type_coerce(null(), column.type).label(column.key) for column in columns]


# A profile in one row and each of its attachments in another, in one trip to the database. A join would
# repeat the policy for each attachment.
_DETAIL = Prepared(
    union_all(
        select(*_KEPT, *_without(_ATTACHMENT)).where(_IS_PROFILE),
        select(*_without(_KEPT), *_ATTACHMENT)
        .join(roles, roles.c.id == role_attachments.c.role_id)
        .where(role_attachments.c.access_profile_id == bindparam("profile_id")),
    )
)

_OF_PROFILE = access_profile_versions.c.access_profile_id == bindparam("profile_id")
_VERSIONS = Prepared(
    select(access_profile_versions).where(_OF_PROFILE).order_by(access_profile_versions.c.version.desc())
)
# A number that no version can have is one that is not found: it must fit its parameter, not its column.
_VERSION = Prepared(
    select(access_profile_versions).where(
        _OF_PROFILE, access_profile_versions.c.version == bindparam("number", type_=BigInteger)
    )
)
_VERSIONED = tuple(part.name for part in fields(NewVersion))
_ADD_VERSION = Prepared(
    insert(access_profile_versions).values(bound(*_VERSIONED)).returning(*access_profile_versions.c)
)


def _columns(profile: NewAccessProfile | AccessProfile) -> dict[str, Any]:
    """Return the columns that a new profile and one that is saved have alike."""
    return {
        "name": profile.name,
        "name_folded": folded(profile.name),
        "description": profile.description,
        "tags": dump_texts(profile.tags),
        "policy": dump_policy(profile.policy),
        "is_active": profile.is_active,
        "created_at": profile.created_at,
    }


def _profile(row: Any) -> AccessProfile:
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
