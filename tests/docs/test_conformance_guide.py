"""The lines of the guide for QA are run as a reader would paste them, against a gateway of another make."""

import re
from pathlib import Path

import pytest

from conformance.access_profiles.preflight import __file__ as preflight_file
from conformance.contract import document
from conformance.run.preflight import __file__ as any_preflight_file
from conformance.run.verdict import ExitCode, Status
from tests.docs.running import CONFORMANCE, blocks, pasted
from tests.second.mistakes import MISTAKES
from tests.second.running import ROOT, running

GUIDE = (ROOT / "docs" / "conformance.md").read_text("utf-8")


def rows(title: str) -> list[str]:
    """Return the first cells of the tables below a heading."""
    section = GUIDE.split(f"{title}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| (.+?) \|", section, re.MULTILINE)


def test_every_line_of_the_guide_can_be_pasted(tmp_path: Path) -> None:
    lines = blocks(GUIDE, "sh")
    with running() as server:
        keys = {"KEY": server.keys["admin"], "VIEWER_KEY": server.keys["viewer"]}
        pasted(CONFORMANCE + "\n".join(lines), tmp_path, URL=server.url, **keys)

    assert len(lines) > 6


def test_every_exit_code_and_status_is_explained() -> None:
    assert [cell for cell in rows("## 9. In CI") if cell.isdigit()] == [str(int(code)) for code in ExitCode]
    assert {cell for cell in rows("## 4. Read a verdict") if cell.isupper()} == {str(each) for each in Status}


def test_every_profile_is_explained() -> None:
    named = {name for cell in rows("## 5. Claim what you have") for name in re.findall(r"`(\w+)`", cell)}

    assert named == set(document.load().profiles)


@pytest.mark.parametrize("message", ["Nothing listens at", "refuses the key (401)", "redirects to"])
def test_messages_that_the_guide_explains_are_the_suites_own(message: str) -> None:
    assert any(message in row for row in rows("## 11. Troubleshooting"))
    assert any(message in Path(file).read_text("utf-8") for file in (preflight_file, any_preflight_file))


def test_the_example_of_a_verdict_is_one_that_a_mistake_gives() -> None:
    assert "FAIL AP-CRE-005" in GUIDE
    assert any("AP-CRE-005" in mistake.clauses for mistake in MISTAKES.values())
