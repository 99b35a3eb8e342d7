"""`conformance report` and `conformance matrix`: what they print, write, and refuse."""

import json
from pathlib import Path

import pytest

from conformance import cli
from conformance.report import files
from conformance.report.document import Document
from conformance.run.verdict import ExitCode
from tests.conformance.command import Command
from tests.conformance.report import samples


def written(folder: Path, made: Document) -> Path:
    """Return a folder with the results of a run."""
    folder.mkdir()
    files.write(folder, made)
    return folder


@pytest.fixture
def results(folder: Path) -> Path:
    """Give a folder with the results of a run that found failures."""
    return written(folder, samples.failed())


@pytest.mark.parametrize("form", files.FORMATS)
def test_every_format_goes_to_standard_output_or_to_a_file(
    results: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], form: str
) -> None:
    made = tmp_path / "made"

    assert cli.run(["report", str(results), "--format", form]) == 0
    assert cli.run(["report", str(results / "results.json"), "--format", form, "-o", str(made)]) == 0
    assert capfdbinary.readouterr().out == made.read_bytes()
    assert made.read_text() == files.render(samples.failed(), form)


def test_text_is_what_the_terminal_says(results: Path, command: Command) -> None:
    text = command("report", results).out

    assert "FAIL        AP-CRE-006" not in text
    assert "\nFAIL AP-CRE-006\n" in text
    assert "  again      conformance check http://127.0.0.1:8080 --only AP-CRE-006 --seed 7\n" in text
    totals = samples.failed()["totals"]
    assert f"index {totals['index']} clauses claimed, score {totals['score']} passed" in text


def test_a_reason_that_many_checks_share_is_told_once(folder: Path, command: Command) -> None:
    text = command("report", written(folder, samples.short_of_time())).out

    assert text.count("because    no time was left") == 1
    assert "NOT_REACHED 50 checks\n  AUTH-001, AUTH-002" in text


def test_what_is_no_results_file_is_wrong_usage(tmp_path: Path, command: Command) -> None:
    (tmp_path / "old.json").write_text('{"schema_version": 1}')

    told = command("report", tmp_path / "old.json", code=ExitCode.USAGE).err
    assert "has the schema version 1; this suite reads version 2" in told
    told = command("report", tmp_path, code=ExitCode.USAGE).err
    assert "results.json cannot be read: No such file" in told


def test_a_report_that_cannot_be_written_is_told(results: Path, command: Command) -> None:
    target = results / "results.json" / "report.html"

    told = command("report", results, "--format", "html", "-o", target, code=ExitCode.USAGE).err
    assert f"{target} cannot be written: Not a directory." in told


def test_a_matrix_sets_servers_side_by_side(results: Path, tmp_path: Path, command: Command) -> None:
    reference = written(tmp_path / "other", samples.document(label="Reference"))
    asked = ("matrix", reference, results, "--only-differences")

    text = command(*asked).out
    assert "[1] Reference: The server conforms." in text
    assert "≠ AP-CRE-006" in text
    assert "AUTH-001" not in text
    assert len(json.loads(command(*asked, "--format", "json").out)["servers"]) == 2
    command(*asked, "--format", "html", "-o", tmp_path / "matrix.html")
    assert "<table" in (tmp_path / "matrix.html").read_text()


def test_a_matrix_of_one_or_of_different_contracts_is_wrong_usage(
    results: Path, tmp_path: Path, command: Command
) -> None:
    made = samples.passed()
    made["contract"]["sha256"] = "0" * 64
    other = written(tmp_path / "other", made)

    assert "at least two servers" in command("matrix", results, code=ExitCode.USAGE).err
    assert "--allow-different-contracts" in command("matrix", results, other, code=ExitCode.USAGE).err
    command("matrix", results, other, "--allow-different-contracts")


@pytest.mark.parametrize("name", ["report", "matrix"])
def test_the_help_teaches_with_examples(name: str, command: Command) -> None:
    lines = command(name, "--help").out.partition("Examples:")[2].splitlines()
    assert any(line.startswith(f"    conformance {name} ") for line in lines)
