"""No check raises an alarm on a server that keeps the contract in another way."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from conformance.runner import Plan, run
from conformance.selftest.middleware import Fault
from conformance.selftest.variants import VARIANTS
from conformance.verdict import Status
from tests.conformance.conftest import Breakable

STRIDE = 1 if "SOAK_ROUNDS" in os.environ else 4
"""Each variant meets one check in so many; `make soak` lets each meet all."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.__name__)
def test_every_check_passes_on_a_legal_variant(variant: Fault, breakable: Breakable, plan: Plan) -> None:
    ids = [clause.id for clause in plan.contract.clauses]
    only = frozenset(ids[VARIANTS.index(variant) % STRIDE :: STRIDE])
    breakable.app.break_with(variant)
    try:
        results = run(replace(plan, only=only))
        assert breakable.app.crashes == []
    finally:
        breakable.app.break_with(None)

    others = [v for v in results.verdicts if v.status is not Status.PASS and not v.derived]
    assert [(v.id, v.reason, v.findings) for v in others] == []
