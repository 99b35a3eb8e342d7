"""The product calls things by the words of `docs/glossary.md`, and not by those that went."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.house.import_graph import ROOT, packages

GONE = {
    "asides": "side requests",
    "blame": "attribution",
    "breakable": "faulty server",
    "hindrance": "exclusion",
    "hindrances": "exclusions",
    "known_failures": "expected failures",
    "left_out": "omitted, exclusions",
    "numbering": "sequences",
    "placing": "atomic files",
    "planted": "seeded",
    "put_in_force": "instantiate",
    "reads_wait": "reads block",
    "representation": "replies",
    "settle": "roll forward; to make legal",
    "settled": "rolled forward; made legal",
    "settles": "rolls forward; makes legal",
    "stamp": "data version",
    "stamps": "data versions",
    "surroundings": "context, dependencies",
    "writes_wait": "writes block",
}
"""Words that no identifier has among its own, and what is said instead."""

GONE_NAMES = {
    "Course": "Progress",
    "Planted": "SeededFault",
    "Remembered": "VersionedCache",
    "Stand": "TrialServer",
    "Turns": "FairSemaphore",
    "Breakable": "FaultyServer",
    "Catalogue": "Registry",
    "lasts": "cacheable",
    "linear": "linearizability",
    "shapes": "response schemas",
    "moments": "timestamps",
    "subjects": "scenarios",
    "wire": "streams",
    "witness": "detectability",
}
"""Words that may be part of a name, but not all of it."""


def _identifiers(path: Path) -> Iterator[tuple[int, str]]:
    """Yield what a module is called and what it names, with the lines."""
    yield 1, path.parent.name if path.stem == "__init__" else path.stem
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name


def _words(name: str) -> str:
    """Return an identifier as words in lower case with underscores around."""
    parts = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)
    return f"_{'_'.join(parts).lower()}_"


def _instead(name: str) -> str | None:
    """Return what is said instead of a name that went; None for one that is good."""
    if (word := name.strip("_")) in GONE_NAMES:
        return GONE_NAMES[word]
    words = _words(name)
    return next((better for gone, better in GONE.items() if f"_{gone}_" in words), None)


def test_no_identifier_of_the_product_has_a_word_that_went() -> None:
    paths = [path for package in packages() for path in sorted((ROOT / package).rglob("*.py"))]
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}: say {better}"
        for path in paths
        for line, name in _identifiers(path)
        if (better := _instead(name))
    ]

    assert len(paths) > 100
    assert found == []


def test_a_word_that_went_is_seen_wherever_it_stands_and_a_word_within_another_is_another() -> None:
    gone = [
        "_Stamps",
        "take_stamp",
        "DataStamp",
        "left_out",
        "_left_out",
        "rows_left_out",
        "Stand",
        "_witness",
    ]
    good = ["timestamps", "created_at", "STAND_BACK_SECONDS", "least_outer", "Witnesses"]

    assert [name for name in (*gone, *good) if _instead(name)] == gone


def test_the_glossary_has_each_word_once() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| ([\w ,-]+) \|", page, re.MULTILINE)
    stated = [word for row in words for word in row.split(", ") if row != "word"]

    assert len(stated) > 40
    assert len(set(stated)) == len(stated)
    assert set(stated).isdisjoint(word.replace("_", " ") for word in GONE)


OF_ONE_API = re.compile(r"bfst|sk-bf|virtual.?key|access profile", re.IGNORECASE)
ENGINE = ("contract", "http", "run", "boundary", "fuzz", "report")


def test_the_engine_has_no_word_of_one_api() -> None:
    rooms = [sorted((ROOT / "conformance" / room).rglob("*.py")) for room in ENGINE]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in chain.from_iterable(rooms)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if OF_ONE_API.search(line)
    ]

    assert all(rooms)
    assert found == []
