"""The README and the architecture page say what is there."""

import re
from pathlib import Path

from server.process.settings import PREFIX, Settings
from tests.serving import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    rows = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| `([^`]*)` \|", README, re.MULTILINE))

    assert rows == {name.upper(): str(getattr(Settings(), name)) for name in Settings.__struct_fields__}


def test_links_to_files_lead_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "docs" / "architecture.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_files_that_the_architecture_names_exist() -> None:
    named = set(
        re.findall(r"`((?:domain|store|handlers|server|conformance|tests|docs)/[\w./]*\w)`", ARCHITECTURE)
    )

    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


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
