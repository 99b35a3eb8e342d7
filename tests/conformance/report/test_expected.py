"""`conformance expect`: from what a run found to a file that `check --expect` takes."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from conformance.contract.dated_entries import EntriesError
from conformance.report import expected
from conformance.report.files import write
from conformance.run.expected_failures import load
from conformance.run.verdict import ExitCode
from tests.conformance.command import Command
from tests.conformance.report import samples

FAILED = ("FAIL", "WARN", "XFAIL")


def _failed_ids(document: dict[str, list[dict[str, str]]]) -> list[str]:
    return [
        each["id"] for part in ("clauses", "derived") for each in document[part] if each["status"] in FAILED
    ]


@pytest.fixture
def file(folder: Path, tmp_path: Path) -> Path:
    """Give the place for the file, beside the folder of a run that found failures."""
    folder.mkdir()
    write(folder, samples.failed())
    return tmp_path / "expected.toml"


def test_what_is_filled_in_is_what_check_takes(folder: Path, file: Path, command: Command) -> None:
    more = ("--reason", 'It is "known"\\', "--owner", "gateway", "--expires", "2027-03-31", "-o", file)
    command("expect", "--from", folder, *more)

    ids = _failed_ids(samples.failed())
    entries = load(file, ids).entries
    assert list(entries) == ids
    new = [each for each in entries.values() if each.verdict_id != "AP-GET-003"]
    given = ('It is "known"\\', "gateway", date(2027, 3, 31))
    assert {(each.reason, each.owner, each.expires) for each in new} == {given}


def test_what_is_left_empty_is_refused_until_it_is_filled_in(
    folder: Path, file: Path, command: Command
) -> None:
    command("expect", "--from", folder / "results.json", "-o", file)

    with pytest.raises(EntriesError, match="entry 1: `expires` is to be a day"):
        load(file, _failed_ids(samples.failed()))


def test_what_was_expected_keeps_its_reason(folder: Path) -> None:
    document = samples.failed()
    known = {"reason": "Not built yet.", "owner": "gateway", "expires": "2027-01-31"}
    document["clauses"][0].update(status="XFAIL", expected_failure=known)

    [first, *_] = tomllib.loads(expected.render(document))["expect"]

    assert first == {"id": document["clauses"][0]["id"], **known, "expires": date(2027, 1, 31)}


@pytest.mark.parametrize("text", ["a\nb = 1\n[[expect]]", "\x00\x1b[31m\x7f", "é\u2028'''", "x" * 5000])
def test_nothing_that_a_server_said_gets_out_of_its_comment(text: str) -> None:
    document = samples.failed()
    for verdict in (*document["clauses"], *document["derived"]):
        for finding in verdict["findings"]:
            finding["actual"] = text

    parsed = tomllib.loads(expected.render(document))

    assert [entry["id"] for entry in parsed["expect"]] == _failed_ids(document)


def test_a_run_without_failures_gives_a_file_without_entries() -> None:
    assert tomllib.loads(expected.render(samples.passed())) == {}


@pytest.mark.parametrize("arguments", [[], ["--from", "nowhere"], ["--expires", "soon"]])
def test_bad_usage_is_2(folder: Path, file: Path, arguments: list[str], command: Command) -> None:
    more = ("--from", folder) if "--expires" in arguments else ()

    command("expect", *arguments, *more, "-o", file, code=ExitCode.USAGE)
    assert not file.exists()
