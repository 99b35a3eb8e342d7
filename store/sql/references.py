"""Rows that others refer to."""

from sqlalchemy import Connection, Table, select

from domain.errors import NotFound


def is_kept(connection: Connection, table: Table, key: int | str) -> bool:
    """Return whether a table has a row of this id."""
    return connection.execute(select(table.c.id).where(table.c.id == key)).first() is not None


def require(connection: Connection, table: Table, kind: str, key: int | str | None) -> None:
    """Check that what a row refers to is there; None refers to nothing.

    Raises:
        NotFound: it is not.
    """
    if key is not None and not is_kept(connection, table, key):
        raise NotFound(kind, key)
