"""Failures that are known: expected for a time, and never for ever."""

from datetime import date
from pathlib import Path

import pytest

from conformance.contract.dated_entries import EntriesError
from conformance.run.expected_failures import load
from conformance.run.verdict import Status, Verdict

IDS = ["AP-GET-001", "AP-GET-002", "S.getAccessProfile.fuzz"]
TODAY = date(2026, 11, 25)
ENTRY = """
[[expect]]
id = "AP-GET-001"
reason = "Not built yet."
owner = "gateway team"
expires = 2026-11-25
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "expect.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _verdict(verdict_id: str, status: Status) -> Verdict:
    return Verdict(verdict_id, status, "MUST", "core", "It holds.", None, 1)


@pytest.mark.parametrize(
    ("status", "becomes"),
    [
        (Status.FAIL, Status.XFAIL),
        (Status.WARN, Status.XFAIL),
        (Status.PASS, Status.XPASS),
        (Status.NOT_REACHED, Status.NOT_REACHED),
        (Status.ERROR, Status.ERROR),
        (Status.SKIP, Status.SKIP),
    ],
)
def test_an_entry_speaks_of_failures_alone(status: Status, becomes: Status, tmp_path: Path) -> None:
    known = load(_file(tmp_path, ENTRY), IDS)

    judged, other = known.apply([_verdict("AP-GET-001", status), _verdict("AP-GET-002", status)], TODAY)

    assert (judged.status, other.status) == (becomes, status)
    assert (judged.expectation is not None) == (becomes is not status)


def test_an_entry_holds_on_its_last_day_and_not_after_it(tmp_path: Path) -> None:
    known = load(_file(tmp_path, ENTRY), IDS)
    failed = [_verdict("AP-GET-001", Status.FAIL)]

    assert known.expired(TODAY) == []
    assert known.apply(failed, date(2026, 11, 26)) == tuple(failed)
    assert [entry.owner for entry in known.expired(date(2026, 11, 26))] == ["gateway team"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[expect]]\nid = 'AP-GET-001'\n", "an entry has just id, reason, owner, expires"),
        (ENTRY.replace("Not built yet.", "  "), "`reason` is to be text that is not empty"),
        (ENTRY.replace("gateway team", ""), "`owner` is to be text that is not empty"),
        (ENTRY.replace("2026-11-25", '"2026-11-25"'), "`expires` is to be a day"),
        (ENTRY.replace("2026-11-25", "2026-11-25T00:00:00"), "`expires` is to be a day"),
        (ENTRY.replace("AP-GET-001", "AP-GET-0O1"), "Did you mean AP-GET-001?"),
        (ENTRY + ENTRY, "entry 2: AP-GET-001 stands twice"),
        ("expect = 7", r"may hold tables \[\[expect\]\] alone"),
        ("[other]\n", r"may hold tables \[\[expect\]\] alone"),
        ("[[expect", "cannot be read"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(EntriesError, match=says):
        load(_file(tmp_path, text), IDS)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EntriesError, match="cannot be read"):
        load(tmp_path / "none.toml", IDS)
