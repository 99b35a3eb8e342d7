"""Each check fails on a server that breaks its clause: one that cannot fail proves nothing.

That each passes on a server without a fault, `tests/http/test_conformance.py` shows on every store.
"""

import os

import pytest

from conformance.contract import document
from conformance.selftest.faults import FAULTS, SeededFault
from conformance.selftest.trials import Outcome, TrialServer

FIRST_OF_EACH_CLAUSE = list({seeded.clause_id: seeded for seeded in reversed(FAULTS)}.values())

TRIED = FAULTS if "SOAK_ROUNDS" in os.environ else FIRST_OF_EACH_CLAUSE[::3]
"""One fault for every third clause; `make soak` and `make selftest` try them all."""


@pytest.mark.parametrize("seeded", TRIED, ids=lambda seeded: seeded.id)
def test_a_check_fails_on_a_server_that_breaks_its_clause(seeded: SeededFault, trials: TrialServer) -> None:
    trial = trials.fault(seeded)

    assert trial.outcome is Outcome.KILLED, trial
    (finding,) = trial.verdicts[0].findings
    assert finding.expected
    assert finding.actual
    assert finding.exchanges


def test_each_fault_is_of_a_clause() -> None:
    proved = {seeded.clause_id for seeded in FAULTS}

    assert proved - {clause.id for clause in document.load().clauses} == set()
