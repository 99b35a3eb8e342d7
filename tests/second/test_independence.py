"""The second server has nothing of the first, and can be read at a sitting."""

import ast
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = sorted(path for path in HERE.glob("*.py") if not path.name.startswith("test_"))


def imported(path: Path) -> set[str]:
    """Return the names of all modules that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_imports_the_standard_library_and_its_neighbours_alone(path: Path) -> None:
    others = {name for name in imported(path) if name.partition(".")[0] not in sys.stdlib_module_names}

    assert {
        name for name in others if name != "tests.second" and not name.startswith("tests.second.")
    } == set()


def test_the_modules_are_there_and_short() -> None:
    lines = {path.name: len(path.read_text("utf-8").splitlines()) for path in MODULES}

    assert len(lines) > 8
    assert {name: number for name, number in lines.items() if number > 250} == {}
