"""The first tables: profiles, roles, users, what users hold, keys and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

drops = "all tables and everything in them: profiles, roles, users, copies, keys and the audit log"
"""What is lost when this revision is taken back."""

# A migration states its own types and tables: they must not change when the program's do.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)

METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

_LIVE = sa.text("revoked_at IS NULL")

sa.Table(
    "access_profiles",
    METADATA,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("name", KEY, nullable=False, unique=True),
    sa.Column("name_folded", KEY, nullable=False),
    sa.Column("description", sa.Text()),
    sa.Column("tags", sa.Text(), nullable=False),
    sa.Column("is_active", sa.Boolean(), nullable=False),
    sa.Column("deactivated_by_operator", sa.Boolean(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("policy", sa.Text(), nullable=False),
    sa.Column("user_count", sa.Integer(), nullable=False),
    sa.Column("created_at", INSTANT, nullable=False),
    sa.Column("updated_at", INSTANT, nullable=False),
    sa.Index("ix_access_profiles_is_active", "is_active", "id", "name_folded"),
    sqlite_autoincrement=True,
)

sa.Table(
    "access_profile_versions",
    METADATA,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("access_profile_id", sa.ForeignKey("access_profiles.id", ondelete="CASCADE"), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("description", sa.Text()),
    sa.Column("snapshot", sa.Text(), nullable=False),
    sa.Column("changed_by", sa.Text(), nullable=False),
    sa.Column("created_at", INSTANT, nullable=False),
    sa.UniqueConstraint("access_profile_id", "version"),
    sqlite_autoincrement=True,
)

sa.Table(
    "access_profile_totals",
    METADATA,
    sa.Column("is_active", sa.Boolean(), primary_key=True),
    sa.Column("total", sa.BigInteger(), nullable=False),
)

sa.Table(
    "access_profile_tags",
    METADATA,
    sa.Column("tag", KEY, primary_key=True),
    sa.Column("access_profile_id", sa.ForeignKey("access_profiles.id", ondelete="CASCADE"), primary_key=True),
    sa.Index("ix_access_profile_tags_access_profile_id", "access_profile_id"),
    sqlite_with_rowid=False,
)

sa.Table(
    "roles",
    METADATA,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("name", KEY, nullable=False, unique=True),
    sa.Column("description", sa.Text()),
    sa.Column("created_at", INSTANT, nullable=False),
    sqlite_autoincrement=True,
)

sa.Table(
    "role_attachments",
    METADATA,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("access_profile_id", sa.ForeignKey("access_profiles.id", ondelete="CASCADE"), nullable=False),
    sa.Column("role_id", sa.ForeignKey("roles.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("is_default", sa.Boolean(), nullable=False),
    sa.UniqueConstraint("access_profile_id", "role_id"),
    sqlite_autoincrement=True,
)

sa.Table(
    "users",
    METADATA,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("email", sa.Text(), nullable=False),
    sa.Column("role_id", sa.ForeignKey("roles.id", ondelete="SET NULL"), index=True),
    sa.Column("created_at", INSTANT, nullable=False),
)

sa.Table(
    "groups",
    METADATA,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("name", sa.Text(), nullable=False),
)

sa.Table(
    "group_members",
    METADATA,
    sa.Column("group_id", sa.ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

sa.Table(
    "user_access_profiles",
    METADATA,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    sa.Column("parent_profile_id", sa.ForeignKey("access_profiles.id", ondelete="SET NULL")),
    sa.Column("granted_by_role_id", sa.ForeignKey("roles.id", ondelete="SET NULL"), index=True),
    sa.Column("name", sa.Text(), nullable=False),
    sa.Column("is_active", sa.Boolean(), nullable=False),
    sa.Column("expires_at", INSTANT),
    sa.Column("policy", sa.Text(), nullable=False),
    sa.Column("created_at", INSTANT, nullable=False),
    sa.UniqueConstraint("user_id", "parent_profile_id"),
    sa.Index("ix_user_access_profiles_parent_profile_id", "parent_profile_id", "id"),
    sqlite_autoincrement=True,
)

sa.Table(
    "virtual_keys",
    METADATA,
    sa.Column("id", KEY, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column(
        "user_access_profile_id",
        sa.ForeignKey("user_access_profiles.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("name", KEY, nullable=False, unique=True),
    sa.Column("description", sa.Text()),
    sa.Column("secret_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("masked_value", sa.Text(), nullable=False),
    sa.Column("created_at", INSTANT, nullable=False),
)

sa.Table(
    "api_keys",
    METADATA,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("name", KEY, nullable=False),
    sa.Column("secret_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("key_prefix", sa.Text(), nullable=False),
    sa.Column("scopes", sa.Text(), nullable=False),
    sa.Column("created_at", INSTANT, nullable=False),
    sa.Column("expires_at", INSTANT),
    sa.Column("revoked_at", INSTANT),
    sa.Index("uq_api_keys_live_name", "name", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    sqlite_autoincrement=True,
)

sa.Table(
    "audit_logs",
    METADATA,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("access_profile_id", ROW_ID),
    sa.Column("user_id", KEY),
    sa.Column("actor", sa.Text(), nullable=False),
    sa.Column("action", KEY, nullable=False),
    sa.Column("previous_values", sa.Text()),
    sa.Column("new_values", sa.Text()),
    sa.Column("metadata", sa.Text()),
    sa.Column("created_at", INSTANT, nullable=False),
    sa.Index("ix_audit_logs_access_profile_id", "access_profile_id", "id"),
    sa.Index("ix_audit_logs_user_id", "user_id", "id"),
    sa.Index("ix_audit_logs_action", "action", "id"),
    sqlite_autoincrement=True,
)

sa.Table(
    "sequences",
    METADATA,
    sa.Column("name", sa.Text(), primary_key=True),
    sa.Column("last_value", sa.BigInteger(), nullable=False),
)


def upgrade() -> None:
    """Make the tables, with the rows that count and number, and what each database needs of its own."""
    METADATA.create_all(op.get_bind(), checkfirst=False)
    op.execute("INSERT INTO sequences (name, last_value) VALUES ('provider_configs', 0)")
    op.execute("INSERT INTO access_profile_totals (is_active, total) VALUES (true, 0), (false, 0)")
    _create_own_indexes()


def downgrade() -> None:
    """Drop everything."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE access_profile_names")
    METADATA.drop_all(op.get_bind(), checkfirst=False)


