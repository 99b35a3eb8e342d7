"""The README and the documents say what is there."""

import re
from pathlib import Path

from server.process.settings import PREFIX, Settings
from tests.serving import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    rows = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| `([^`]*)` \|", README, re.MULTILINE))

    assert rows == {name.upper(): str(getattr(Settings(), name)) for name in Settings.__struct_fields__}


def test_links_to_files_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_files_that_documents_name_exist() -> None:
    path = re.compile(r"`((?:bench|conformance|docs|domain|handlers|server|store|tests)/[\w./]*\w)`")
    named = {(page.name, name) for page in PAGES for name in path.findall(page.read_text(encoding="utf-8"))}

    assert len(named) > 100
    assert [(page, name) for page, name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_document_is_in_the_list_of_the_readme() -> None:
    listed = set(re.findall(r"\]\(([\w./-]+)\)", README.partition("## Documents")[2].partition("\n## ")[0]))
    pages = {str(page.relative_to(ROOT)) for page in PAGES if page.parent.name != "decisions"}

    assert listed - {"docs/decisions"} == pages - {"README.md", "docs/ci/README.md"} | {"docs/ci"}


def test_decisions_are_numbered_without_a_gap() -> None:
    pages = sorted((ROOT / "docs" / "decisions").iterdir())
    numbers = [re.match(r"# (\d+)\. ", page.read_text(encoding="utf-8")) for page in pages]

    assert [int(number[1]) for number in numbers if number] == list(range(1, len(pages) + 1))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"`make ([a-z-]+)`|^\$ make ([a-z-]+)", README, re.MULTILINE))

    for target in {name for pair in commands for name in pair if name}:
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), target


def test_modules_stay_readable() -> None:
    sources = [
        path
        for package in ("conformance", "domain", "handlers", "server", "store")
        for path in Path(ROOT / package).rglob("*.py")
        # Nobody reads what is generated: the contract says the same.
        if path.name != "contract_types.py"
    ]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }

    assert long == {}
