"""Imports all modules of packages: `python -m tests.docs.importing PACKAGE,PACKAGE WITHOUT,WITHOUT`."""

import sys
from importlib import import_module
from pkgutil import iter_modules


def import_all(name: str, without: set[str]) -> None:
    """Import a package and what is in it, and not what is left out."""
    for found in iter_modules(import_module(name).__path__, f"{name}."):
        if found.name in without or found.name.endswith(".__main__"):
            continue
        if found.ispkg:
            import_all(found.name, without)
        else:
            import_module(found.name)


if __name__ == "__main__":
    for package in sys.argv[1].split(","):
        import_all(package, set(sys.argv[2].split(",")))
