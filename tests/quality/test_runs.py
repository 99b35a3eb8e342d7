"""What the long proofs count as an alarm."""

import json
from pathlib import Path

import pytest

from tests.quality.runs import Tally


def _tally(folder: Path, code: int, *statuses: str) -> Tally:
    verdicts = [{"id": f"X-{number}", "status": status} for number, status in enumerate(statuses, 1)]
    document = {"totals": {"requests": 1200}, "clauses": verdicts[:1], "derived": verdicts[1:]}
    (folder / "results.json").write_text(json.dumps(document))
    tally = Tally()
    tally.add(7, code, folder / "results.json")
    return tally


def test_passes_and_skips_are_quiet(tmp_path: Path) -> None:
    tally = _tally(tmp_path, 0, "PASS", "SKIP")

    assert tally.is_quiet
    assert tally.row("all") == "| all | 1 | 1,200 | none |"


@pytest.mark.parametrize("status", ["FAIL", "WARN", "NOT_REACHED", "ERROR", "XPASS"])
def test_whatever_else_a_run_says_is_an_alarm_that_names_its_seed(tmp_path: Path, status: str) -> None:
    tally = _tally(tmp_path, 1, "PASS", status)

    assert not tally.is_quiet
    assert tally.row("all").endswith(f"| {status} X-2 (seed 7) |")


def test_an_exit_code_alone_is_one_as_well(tmp_path: Path) -> None:
    tally = _tally(tmp_path, 4, "PASS")

    assert not tally.is_quiet
    assert "exit codes {4: 1}" in tally.row("all")
