"""Starting a server without what Connexion imports and this one never uses: clients of HTTP.

They are a fifth of a start. Starlette's test client is there for tests, httpx to ask others about tokens,
and `requests` to fetch contracts from URLs.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

UNUSED = {"httpx": (), "requests": (), "starlette.testclient": ("TestClient",)}
"""Modules, with the names that Connexion takes from them when it is imported."""


def import_connexion() -> None:
    """Import Connexion, with nothing in the place of what it does not need here."""
    with _nothing_in_place():
        import connexion  # noqa: F401


@contextmanager
def _nothing_in_place() -> Iterator[None]:
    """Put empty modules where the unused ones would be; whoever imports those later gets the real ones."""
    absent = [name for name in UNUSED if name not in sys.modules]
    for name in absent:
        sys.modules[name] = ModuleType(name)
        vars(sys.modules[name]).update(dict.fromkeys(UNUSED[name]))
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
