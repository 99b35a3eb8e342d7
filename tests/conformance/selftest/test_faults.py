"""Each check fails on a server that breaks its clause: one that cannot fail proves nothing.

That each passes on a server without a fault, `tests/http/test_conformance.py` shows on every store.
"""

from __future__ import annotations

import os

import pytest

from conformance.contract import document
from conformance.selftest.faults import FAULTS, Planted
from conformance.selftest.trials import Outcome, Stand

FIRST_OF_EACH_CLAUSE = list({planted.clause_id: planted for planted in reversed(FAULTS)}.values())

TRIED = FAULTS if "SOAK_ROUNDS" in os.environ else FIRST_OF_EACH_CLAUSE[::3]
"""One fault for every third clause; `make soak` and `make selftest` try them all."""


@pytest.mark.parametrize("planted", TRIED, ids=lambda planted: planted.id)
def test_a_check_fails_on_a_server_that_breaks_its_clause(planted: Planted, stand: Stand) -> None:
    trial = stand.fault(planted)

    assert trial.outcome is Outcome.KILLED, trial
    (finding,) = trial.verdicts[0].findings
    assert finding.expected
    assert finding.actual
    assert finding.exchanges


def test_each_fault_is_of_a_clause() -> None:
    proved = {planted.clause_id for planted in FAULTS}

    assert proved - {clause.id for clause in document.load().clauses} == set()
