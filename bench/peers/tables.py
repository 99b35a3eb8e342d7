"""The tables of the peers: columns for what is filtered, JSON for what is read whole."""

import hashlib
import os
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, LargeBinary, Select, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An instant in UTC; SQLite keeps it without a time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into what the database keeps."""
        return value.replace(tzinfo=None) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn what the database kept into an aware instant."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The tables' registry."""

    type_annotation_map = {  # noqa: RUF012 SQLAlchemy's own form
        datetime: Instant,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
        dict[str, Any]: JSON,
    }


class ApiKey(Base):
    """A bearer key, as the SHA-256 of its text."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scopes: Mapped[list[str]]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class RoleAttachment(Base):
    """A role that a profile is attached to."""

    __tablename__ = "role_attachments"

    id: Mapped[int] = mapped_column(primary_key=True)
    access_profile_id: Mapped[int] = mapped_column(ForeignKey("access_profiles.id"), index=True)
    role_id: Mapped[int]
    role_name: Mapped[str]
    is_default: Mapped[bool]


class AccessProfile(Base):
    """A template of access."""

    __tablename__ = "access_profiles"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(index=True)
    version: Mapped[int]
    tags: Mapped[list[str]]
    provider_configs: Mapped[list[dict[str, Any]]]
    budgets: Mapped[list[dict[str, Any]]]
    rate_limit: Mapped[dict[str, Any] | None]
    calendar_aligned: Mapped[bool]
    mcp_tool_groups: Mapped[list[dict[str, Any]]]
    mcp_servers: Mapped[list[dict[str, Any]]]
    mcp_tool_overrides: Mapped[list[dict[str, Any]]]
    user_count: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    roles: Mapped[list[RoleAttachment]] = relationship(lazy="raise")


class AccessProfileVersion(Base):
    """What a profile was at one of its versions."""

    __tablename__ = "access_profile_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    access_profile_id: Mapped[int] = mapped_column(ForeignKey("access_profiles.id"), index=True)
    version: Mapped[int]
    snapshot: Mapped[dict[str, Any]]
    changed_by: Mapped[str]
    created_at: Mapped[datetime]


class AuditLog(Base):
    """Who did what."""

    __tablename__ = "audit_logs"

    id: Mapped[int] = mapped_column(primary_key=True)
    access_profile_id: Mapped[int] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str]
    new_values: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class Sequence(Base):
    """The last id that a provider configuration got."""

    __tablename__ = "sequences"

    name: Mapped[str] = mapped_column(primary_key=True)
    last_value: Mapped[int]


PROVIDER_CONFIG_IDS = "provider_config_ids"


def key_of(secret: str) -> Select[ApiKey]:
    return select(ApiKey).where(ApiKey.secret_hash == hashlib.sha256(secret.encode()).digest())


def profile_with_roles(profile_id: int) -> Select[AccessProfile]:
    return (
        select(AccessProfile).where(AccessProfile.id == profile_id).options(selectinload(AccessProfile.roles))
    )


def sqlite_sessions() -> sessionmaker[Any]:
    """Return what opens sessions on the file that a peer is started with."""
    engine = create_engine(
        os.environ["PEER_DATABASE"], connect_args={"check_same_thread": False}, pool_size=16
    )
    set_pragmas(engine)
    return sessionmaker(engine)


def set_pragmas(engine: Any) -> None:
    """Give an engine's SQLite connections the pragmas that the server of this project uses."""

    @event.listens_for(engine, "connect")
    def _(connection: Any, _entry: ConnectionPoolEntry) -> None:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "busy_timeout = 5000",
        ):
            connection.execute(f"PRAGMA {pragma}")
