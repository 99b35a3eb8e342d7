"""Every clause has a check and a fault; where one is missing, a sentence says which, and where it belongs."""

from pathlib import Path

import pytest

from conformance import runner
from conformance.contract import document
from conformance.contract.document import Contract
from conformance.selftest.faults import FAULTS
from conformance.selftest.missing import CHECKS, file_for, missing

STATED = document.load()
PROVED = frozenset(seeded.clause_id for seeded in FAULTS)


def test_every_clause_has_a_check_and_a_fault() -> None:
    lacking = [str(each) for each in missing(STATED, runner.checks(), PROVED)]

    if lacking:
        pytest.fail("\n".join(lacking), pytrace=False)


def test_what_is_missing_is_told_with_its_file() -> None:
    every = {clause.id for clause in STATED.clauses}

    check, fault = map(str, missing(STATED, every - {"ROL-GET-002"}, every - {"USR-LST-001"}))
    assert check == (
        "The clause ROL-GET-002 has no check: write it into conformance/checks/roles.py; "
        "`conformance new-check ROL-GET-002` prints one."
    )
    assert fault == (
        "The clause USR-LST-001 has no fault: write it into conformance/selftest/faults/users.py; "
        "`conformance new-check USR-LST-001` prints one."
    )


def test_most_clauses_are_where_a_new_one_beside_them_would_go() -> None:
    """A check is where the others of its operation are, but for those that fill several files."""
    checks = runner.checks()
    at_home = [
        file_for(STATED, clause, CHECKS) == f"{checks[clause.id].run.__module__.replace('.', '/')}.py"
        for clause in STATED.clauses
        if clause.id in checks
    ]

    assert sum(at_home) > len(at_home) / 2


SMALL = """
openapi: 3.0.3
info: {title: Things, version: 1.0.0}
x-profiles: {core: Every server.}
x-clauses:
  - {id: NEW-001, level: MUST, profile: core, text: All is well.}
paths:
  /things:
    get:
      operationId: listThings
      tags: [Big Things]
      x-clauses:
        - {id: THI-LST-001, level: MUST, profile: core, text: All are there.}
"""


@pytest.fixture
def small(tmp_path: Path) -> Contract:
    path = tmp_path / "openapi.yaml"
    path.write_text(SMALL)
    return document.load(path)


def test_the_first_clause_of_a_tag_gets_a_file_of_its_name(small: Contract) -> None:
    assert [each.file for each in missing(small, (), ())] == [
        "conformance/checks/all_operations.py",
        "conformance/selftest/faults/all_operations.py",
        "conformance/checks/big_things.py",
        "conformance/selftest/faults/big_things.py",
    ]
