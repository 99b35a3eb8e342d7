"""Who imports whom, read from the source: also what is imported within a function, by name, or for types."""

import ast
import tomllib
from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).parents[2]

Graph: TypeAlias = Mapping[str, frozenset[str]]
"""What each module, or room, imports of the others."""


def packages() -> list[str]:
    """Return the packages of the product."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[str] = project["tool"]["importlinter"]["root_packages"]
    return found


def module_graph(root: Path, tops: Collection[str]) -> Graph:
    """Return what each module of the packages imports of them.

    What starts a command, `__main__`, is left out: nothing imports it.
    """
    paths = [path for top in tops for path in (root / top).rglob("*.py") if path.stem != "__main__"]
    sources = {_name(path.relative_to(root)): path for path in sorted(paths)}
    return {
        name: frozenset(_imported(ast.parse(path.read_text(encoding="utf-8")), sources)) - {name}
        for name, path in sources.items()
    }


def room_graph(modules: Graph) -> Graph:
    """Return what each room imports of others.

    A room is a package at the top or a package directly within one. A module beside those is a room of its
    own if one of them imports it; it stands below them then, and the rest of its package above.
    """
    rooms = {name: _room(name, modules) for name in modules}
    return {
        room: frozenset(rooms[other] for name in modules if rooms[name] == room for other in modules[name])
        - {room}
        for room in sorted(set(rooms.values()))
    }


def circle(graph: Graph) -> list[str]:
    """Return a way from a node back to itself, each importing the next; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found[::-1]
    return []


def floors(graph: Graph) -> list[list[str]]:
    """Return the nodes of each floor, from the ground up: each imports what is below it alone.

    Raises:
        CycleError: there is a circle.
    """
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    found: list[list[str]] = []
    while sorter.is_active():
        found.append(sorted(sorter.get_ready()))
        sorter.done(*found[-1])
    return found


def _name(path: Path) -> str:
    return ".".join(path.parent.parts if path.stem == "__init__" else path.with_suffix("").parts)


def _imported(tree: ast.Module, known: Collection[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names if alias.name in known)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for alias in names:
                    found = f"{module}.{alias.name}" if f"{module}.{alias.name}" in known else module
                    if found in known:
                        yield found
            case ast.Call(
                func=ast.Name(id="import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ) if name in known:
                yield name


def _room(name: str, modules: Graph) -> str:
    top, *within = name.split(".")
    if not within:
        return top
    inner = f"{top}.{within[0]}"
    if len(within) > 1 or any(other.startswith(f"{inner}.") for other in modules):
        return inner
    imported_by = (other for other in modules if name in modules[other] and other.startswith(f"{top}."))
    return inner if any(_is_below(other, modules) for other in imported_by) else top


def _is_below(name: str, modules: Graph) -> bool:
    """Return whether a module is in a package within a package at the top."""
    inner = ".".join(name.split(".")[:2])
    return name != inner or any(other.startswith(f"{inner}.") for other in modules)
