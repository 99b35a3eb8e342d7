"""${message}."""

import sqlalchemy as sa
from alembic import op

from store.sql.tables import Instant, RowId

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}

drops = "..."
"""What is lost when this revision is taken back."""


def upgrade() -> None:
    """Make the change."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Take it back."""
    ${downgrades if downgrades else "pass"}
