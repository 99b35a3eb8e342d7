"""Import-linter holds who imports whom, and sees import statements; here is what it does not see."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.rules import for_each

ROOT = Path(__file__).parents[2]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
_IMPORTERS = ("__import__", "find_spec", "import_module", "run_module")


def _named(source: str) -> Iterator[str]:
    """Yield each module that a source text imports by a name in a string."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args:
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            named = node.args[0]
            # An f-string names its package where it begins with it.
            first = named.values[0] if isinstance(named, ast.JoinedStr) and named.values else named
            if name in _IMPORTERS and isinstance(first, ast.Constant):
                yield str(first.value)


@for_each(dict(zip(PACKAGES, PACKAGES, strict=True)))
def test_no_module_names_another_package_in_a_string_to_import_it(package: str) -> None:
    others = {other for other in PACKAGES if other != package}
    named = [
        f"{path.relative_to(ROOT)}: {module}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for module in _named(path.read_text())
        if module.partition(".")[0] in others
    ]

    assert named == []


def test_names_in_strings_are_found() -> None:
    source = 'importlib.import_module("store.registry"), __import__("server"), import_module(f"domain.{x}")'

    assert list(_named(source)) == ["store.registry", "server", "domain."]