def _create_own_indexes() -> None:
    """Make what each database needs of its own, to search names by trigrams and to pass over rows."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute(
            "CREATE INDEX ix_access_profiles_name_trigrams ON access_profiles "
            "USING gin (name_folded gin_trgm_ops)"
        )
        return
    # SQLite's table is its own index of ids: passing over rows in it reads them whole. This one is narrow,
    # and has what is compared when a search is too short for trigrams.
    op.execute("CREATE INDEX ix_access_profiles_order ON access_profiles (id, name_folded)")
    # A full-text table that holds no text of its own; the triggers tell it what changes.
    op.execute(
        "CREATE VIRTUAL TABLE access_profile_names USING fts5("
        "name_folded, content='access_profiles', content_rowid='id', "
        "tokenize='trigram case_sensitive 1', detail='full')"
    )
    added = "INSERT INTO access_profile_names (rowid, name_folded) VALUES (new.id, new.name_folded);"
    removed = (
        "INSERT INTO access_profile_names (access_profile_names, rowid, name_folded) "
        "VALUES ('delete', old.id, old.name_folded);"
    )
    for event, statements in (
        ("INSERT", added),
        ("DELETE", removed),
        ("UPDATE OF name_folded", f"{removed} {added}"),
    ):
        name = event.split()[0].lower()
        op.execute(
            f"CREATE TRIGGER access_profile_names_{name} AFTER {event} ON access_profiles "
            f"BEGIN {statements} END"
        )
