"""The revision that the tables are at, and the one that this program needs: all that a server has to know.

To change the tables takes Alembic (`store.sql.migrate`), which a server that only asks need not import.
"""

import re
from pathlib import Path

from sqlalchemy import Connection, Select, Text, column, inspect, select, table

SCRIPTS = Path(__file__).parent.parent / "migrations"

VERSION_TABLE = "alembic_version"
"""The table in which Alembic keeps the revision."""

_SCRIPT = re.compile(r"([0-9]{4})_\w+\.py")
"""A script's name begins with its revision, and revisions are numbered in their order."""

_VERSION: Select[str] = select(column("version_num", Text)).select_from(table(VERSION_TABLE))


def head_revision() -> str:
    """Return the revision that this program needs."""
    return max(known_revisions())


def known_revisions() -> set[str]:
    """Return the revisions that this program has a script for."""
    found = (_SCRIPT.fullmatch(script.name) for script in (SCRIPTS / "versions").iterdir())
    return {name[1] for name in found if name is not None}


def current_revision(connection: Connection) -> str | None:
    """Return the revision of the tables, or None when there are none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.execute(_VERSION).one_or_none()
    return None if found is None else found.version_num
