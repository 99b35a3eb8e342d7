"""Servers side by side: what differs comes first, and only what is of one contract is compared."""

import json

import pytest

from conformance.report import matrix
from conformance.report.matrix import DifferentContracts
from tests.conformance.report import samples
from tests.conformance.report.test_html import Page


def test_differences_come_first_then_all_clauses_in_the_order_of_the_contract() -> None:
    passed, failed = samples.document(label="Reference"), samples.failed()
    made = matrix.build([passed, failed])
    clauses = [verdict["id"] for verdict in passed["clauses"]]
    alike = [row.id for row in made.rows if not row.differs]

    assert made.names == ("Reference", "Staging gateway")
    assert [row.differs for row in made.rows] == sorted((row.differs for row in made.rows), reverse=True)
    assert alike == [each for each in clauses if each in alike]
    assert {row.id for row in made.rows} >= set(clauses)
    assert next(row for row in made.rows if row.id == "AP-CRE-006").statuses == ("PASS", "FAIL")


def test_a_derived_check_is_a_row_where_it_is_not_passed_by_all() -> None:
    made = matrix.build([samples.passed(), samples.failed()])
    derived = [row for row in made.rows if row.id.startswith("S.")]

    assert [row.statuses for row in derived] == [("PASS", "FAIL"), ("PASS", "NOT_REACHED")]


def test_only_the_differences_can_be_asked_for() -> None:
    every = matrix.build([samples.passed(), samples.failed()])
    made = matrix.build([samples.passed(), samples.failed()], only_differences=True)

    assert made.rows
    assert all(row.differs for row in made.rows)
    assert made.agreed == len(every.rows) - len(made.rows)
    assert "on which they agree are left out" in matrix.text(made)


def test_what_some_alone_claim_is_no_difference_and_can_be_left_out() -> None:
    whole, part = samples.passed(), samples.failed()
    for verdict in part["clauses"][:40]:
        verdict.update(status="SKIP", reason="the profile users is not claimed")
    every, shared = matrix.build([whole, part]), matrix.build([whole, part], claimed_by_all=True)

    differing = [row for row in every.rows if row.differs]
    claimed = [row.is_claimed_by_all for row in differing]
    assert claimed == sorted(claimed, reverse=True), "what all claim comes first"
    assert every.differences == shared.differences == sum(claimed)
    assert [row for row in every.rows if row.is_claimed_by_all] == list(shared.rows)
    assert shared.partial == len(every.rows) - len(shared.rows) >= 40
    assert f"; {shared.partial} are claimed by some alone and left out" in matrix.text(shared)


def test_servers_of_one_name_are_told_apart() -> None:
    made = matrix.build([samples.passed()] * 3)

    assert made.names == ("http://127.0.0.1:8080", "http://127.0.0.1:8080 (2)", "http://127.0.0.1:8080 (3)")
    assert made.differences == 0


def test_different_contracts_are_refused_unless_that_is_asked_for() -> None:
    here, there = samples.passed(), samples.passed()
    there["contract"].update(sha256="0" * 64, version="2.0.0")
    gone = there["clauses"].pop(0)["id"]
    added = {**there["clauses"][0], "id": "NEW-001"}
    there["clauses"].append(added)

    with pytest.raises(DifferentContracts, match=r"2\.0\.0 \(000000000000\).*--allow-different-contracts"):
        matrix.build([here, there])
    made = matrix.build([here, there], allow_different_contracts=True)
    statuses = {row.id: row.statuses for row in made.rows}
    assert statuses[gone] == ("PASS", None)
    assert statuses["NEW-001"] == (None, "PASS")
    [line] = [line.split() for line in matrix.text(made).splitlines() if gone in line]
    assert line == ["≠", gone, "PASS", "–"]
    assert "not in its results" in matrix.html(made)


def test_every_form_says_who_came_to_what() -> None:
    failed = samples.failed()
    made = matrix.build([samples.document(label="Reference"), failed])
    figures = failed["totals"]["index"], failed["totals"]["score"]
    page = Page(matrix.html(made))
    parsed = json.loads(matrix.to_json(made))

    for text in (matrix.text(made), matrix.markdown(made), page.text):
        for part in ("Reference", "Staging gateway", "The server does not conform.", *figures):
            assert part in text
    assert page.faults == []
    assert {header.get("scope") for header in page.all("th")} == {"col", "row"}
    assert [server["name"] for server in parsed["servers"]] == ["Reference", "Staging gateway"]
    assert parsed["rows"][0]["differs"]
    assert parsed["differences"] == made.differences
