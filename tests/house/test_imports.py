"""No circle of imports, none that runs upwards, and a page that shows the house as it is."""

from collections.abc import Mapping
from graphlib import CycleError
from pathlib import Path

import pytest

from tests.house.draw import PAGE, drawn, page_with
from tests.house.import_graph import ROOT, Graph, circle, floors, module_graph, packages, room_graph

MOST_FLOORS = 10


def _graph(**imports: str) -> Graph:
    """Return a graph; `a_b` is the module `a.b`."""
    return {
        name.replace("_", "."): frozenset(imported.replace("_", ".").split())
        for name, imported in imports.items()
    }


def _tree(root: Path, sources: Mapping[str, str]) -> Graph:
    """Return the graph of the package `shop`, with these files in it."""
    for name, source in sources.items():
        path = root / "shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return module_graph(root, ["shop"])


@pytest.fixture(scope="module")
def modules() -> Graph:
    return module_graph(ROOT, packages())


@pytest.fixture(scope="module")
def rooms(modules: Graph) -> Graph:
    return room_graph(modules)


def test_no_modules_and_no_rooms_import_each_other_and_the_house_is_not_too_high(
    modules: Graph, rooms: Graph
) -> None:
    assert (circle(modules), circle(rooms)) == ([], [])
    assert len(floors(rooms)) <= MOST_FLOORS


def test_the_page_shows_the_house_as_it_is(rooms: Graph) -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page_with(drawn(rooms), page) == page, "run: make house"


@pytest.mark.parametrize(
    "source",
    [
        "import shop.b",
        "from shop.b import thing",
        "from shop import b",
        "def later():\n    from shop.b import thing",
        "if TYPE_CHECKING:\n    from shop.b import thing",
        "import_module('shop.b')",
        "importlib.import_module('shop.b')",
    ],
)
def test_an_import_is_seen_wherever_it_stands(tmp_path: Path, source: str) -> None:
    modules = _tree(tmp_path, {"a.py": source, "b.py": "import os\nfrom shop.a import thing"})

    assert modules == {"shop.a": {"shop.b"}, "shop.b": {"shop.a"}}
    assert circle(modules) in (["shop.a", "shop.b", "shop.a"], ["shop.b", "shop.a", "shop.b"])


def test_a_package_is_the_module_that_its_name_imports(tmp_path: Path) -> None:
    modules = _tree(
        tmp_path, {"till/__init__.py": "", "door.py": "from shop.till import Till", "__main__.py": ""}
    )

    assert modules == {"shop.door": {"shop.till"}, "shop.till": set()}


def test_modules_beside_rooms_stand_below_those_that_import_them_and_else_above() -> None:
    modules = _graph(
        shop="", shop_words="", shop_till_coins="shop_words", shop_door="shop_till_coins shop_words"
    )

    rooms = room_graph(modules)

    assert rooms == {"shop": {"shop.till", "shop.words"}, "shop.till": {"shop.words"}, "shop.words": set()}
    assert floors(rooms) == [["shop.words"], ["shop.till"], ["shop"]]


def test_rooms_that_import_each_other_have_no_floors() -> None:
    rooms = room_graph(_graph(shop_a_x="shop_b_x", shop_b_x="", shop_b_y="shop_a_y", shop_a_y=""))

    assert set(circle(rooms)) == {"shop.a", "shop.b"}
    with pytest.raises(CycleError):
        floors(rooms)


def test_a_drawing_leaves_out_arrows_that_a_longer_way_tells() -> None:
    text = drawn(_graph(a="b c", b="c", c=""))

    assert "3 rooms on 3 floors, 3 arrows" in text
    assert text.count("-->") == 2
    assert "| 2 | `a` |\n| 1 | `b` |\n| 0 | `c` |" in text


def test_a_page_takes_a_drawing_and_keeps_the_rest() -> None:
    page = page_with("new\n", "before\n" + page_with("old\n", "") + "after\n")

    assert page_with("new\n", page) == page
    assert "old" not in page
    assert page.startswith("before\n")
    assert page.endswith("after\n")
