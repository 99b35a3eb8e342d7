"""The one table of stores: URL scheme to opener.

Another distribution adds a store with an entry point in the group `access_profiles.stores`, whose name is the
scheme and whose object is an `Opener`.
"""

from importlib.metadata import entry_points

from store.api import Opener, Store
from store.memory import open_memory
from store.postgres import open_postgres
from store.sqlite import open_sqlite

ENTRY_POINTS = "access_profiles.stores"

OPENERS: dict[str, Opener] = {
    "memory": open_memory,
    "postgresql": open_postgres,
    "sqlite": open_sqlite,
}

ALIASES = {"postgres": "postgresql"}
"""Other names of schemes."""


def open_store(url: str) -> Store:
    """Open the store that a URL names.

    Raises:
        ValueError: no store has this scheme, or the URL is not one of its own.
        Unavailable: the store cannot be opened.
    """
    scheme = scheme_of(url)
    opener = OPENERS.get(scheme) or _third_party(scheme)
    if opener is None:
        known = ", ".join(sorted(OPENERS))
        raise ValueError(f'No store has the scheme "{scheme}". Known: {known}.')
    return opener(url)


def scheme_of(url: str) -> str:
    """Return the scheme of a store's URL, by its first name."""
    scheme = url.partition(":")[0]
    return ALIASES.get(scheme, scheme)


def _third_party(scheme: str) -> Opener | None:
    for entry_point in entry_points(group=ENTRY_POINTS, name=scheme):
        opener: Opener = entry_point.load()
        return opener
    return None
