"""Searching names by a part of them, through an index of trigrams.

SQLite has a full-text table beside `access_profiles`, PostgreSQL an index of the extension pg_trgm; the
migration makes both. A needle of one or two characters has no trigram: then every name is looked at.
"""

from enum import Enum

from sqlalchemy import ColumnElement, and_, bindparam, column, select, table

from domain.names import folded
from store.sql.tables import access_profiles

TRIGRAM = 3

SQLITE_INDEX = "access_profile_names"
"""The full-text table. It holds no text of its own, and triggers keep it."""

_ESCAPE = "/"
_SPECIAL = {"%", "_", _ESCAPE}

_names = table(SQLITE_INDEX, column("rowid"), column("name_folded"))


class Search(Enum):
    """How names are searched."""

    NONE = "not at all"
    EACH = "each name is looked at, unless the database knows better"
    TRIGRAMS = "the full-text table finds candidates"


def search_for(text: str, dialect: str) -> Search:
    """Return how to search for a text; an empty one matches all."""
    if not text:
        return Search.NONE
    return Search.TRIGRAMS if dialect == "sqlite" and len(folded(text)) >= TRIGRAM else Search.EACH


def name_contains(search: Search) -> ColumnElement[bool]:
    """Return the condition that a profile's name contains a text; `search_values` gives the text."""
    contains = access_profiles.c.name_folded.like(bindparam("pattern"), escape=_ESCAPE)
    if search is Search.EACH:
        return contains
    candidates = select(_names.c.rowid).where(_names.c.name_folded.op("MATCH")(bindparam("phrase")))
    # The index finds candidates; the name decides.
    return and_(access_profiles.c.id.in_(candidates), contains)


def search_values(text: str, search: Search) -> dict[str, object]:
    """Return the values of the condition for a text, in upper or lower case."""
    if search is Search.NONE:
        return {}
    needle = folded(text)
    # `%`, `_` and the escape character stand for themselves.
    escaped = "".join(_ESCAPE + letter if letter in _SPECIAL else letter for letter in needle)
    values: dict[str, object] = {"pattern": f"%{escaped}%"}
    if search is Search.TRIGRAMS:
        values["phrase"] = '"' + needle.replace('"', '""') + '"'
    return values
