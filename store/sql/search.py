"""Searching names by a part of them, through an index of trigrams.

SQLite has a full-text table beside `access_profiles`, PostgreSQL an index of the extension pg_trgm; the
migration makes both. A needle of one or two characters has no trigram: then every name is looked at.
"""

from sqlalchemy import ColumnElement, and_, column, select, table

from domain.names import folded
from store.sql.tables import access_profiles

TRIGRAM = 3

SQLITE_INDEX = "access_profile_names"
"""The full-text table. It holds no text of its own, and triggers keep it."""

_names = table(SQLITE_INDEX, column("rowid"), column("name_folded"))


def name_contains(text: str, dialect: str) -> ColumnElement[bool]:
    """Return the condition that a profile's name contains a text, in upper or lower case."""
    needle = folded(text)
    # `%`, `_` and the escape character stand for themselves.
    contains = access_profiles.c.name_folded.contains(needle, autoescape=True)
    if dialect != "sqlite" or len(needle) < TRIGRAM:
        return contains
    phrase = '"' + needle.replace('"', '""') + '"'
    candidates = select(_names.c.rowid).where(_names.c.name_folded.op("MATCH")(phrase))
    # The index finds candidates; the name decides.
    return and_(access_profiles.c.id.in_(candidates), contains)
