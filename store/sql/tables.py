"""The tables. This is the only place that names columns; `store.migrations` creates the same ones.

A policy is one document in one column: it is read whole, written whole and versioned whole. What the contract
filters and sorts by stands beside it, in columns and indexes.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import BigInteger, TypeDecorator

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# SQLite numbers rows only in columns of exactly this type.
RowId = BigInteger().with_variant(Integer(), "sqlite")

# Text that is compared and ordered by code points, as SQLite does anyway, whatever the database's locale is.
Key = Text().with_variant(Text(collation="C"), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An instant, in UTC. Databases without time zones keep it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into what the database keeps."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn what the database kept into an aware instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


access_profiles = Table(
    "access_profiles",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("name", Key, nullable=False, unique=True),
    # The name in the form that searches compare: every database folds case in its own way, so none does it.
    Column("name_folded", Key, nullable=False),
    Column("description", Text),
    Column("tags", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("deactivated_by_operator", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("policy", Text, nullable=False),
    # Kept by each transaction that adds or removes a copy, so that reading it does not count rows.
    Column("user_count", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)
# A search that is too short for trigrams looks at every name: it finds them here.
Index(
    "ix_access_profiles_is_active",
    access_profiles.c.is_active,
    access_profiles.c.id,
    access_profiles.c.name_folded,
)

access_profile_versions = Table(
    "access_profile_versions",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("access_profile_id", ForeignKey("access_profiles.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("snapshot", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("access_profile_id", "version"),
    sqlite_autoincrement=True,
)

# How many profiles there are in each state, kept like `user_count`: counting a million rows takes seconds.
access_profile_totals = Table(
    "access_profile_totals",
    metadata,
    Column("is_active", Boolean, primary_key=True),
    Column("total", BigInteger, nullable=False),
)

access_profile_tags = Table(
    "access_profile_tags",
    metadata,
    Column("tag", Key, primary_key=True),
    Column("access_profile_id", ForeignKey("access_profiles.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_access_profile_tags_access_profile_id", "access_profile_id"),
    sqlite_with_rowid=False,
)

roles = Table(
    "roles",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("name", Key, nullable=False, unique=True),
    Column("description", Text),
    Column("created_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

role_attachments = Table(
    "role_attachments",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("access_profile_id", ForeignKey("access_profiles.id", ondelete="CASCADE"), nullable=False),
    Column("role_id", ForeignKey("roles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("is_default", Boolean, nullable=False),
    UniqueConstraint("access_profile_id", "role_id"),
    sqlite_autoincrement=True,
)

users = Table(
    "users",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("role_id", ForeignKey("roles.id", ondelete="SET NULL"), index=True),
    Column("created_at", Instant, nullable=False),
)

groups = Table(
    "groups",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

user_access_profiles = Table(
    "user_access_profiles",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("parent_profile_id", ForeignKey("access_profiles.id", ondelete="SET NULL")),
    Column("granted_by_role_id", ForeignKey("roles.id", ondelete="SET NULL"), index=True),
    Column("name", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("expires_at", Instant),
    Column("policy", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("user_id", "parent_profile_id"),
    Index("ix_user_access_profiles_parent_profile_id", "parent_profile_id", "id"),
    sqlite_autoincrement=True,
)

virtual_keys = Table(
    "virtual_keys",
    metadata,
    Column("id", Key, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column(
        "user_access_profile_id",
        ForeignKey("user_access_profiles.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("name", Key, nullable=False, unique=True),
    Column("description", Text),
    Column("secret_hash", LargeBinary(32), nullable=False, unique=True),
    Column("masked_value", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("name", Key, nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False, unique=True),
    Column("key_prefix", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    sqlite_autoincrement=True,
)
Index(
    "uq_api_keys_live_name",
    api_keys.c.name,
    unique=True,
    # So on PostgreSQL as well. The revision says it; said here, every start would import that dialect.
    sqlite_where=api_keys.c.revoked_at.is_(None),
)

# No foreign keys: the log outlives what it tells of.
audit_logs = Table(
    "audit_logs",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("access_profile_id", RowId),
    Column("user_id", Key),
    Column("actor", Text, nullable=False),
    Column("action", Key, nullable=False),
    Column("previous_values", Text),
    Column("new_values", Text),
    Column("metadata", Text),
    Column("created_at", Instant, nullable=False),
    Index("ix_audit_logs_access_profile_id", "access_profile_id", "id"),
    Index("ix_audit_logs_user_id", "user_id", "id"),
    Index("ix_audit_logs_action", "action", "id"),
    sqlite_autoincrement=True,
)

sequences = Table(
    "sequences",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_value", BigInteger, nullable=False),
)
