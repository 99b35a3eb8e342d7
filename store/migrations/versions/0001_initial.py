"""The first tables: profiles, roles, users, what users hold, keys and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

drops = "all tables and everything in them: profiles, roles, users, copies, keys and the audit log"
"""What is lost when this revision is taken back."""

# A migration states its own types: it must not change when the program's tables do.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, those that are referred to first."""
    _create_access_profile_totals()
    _create_access_profiles()
    _create_api_keys()
    _create_audit_logs()
    _create_groups()
    _create_roles()
    _create_sequences()
    _create_access_profile_tags()
    _create_access_profile_versions()
    _create_role_attachments()
    _create_users()
    _create_group_members()
    _create_user_access_profiles()
    _create_virtual_keys()
    op.execute("INSERT INTO sequences (name, last_value) VALUES ('provider_configs', 0)")
    op.execute("INSERT INTO access_profile_totals (is_active, total) VALUES (true, 0), (false, 0)")
    _create_own_indexes()


def downgrade() -> None:
    """Drop the tables, those that refer to others first."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE access_profile_names")
    for table in (
        "virtual_keys",
        "user_access_profiles",
        "group_members",
        "users",
        "role_attachments",
        "access_profile_versions",
        "access_profile_tags",
        "sequences",
        "roles",
        "groups",
        "audit_logs",
        "api_keys",
        "access_profiles",
        "access_profile_totals",
    ):
        op.drop_table(table)


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


def _create_access_profile_totals() -> None:
    op.create_table(
        "access_profile_totals",
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("is_active", name="pk_access_profile_totals"),
    )


def _create_access_profiles() -> None:
    op.create_table(
        "access_profiles",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("name_folded", KEY, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("deactivated_by_operator", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("user_count", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_profiles"),
        sa.UniqueConstraint("name", name="uq_access_profiles_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_access_profiles_is_active", "access_profiles", ["is_active", "id", "name_folded"])


def _create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_prefix", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("secret_hash", name="uq_api_keys_secret_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_api_keys_live_name",
        "api_keys",
        ["name"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def _create_audit_logs() -> None:
    op.create_table(
        "audit_logs",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("access_profile_id", ROW_ID, nullable=True),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", KEY, nullable=False),
        sa.Column("previous_values", sa.Text(), nullable=True),
        sa.Column("new_values", sa.Text(), nullable=True),
        sa.Column("metadata", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_logs"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_logs_access_profile_id", "audit_logs", ["access_profile_id", "id"])
    op.create_index("ix_audit_logs_action", "audit_logs", ["action", "id"])
    op.create_index("ix_audit_logs_user_id", "audit_logs", ["user_id", "id"])


def _create_groups() -> None:
    op.create_table(
        "groups",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
    )


def _create_roles() -> None:
    op.create_table(
        "roles",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
        sa.UniqueConstraint("name", name="uq_roles_name"),
        sqlite_autoincrement=True,
    )


def _create_sequences() -> None:
    op.create_table(
        "sequences",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sequences"),
    )


def _create_access_profile_tags() -> None:
    op.create_table(
        "access_profile_tags",
        sa.Column("tag", KEY, nullable=False),
        sa.Column("access_profile_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["access_profile_id"],
            ["access_profiles.id"],
            name="fk_access_profile_tags_access_profile_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tag", "access_profile_id", name="pk_access_profile_tags"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_access_profile_tags_access_profile_id", "access_profile_tags", ["access_profile_id"])


def _create_access_profile_versions() -> None:
    op.create_table(
        "access_profile_versions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("access_profile_id", ROW_ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["access_profile_id"],
            ["access_profiles.id"],
            name="fk_access_profile_versions_access_profile_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_access_profile_versions"),
        sa.UniqueConstraint(
            "access_profile_id", "version", name="uq_access_profile_versions_access_profile_id"
        ),
        sqlite_autoincrement=True,
    )


def _create_role_attachments() -> None:
    op.create_table(
        "role_attachments",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("access_profile_id", ROW_ID, nullable=False),
        sa.Column("role_id", ROW_ID, nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["access_profile_id"],
            ["access_profiles.id"],
            name="fk_role_attachments_access_profile_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["roles.id"], name="fk_role_attachments_role_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_role_attachments"),
        sa.UniqueConstraint("access_profile_id", "role_id", name="uq_role_attachments_access_profile_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_role_attachments_role_id", "role_attachments", ["role_id"])


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role_id", ROW_ID, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name="fk_users_role_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_index("ix_users_role_id", "users", ["role_id"])


def _create_group_members() -> None:
    op.create_table(
        "group_members",
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name="fk_group_members_group_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_group_members_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "user_id", name="pk_group_members"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_group_members_user_id", "group_members", ["user_id"])


def _create_user_access_profiles() -> None:
    op.create_table(
        "user_access_profiles",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("parent_profile_id", ROW_ID, nullable=True),
        sa.Column("granted_by_role_id", ROW_ID, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["granted_by_role_id"],
            ["roles.id"],
            name="fk_user_access_profiles_granted_by_role_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["parent_profile_id"],
            ["access_profiles.id"],
            name="fk_user_access_profiles_parent_profile_id",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_user_access_profiles_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_user_access_profiles"),
        sa.UniqueConstraint("user_id", "parent_profile_id", name="uq_user_access_profiles_user_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_user_access_profiles_granted_by_role_id", "user_access_profiles", ["granted_by_role_id"]
    )
    op.create_index(
        "ix_user_access_profiles_parent_profile_id", "user_access_profiles", ["parent_profile_id", "id"]
    )


def _create_virtual_keys() -> None:
    op.create_table(
        "virtual_keys",
        sa.Column("id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("user_access_profile_id", ROW_ID, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("masked_value", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_access_profile_id"],
            ["user_access_profiles.id"],
            name="fk_virtual_keys_user_access_profile_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_virtual_keys_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_virtual_keys"),
        sa.UniqueConstraint("name", name="uq_virtual_keys_name"),
        sa.UniqueConstraint("secret_hash", name="uq_virtual_keys_secret_hash"),
    )
    op.create_index("ix_virtual_keys_user_access_profile_id", "virtual_keys", ["user_access_profile_id"])
    op.create_index("ix_virtual_keys_user_id", "virtual_keys", ["user_id"])
