"""No check raises an alarm on a server that keeps the contract in another way."""

from __future__ import annotations

import pytest

from conformance.runner import Plan, run
from conformance.verdict import Status
from tests.conformance.conftest import Breakable
from tests.conformance.faults.middleware import Fault
from tests.conformance.faults.variants import VARIANTS


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.__name__)
def test_every_check_passes_on_a_legal_variant(variant: Fault, breakable: Breakable, plan: Plan) -> None:
    breakable.app.break_with(variant)
    try:
        results = run(plan)
        assert breakable.app.crashes == []
    finally:
        breakable.app.break_with(None)

    others = [v for v in results.verdicts if v.status is not Status.PASS and not v.derived]
    assert [(v.id, v.reason, v.findings) for v in others] == []
