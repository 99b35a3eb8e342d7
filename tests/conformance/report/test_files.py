"""The files of a run: whole or not there at all, and none of an earlier run."""

import json
import os
from pathlib import Path

import pytest

from conformance.report import document, files
from tests.conformance.report import samples


def test_results_and_the_formats_that_are_asked_for_are_written(folder: Path) -> None:
    files.prepare(folder)
    files.write(folder, samples.failed(), files.FORMATS)

    assert {path.name for path in folder.iterdir()} == {
        "results.json",
        "report.html",
        "junit.xml",
        "results.sarif",
        "summary.md",
        "badge.json",
        "badge.svg",
        "summary.txt",
    }
    assert document.load(folder) == samples.failed()


def test_reports_of_an_earlier_run_are_removed(folder: Path) -> None:
    files.prepare(folder)
    files.write(folder, samples.passed(), files.FORMATS)
    (folder / "notes.txt").write_text("mine")
    files.prepare(folder)

    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_a_text_that_is_no_unicode_can_be_written_and_read_back(folder: Path) -> None:
    made = {**samples.blocked(), "obstacle": "half \ud800 a pair"}
    files.prepare(folder)
    files.write(folder, made, files.FORMATS)

    assert json.loads((folder / "results.json").read_bytes()) == made
    assert "half \\ud800 a pair" in (folder / "report.html").read_text(encoding="utf-8")


def test_what_cannot_be_written_leaves_what_was_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.prepare(folder)
    (folder / "results.json").write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        files.write(folder, samples.passed())
    assert [path.name for path in folder.iterdir()] == ["results.json"]
    assert (folder / "results.json").read_text() == "before"


def test_a_report_can_be_read_by_those_whom_the_folder_is_for(folder: Path) -> None:
    files.prepare(folder)
    before = os.umask(0o027)
    try:
        files.write(folder, samples.passed())
    finally:
        os.umask(before)

    assert (folder / "results.json").stat().st_mode & 0o777 == 0o640
