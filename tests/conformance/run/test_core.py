"""A server that has the core and nothing else conforms to the core."""

from dataclasses import replace

from conformance.run.plan import Plan
from conformance.run.verdict import Status
from conformance.runner import run
from conformance.selftest.combinators import on
from tests.conformance.conftest import Breakable

_CORE = ("listAccessProfiles", "createAccessProfile", "getAccessProfile")

core_alone = on(when=lambda request: request.operation_id not in (None, *_CORE)).refuse(404)
"""Answer what no other operation of the contract asks for, and 404 to the rest."""


def test_every_check_of_the_core_passes_on_a_server_of_the_core_alone(
    breakable: Breakable, plan: Plan
) -> None:
    with breakable.broken(core_alone):
        results = run(replace(plan, profiles=frozenset({"core"})))

    verdicts = [v for v in results.verdicts if v.profile == "core" and not v.derived]
    assert [(v.id, v.reason, v.findings) for v in verdicts if v.status is not Status.PASS] == []
    assert {"AP-GET-004", "AP-GET-005"} <= {v.id for v in verdicts}
