"""`conformance report` and `conformance matrix`: what they print, write, and refuse."""

import json
from pathlib import Path

import pytest

from conformance import cli
from conformance.report import files
from conformance.run.verdict import ExitCode
from tests.conformance.report import samples


@pytest.fixture
def results(folder: Path) -> Path:
    """Give a folder with the results of a run that found failures."""
    folder.mkdir()
    files.write(folder, samples.failed())
    return folder


@pytest.mark.parametrize("form", files.FORMATS)
def test_every_format_goes_to_standard_output_or_to_a_file(
    results: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], form: str
) -> None:
    written = tmp_path / "made"

    assert cli.run(["report", str(results), "--format", form]) == 0
    assert cli.run(["report", str(results / "results.json"), "--format", form, "-o", str(written)]) == 0
    assert capfdbinary.readouterr().out == written.read_bytes()
    assert written.read_text() == files.render(samples.failed(), form)


def test_text_is_what_the_terminal_says(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["report", str(results)])
    text = capsys.readouterr().out

    assert "FAIL        AP-CRE-006" not in text
    assert "\nFAIL AP-CRE-006\n" in text
    assert "  again      conformance check http://127.0.0.1:8080 --only AP-CRE-006 --seed 7\n" in text
    totals = samples.failed()["totals"]
    assert f"index {totals['index']} clauses claimed, score {totals['score']} passed" in text


def test_a_reason_that_many_checks_share_is_told_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = samples.passed()
    for verdict in made["clauses"][:50]:
        verdict.update(status="NOT_REACHED", reason="no time was left")
    folder.mkdir()
    files.write(folder, made)
    cli.run(["report", str(folder)])
    text = capsys.readouterr().out

    assert text.count("because    no time was left") == 1
    assert "NOT_REACHED 50 checks\n  AUTH-001, AUTH-002" in text


def test_what_is_no_results_file_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.json").write_text('{"schema_version": 1}')

    assert cli.run(["report", str(tmp_path / "old.json")]) == ExitCode.USAGE
    assert "has the schema version 1; this suite reads version 2" in capsys.readouterr().err
    assert cli.run(["report", str(tmp_path)]) == ExitCode.USAGE
    assert "results.json cannot be read: No such file" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_is_told(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = results / "results.json" / "report.html"

    assert cli.run(["report", str(results), "--format", "html", "-o", str(target)]) == ExitCode.USAGE
    assert f"{target} cannot be written: Not a directory." in capsys.readouterr().err


def test_a_matrix_sets_servers_side_by_side(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    files.write(other, samples.document(label="Reference"))
    command = ["matrix", str(other), str(results), "--only-differences"]

    assert cli.run(command) == 0
    text = capsys.readouterr().out
    assert "[1] Reference: The server conforms." in text
    assert "≠ AP-CRE-006" in text
    assert "AUTH-001" not in text
    assert cli.run([*command, "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["servers"]) == 2
    assert cli.run([*command, "--format", "html", "-o", str(tmp_path / "matrix.html")]) == 0
    assert "<table" in (tmp_path / "matrix.html").read_text()


def test_a_matrix_of_one_or_of_different_contracts_is_wrong_usage(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = samples.passed()
    made["contract"]["sha256"] = "0" * 64
    other = tmp_path / "other"
    other.mkdir()
    files.write(other, made)

    assert cli.run(["matrix", str(results)]) == ExitCode.USAGE
    assert "at least two servers" in capsys.readouterr().err
    assert cli.run(["matrix", str(results), str(other)]) == ExitCode.USAGE
    assert "--allow-different-contracts" in capsys.readouterr().err
    assert cli.run(["matrix", str(results), str(other), "--allow-different-contracts"]) == 0


@pytest.mark.parametrize("command", ["report", "matrix"])
def test_the_help_teaches_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([command, "--help"]) == 0
    lines = capsys.readouterr().out.partition("Examples:")[2].splitlines()
    assert any(line.startswith(f"    conformance {command} ") for line in lines)
