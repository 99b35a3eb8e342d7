"""Diff and suite agree: a server of the old contract that fails the new one was said to break."""

import json
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from conformance import runner
from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.boundary.phase import Boundary
from conformance.contract import document
from conformance.contract.diff.change import Comparison, Party, Severity
from conformance.contract.diff.compare import compare
from conformance.contract.diff.document import Document, read
from conformance.contract.document import Contract, ContractError
from conformance.http.deadline import Deadline
from conformance.http.target import Target
from conformance.run.clean_up import clean_up
from conformance.run.coverage import Ledger
from conformance.run.plan import Run
from conformance.run.response_audit import ResponseAudit
from conformance.run.session import Workspace
from conformance.run.verdict import Status, Verdict
from conformance.runner import planned
from tests.conformance.conftest import Breakable
from tests.conformance.contract.diff.edits import edited
from tests.serving import ROOT

_MOST_OPERATIONS = 2


@cache
def _present() -> Document:
    return read((ROOT / "openapi.yaml").read_bytes(), "openapi.yaml")


def _failed(contract: Contract, target: Target, operations: frozenset[str]) -> list[str]:
    """Return what a server fails of the requests and answers of some operations."""
    boundary = Boundary(ACCESS_PROFILES)
    only = frozenset(each for each in boundary.ids(contract) if each.split(".")[1] in operations)
    plan = planned(contract, target, 1, suite=runner.suite_for(document.load()), only=only)
    verdicts: list[Verdict] = []
    audit = ResponseAudit(contract)
    with Workspace(contract, target, 1) as workspace:
        workspace.observers.append(audit.observe)
        boundary.run(Run(plan, workspace, Ledger(contract), verdicts.append, Deadline.within(None)))
        workspace.observers.clear()
        clean_up(workspace, ACCESS_PROFILES)
    return [each.id for each in (*verdicts, *audit.verdicts(plan)) if each.status is Status.FAIL]


def _concerned(comparison: Comparison) -> frozenset[str]:
    uses = [use for change in comparison.changes for use in change.uses]
    return frozenset(list(dict.fromkeys(uses))[:_MOST_OPERATIONS])


_SEEN: list[bool] = []


# Edits are as small as they can be: there is nothing to shrink.
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 10**6))
def _try_edits(breakable: Breakable, folder: Path, number: int) -> None:
    present = _present()
    text = json.dumps(edited(present.root, number))
    file = folder / f"{number}.json"
    file.write_text(text)
    comparison = compare(present, read(text.encode(), "openapi.yaml"))
    try:
        contract = document.load(file)
    except ContractError:
        return
    failed = _failed(contract, breakable.target, _concerned(comparison))
    _SEEN.append(bool(failed))
    if failed:
        told = [(each.rule.id, each.subject, each.message, each.servers) for each in comparison.changes]
        assert comparison.verdict(Party.SERVERS) is Severity.BREAKING, (number, failed, told)


def test_a_server_of_the_old_contract_that_fails_the_new_one_was_said_to_break(
    breakable: Breakable, tmp_path: Path
) -> None:
    _SEEN.clear()
    _try_edits(breakable, tmp_path)

    # Some of the edits are noticed, and some are not.
    assert 5 < sum(_SEEN) < len(_SEEN)
