"""Draws the house into `docs/architecture.md`: `make house`."""

import sys

from tests.house.import_graph import ROOT, Graph, floors, module_graph, packages, room_graph

PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- house: drawn by `make house` -->\n", "<!-- end of house -->\n"


def house() -> Graph:
    """Return what each room of the product imports of others."""
    return room_graph(module_graph(ROOT, packages()))


def drawn(rooms: Graph) -> str:
    """Return the rooms, floor by floor from the top, and what each imports.

    An arrow is left out where a longer way leads to the same room.
    """
    levels = floors(rooms)
    arrows = sum(len(imported) for imported in rooms.values())
    lines = [
        f"{len(rooms)} rooms on {len(levels)} floors, {arrows} arrows. Every arrow leads down.\n",
        "```mermaid\nflowchart TD",
        *(f"    {room} --> {' & '.join(direct)}" for room in rooms if (direct := _direct(room, rooms))),
        "```\n",
        "| floor | rooms |\n|---|---|",
        *(
            f"| {number} | {', '.join(f'`{room}`' for room in floor)} |"
            for number, floor in reversed(list(enumerate(levels)))
        ),
    ]
    return "\n".join(lines) + "\n"


def page_with(drawing: str, page: str) -> str:
    """Return the page with a drawing in place of the one it has."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{drawing}{END}{after}"


def _direct(room: str, rooms: Graph) -> list[str]:
    imports = rooms[room]
    return sorted(below for below in imports if not any(below in _reached(other, rooms) for other in imports))


def _reached(room: str, rooms: Graph) -> set[str]:
    """Return the rooms that a room imports, and what those import, and so on."""
    return set(rooms[room]).union(*(_reached(imported, rooms) for imported in rooms[room]))


if __name__ == "__main__":
    PAGE.write_text(page_with(drawn(house()), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE.relative_to(ROOT)}\n")
