"""Starting a server without what its libraries import and this one never uses.

Connexion imports clients of HTTP: Starlette's test client for tests, httpx to ask others about tokens,
`requests` to fetch contracts from URLs. structlog imports Rich for tracebacks that show the values of
variables, which hold API keys. uvicorn imports watchfiles to start again when a file has changed.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

UNUSED = {"httpx": (), "requests": (), "starlette.testclient": ("TestClient",)}
"""Modules, with the names that Connexion takes from them when it is imported."""

OPTIONAL = ("rich", "watchfiles")
"""Modules that structlog and uvicorn use where they are installed, and do without where they are not."""


def import_libraries() -> None:
    """Import Connexion, structlog and uvicorn, with nothing in the place of what is not needed here."""
    with _nothing_in_place():
        import connexion  # noqa: F401
        import structlog  # noqa: F401
        import uvicorn  # noqa: F401


@contextmanager
def _nothing_in_place() -> Iterator[None]:
    """Put nothing where the unused modules would be; whoever imports those later gets the real ones."""
    absent = [name for name in (*UNUSED, *OPTIONAL) if name not in sys.modules]
    # To import what is None fails as if it were not installed. `sys.modules` is typed as if it held no None.
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]
    for name in absent:
        modules[name] = _empty(name) if name in UNUSED else None
    try:
        yield
    finally:
        for name in absent:
            del modules[name]


def _empty(name: str) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(dict.fromkeys(UNUSED[name]))
    return module
