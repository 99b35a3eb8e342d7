"""The report files of a run: `results.json`, and `junit.xml` made from the same results."""

from __future__ import annotations

import json
import tempfile
from typing import TYPE_CHECKING

from conformance.report.junit import junit_xml

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.results import Results

RESULTS = "results.json"
JUNIT = "junit.xml"


def prepare(folder: Path) -> None:
    """Makes sure that reports can be written, and removes those of an earlier run.

    Raises:
        OSError: they cannot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (RESULTS, JUNIT):
        (folder / name).unlink(missing_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


def write(folder: Path, results: Results) -> None:
    """Writes both files.

    Raises:
        OSError: one could not be written.
    """
    (folder / RESULTS).write_text(results_json(results), encoding="utf-8")
    (folder / JUNIT).write_text(junit_xml(results), encoding="utf-8")


def results_json(results: Results) -> str:
    """The results as JSON text."""
    return json.dumps(results.as_dict(), ensure_ascii=False, indent=2) + "\n"
