"""Runs a module as if others were not installed: `python -m tests.docs.absent NAME,NAME MODULE ARGUMENTS`."""

import runpy
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class Absent(PathFinder):
    """Finds what Python finds, except the modules that are to be absent."""

    names: frozenset[str]

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in cls.names:
            return None
        return super().find_spec(fullname, path, target)


def main() -> None:
    _, names, module, *arguments = sys.argv
    Absent.names = frozenset(names.split(","))
    sys.meta_path[sys.meta_path.index(PathFinder)] = Absent
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
