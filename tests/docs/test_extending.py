"""The store of docs/extending.md works as an author would bring it."""

import re
from pathlib import Path

import pytest

from store.registry import ENTRY_POINTS
from tests.docs.running import python
from tests.serving import ROOT
from tests.store.testsuite.runs import SuiteRun, run_suite

PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the page's modules, and its entry point as an installed distribution has it."""
    folder = tmp_path_factory.mktemp("pigeon")
    for name, module in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL):
        (folder / name).write_text(module)
    [(group, entry)] = re.findall(r'```toml\n\[project.entry-points."(.+)"\]\n(.+)\n```', PAGE)
    assert group == ENTRY_POINTS
    metadata = folder / "pigeon-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeon\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[{group}]\n{entry.replace(chr(34), '')}\n")
    return folder


@pytest.fixture(scope="module")
def run(distribution: Path) -> SuiteRun:
    """Give the suite on the page's store."""
    return run_suite(distribution / "test_pigeon.py", distribution / "report.xml")


def test_the_store_of_the_page_passes_the_suite(run: SuiteRun) -> None:
    assert run.exit_code == 0, run.output
    assert set(run.outcomes.values()) == {"passed"}
    assert len(run.outcomes) > 100


def test_the_server_knows_the_scheme_of_the_page(distribution: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(distribution)!r}); from store.registry import open_store; "
        "print(type(open_store('carrier-pigeon://loft/7')).__name__)"
    )
    done = python("-c", program)

    assert done.stdout == "PigeonStore\n"
