"""Reading the contract: every clause with its place, and clear words when it does not add up."""

from pathlib import Path

import pytest

from conformance import runner
from conformance.contract import document
from conformance.contract.document import ContractError, Level
from tests.conformance.contracts import written

SMALL = """\
openapi: 3.0.3
info: {title: Small, version: 1.2.3}
servers: [{url: /api/}, {url: /v2}]
x-profiles: {core: All.}
x-clauses:
  - {id: A-1, level: MUST, profile: core, text: Of every operation.}
paths:
  /things/{thing_id}:
    get:
      operationId: getThing
      x-permission: Things:View
      x-clauses:
        - id: A-2
          level: SHOULD
          profile: core
          text: >-
            In two
            lines.
    delete:
      operationId: deleteThing
      x-permission: Things:Delete
    put:
      operationId: paintThing
      x-permission: Things:View
      requestBody:
        content:
          application/json: {examples: {red: {value: {colour: red}}, blue: {value: {colour: blue}}}}
  /open:
    get:
      operationId: getOpen
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return written(tmp_path, SMALL, "openapi.yaml")


def test_each_check_is_of_a_clause() -> None:
    stated = {clause.id for clause in document.load().clauses}

    assert set(runner.checks()) - stated == set(), "these checks are of no clause of openapi.yaml"


def test_every_clause_is_found_at_the_line_that_is_named() -> None:
    stated = document.load()
    lines = stated.path.read_text(encoding="utf-8").splitlines()

    for clause in stated.clauses:
        assert lines[clause.line - 1].strip() == f"- id: {clause.id}"


def test_a_clause_knows_its_operation_pointer_and_text(small: Path) -> None:
    stated = document.load(small)

    first, second = stated.clauses
    assert (first.operation_id, first.pointer, first.line) == (None, "/x-clauses/0", 6)
    assert (second.operation_id, second.level, second.text) == ("getThing", Level.SHOULD, "In two lines.")
    assert second.pointer == "/paths/~1things~1{thing_id}/get/x-clauses/0"


def test_operations_and_servers_are_read(small: Path) -> None:
    stated = document.load(small)

    assert stated.servers == ("/api", "/v2")
    assert stated.methods("/things/{thing_id}") == {"GET", "DELETE", "PUT"}
    assert stated.operation("deleteThing") is not None
    assert stated.operation("none") is None
    assert (stated.title, stated.version) == ("Small", "1.2.3")
    assert len(stated.sha256) == 64


def test_an_operation_knows_its_permission_and_an_example_of_its_body(small: Path) -> None:
    stated = document.load(small)

    assert {each.id: (each.permission, each.example) for each in stated.operations} == {
        "getThing": ("Things:View", None),
        "paintThing": ("Things:View", {"colour": "red"}),
        "deleteThing": ("Things:Delete", None),
        "getOpen": (None, None),
    }
    assert stated.permissions == ("Things:View", "Things:Delete")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("id: A-2", "id: A-1", "A-1 stands twice"),
        ("profile: core, text", "profile: none, text", "no profile 'none'"),
        ("level: SHOULD", "level: COULD", "needs id, level, profile and text"),
        ("id: A-2", "name: A-2", "needs id, level, profile and text"),
        ("openapi: 3.0.3", "- 3.0.3", "cannot be read"),
    ],
)
def test_a_contract_that_does_not_add_up_is_refused(small: Path, old: str, new: str, complaint: str) -> None:
    small.write_text(SMALL.replace(old, new), encoding="utf-8")

    with pytest.raises(ContractError, match=complaint):
        document.load(small)


def test_a_contract_is_read_again_when_its_file_has_changed(small: Path) -> None:
    before = document.load(small)
    small.write_text(SMALL.replace("title: Small", "title: Smaller"), encoding="utf-8")

    assert document.load(small).title == "Smaller"
    assert before.title == "Small"
