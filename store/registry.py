"""The one table of stores: URL scheme to opener.

Another distribution adds a store with an entry point in the group `access_profiles.stores`, whose name is the
scheme and whose object is an `Opener`.
"""

from importlib.metadata import EntryPoint, entry_points

from store.api import Opener, Store

ENTRY_POINTS = "access_profiles.stores"

# Only the store that is opened is imported: each brings a driver, and what it needs around it.
OPENERS = {
    "memory": EntryPoint("memory", "store.memory:open_memory", ENTRY_POINTS),
    "postgresql": EntryPoint("postgresql", "store.postgresql.store:open_postgres", ENTRY_POINTS),
    "sqlite": EntryPoint("sqlite", "store.sqlite.store:open_sqlite", ENTRY_POINTS),
}
"""Where the openers of this program's own stores are."""

ALIASES = {"postgres": "postgresql"}
"""Other names of schemes."""


def open_store(url: str) -> Store:
    """Open the store that a URL names.

    Raises:
        ValueError: no store has this scheme, or the URL is not one of its own.
        Unavailable: the store cannot be opened.
    """
    scheme = scheme_of(url)
    found = OPENERS.get(scheme) or next(iter(entry_points(group=ENTRY_POINTS, name=scheme)), None)
    if found is None:
        known = ", ".join(sorted(OPENERS))
        raise ValueError(f'No store has the scheme "{scheme}". Known: {known}.')
    opener: Opener = found.load()
    return opener(url)


def scheme_of(url: str) -> str:
    """Return the scheme of a store's URL, by its first name."""
    scheme = url.partition(":")[0]
    return ALIASES.get(scheme, scheme)
