"""`conformance new-check`: code to begin with that Python takes, for what a clause has not."""

import ast
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conformance.cli import cli
from conformance.contract import document

CONTRACT = """
openapi: 3.0.3
info: {title: Things, version: 1.0.0}
x-profiles: {core: Every server.}
x-clauses:
  - {id: NEW-001, level: MUST, profile: core, text: All is well.}
paths:
  /things/{thing_id}/parts:
    get:
      operationId: listParts
      tags: [Big Things]
      x-clauses:
        - {id: THI-LST-001, level: MUST, profile: core, text: 'All are `there`, {even} "these".'}
        - {id: THI-LST-002, level: MUST, profile: core, text: They are in order.}
      responses: {'200': {description: Parts.}}
"""


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["new-check", *arguments])


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a contract whose clauses have nothing yet stand for the suite's own."""
    path = tmp_path / "openapi.yaml"
    path.write_text(CONTRACT)
    monkeypatch.setattr(document, "_PLACES", (path,))


@pytest.mark.usefixtures("new")
def test_an_operation_stands_for_its_clauses_and_a_new_file_begins_with_its_imports() -> None:
    printed = _run("listParts").stdout

    files = ["conformance/checks/big_things.py", "conformance/selftest/faults/big_things.py"]
    assert re.findall(r"^# Into (.+):$", printed, re.MULTILINE) == files
    body = ast.parse(printed).body
    imported = [node.module for node in body if isinstance(node, ast.ImportFrom)]
    assert len(imported) == len(set(imported)) == 5
    functions = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    assert functions == ["thi_lst_001", "thi_lst_002"]
    assert '"THI-LST-001/another_status": on("listParts").refuse(418),' in printed
    assert 'session.call("listParts", parameters={"thing_id": ...})' in printed
    assert max(map(len, printed.splitlines())) <= 110
    assert 'The clause: All are `there`, {even} "these".' in printed


@pytest.mark.usefixtures("new")
def test_a_clause_of_all_operations_is_printed_alone() -> None:
    printed = _run("NEW-001").stdout

    assert "THI-LST" not in printed
    assert len(ast.parse(printed).body) == 5 + 2
    assert '"NEW-001/another_status": on().refuse(418),' in printed


def test_what_is_there_is_not_printed_again() -> None:
    ended = _run("getRole")

    assert (ended.exit_code, ended.stdout) == (0, "")
    assert ended.stderr == "Each clause of getRole has a check and a fault.\n"


def test_an_id_of_nothing_is_2() -> None:
    ended = _run("NONE-001")

    assert ended.exit_code == 2
    assert "has no clause and no operation NONE-001" in ended.stderr
