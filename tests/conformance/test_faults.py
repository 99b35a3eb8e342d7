"""Each check fails on a server that breaks its clause: one that cannot fail proves nothing.

That each passes on a server without a fault, `tests/http/test_conformance.py` shows on every store.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from conformance.contract import Level
from conformance.runner import Plan, probe
from conformance.selftest.faults import FAULTS, Planted
from conformance.session import Workspace
from conformance.verdict import Status
from tests.conformance.conftest import Breakable


@pytest.fixture(scope="module")
def workspace(plan: Plan) -> Iterator[Workspace]:
    with Workspace(plan.contract, plan.target, plan.seed) as opened:
        yield opened


FIRST_OF_EACH_CLAUSE = list({planted.clause_id: planted for planted in reversed(FAULTS)}.values())

TRIED = FAULTS if "SOAK_ROUNDS" in os.environ else FIRST_OF_EACH_CLAUSE
"""One fault for each clause; `make soak` tries them all."""


@pytest.mark.parametrize("planted", TRIED, ids=lambda planted: f"{planted.clause_id}-{planted.name}")
def test_a_check_fails_on_a_server_that_breaks_its_clause(
    planted: Planted, breakable: Breakable, plan: Plan, workspace: Workspace
) -> None:
    clause = plan.contract.clause(planted.clause_id)
    assert clause is not None
    breakable.app.break_with(planted.fault)
    try:
        verdict = probe(plan.catalogue[clause.id], clause, workspace)
        assert breakable.app.crashes == []
    finally:
        breakable.app.break_with(None)

    assert verdict.status is (Status.FAIL if clause.level is Level.MUST else Status.WARN), verdict
    assert verdict.findings[0].expected
    assert verdict.findings[0].actual
    assert verdict.findings[0].exchanges


def test_every_clause_has_a_fault_that_proves_its_check(plan: Plan) -> None:
    proved = {planted.clause_id for planted in FAULTS}

    assert proved == {clause.id for clause in plan.contract.clauses}
