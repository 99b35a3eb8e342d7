"""What the pages are made of: files of others as published, and own files that ask no other host."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

import server.pages

FOLDER = Path(server.pages.__file__).parent
STATIC = FOLDER / "static"
VENDOR = STATIC / "vendor"
OWN = [
    *sorted((FOLDER / "templates").rglob("*.html")),
    *(path for path in sorted(STATIC.rglob("*")) if path.is_file() and VENDOR not in path.parents),
]

VENDORED = tomllib.loads((VENDOR / "VENDOR.toml").read_text("utf-8"))["vendored"]

# Names of XML vocabularies look like addresses and are none.
NAMESPACES = ("http://www.w3.org/2000/svg",)


def test_vendored_files_are_as_published() -> None:
    written = {
        Path(entry["folder"], name): digest for entry in VENDORED for name, digest in entry["sha256"].items()
    }
    found = {
        path.relative_to(VENDOR): sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.parent != VENDOR
    }

    assert found == written


@pytest.mark.parametrize("entry", VENDORED, ids=lambda entry: str(entry["name"]))
def test_vendored_files_carry_their_licence(entry: dict[str, str]) -> None:
    assert {"name", "version", "licence", "source"} <= entry.keys()
    assert entry["version"] in entry["source"]
    assert (VENDOR / entry["folder"] / "LICENSE").stat().st_size > 1000


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(FOLDER)))
def test_own_files_name_no_other_host(path: Path) -> None:
    text = path.read_text("utf-8")
    for namespace in NAMESPACES:
        text = text.replace(f'xmlns="{namespace}"', "")

    assert re.findall(r"""(?:https?:|["'(])//[\w.-]+""", text) == []
    assert "@import" not in text


def test_own_files_are_found() -> None:
    assert {path.name for path in OWN} >= {"base.html", "landing.html", "docs.html", "site.css", "docs.js"}
