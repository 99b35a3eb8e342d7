"""Alembic runs this to migrate; `store.sql.migrate` hands it the connection."""

from alembic import context

from store.sql.migrate import is_stated
from store.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=lambda name, kind, _parents: is_stated(name, kind),
    # SQLite cannot alter a table in place: Alembic copies it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
