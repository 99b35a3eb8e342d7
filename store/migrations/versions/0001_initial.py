"""The first tables: profiles, roles, users, copies and API keys."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# A migration states its own types: it must not change when the program's tables do.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, those that are referred to first."""
    _create_access_profiles()
    _create_api_keys()
    _create_roles()
    _create_sequences()
    _create_access_profile_tags()
    _create_role_attachments()
    _create_users()
    _create_user_access_profiles()
    op.execute("INSERT INTO sequences (name, last_value) VALUES ('provider_configs', 0)")


def downgrade() -> None:
    """Drop the tables, those that refer to others first."""
    for table in (
        "user_access_profiles",
        "users",
        "role_attachments",
        "access_profile_tags",
        "sequences",
        "roles",
        "api_keys",
        "access_profiles",
    ):
        op.drop_table(table)


def _create_access_profiles() -> None:
    op.create_table(
        "access_profiles",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("user_count", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_profiles"),
        sa.UniqueConstraint("name", name="uq_access_profiles_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_access_profiles_is_active", "access_profiles", ["is_active", "id"])


def _create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
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


def _create_roles() -> None:
    op.create_table(
        "roles",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
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
        sa.Column("tag", sa.Text(), nullable=False),
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
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role_id", ROW_ID, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name="fk_users_role_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_index("ix_users_role_id", "users", ["role_id"])


def _create_user_access_profiles() -> None:
    op.create_table(
        "user_access_profiles",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("parent_profile_id", ROW_ID, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
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
        "ix_user_access_profiles_parent_profile_id", "user_access_profiles", ["parent_profile_id"]
    )
