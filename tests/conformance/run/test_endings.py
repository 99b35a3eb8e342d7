"""However a run ends, what it found is told: an error in one phase, an interrupt, a clean-up that fails."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from conformance import runner
from conformance.access_profiles import calls
from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.contract.document import Contract
from conformance.run.clean_up import left_by_earlier_runs
from conformance.run.events import Event, Noted
from conformance.run.plan import Mode, Plan, Run, Statement
from conformance.run.session import Workspace
from conformance.run.verdict import ExitCode, Status, Violation
from conformance.runner import run, run_whole
from conformance.selftest.combinators import on
from conformance.selftest.middleware import Inner, Request, Response, State
from tests.conformance.conftest import Breakable

CLAUSE, LATER = "AP-GET-001", "S.getAccessProfile.later"


class _Later:
    """A phase after the checks of clauses, that does as a test says."""

    name = "later"
    summary = "what a test wants"
    budgets: Mapping[Mode, float] = dict.fromkeys(Mode, 1.0)

    def __init__(self, do: Callable[[Run], None]) -> None:
        self._do = do

    def ids(self, contract: Contract) -> Sequence[str]:
        """Return two ids."""
        del contract
        return [LATER, f"{LATER}.too"]

    def explain(self, contract: Contract, verdict_id: str) -> Statement | None:
        """Return a statement for each of them."""
        return Statement("It is later.", "", "") if verdict_id in self.ids(contract) else None

    def run(self, run: Run) -> None:
        """Do as the test says."""
        self._do(run)


def _plan(plan: Plan, do: Callable[[Run], None]) -> Plan:
    suite = runner.suite_for(plan.contract)
    probe = next(phase for phase in suite.phases if phase.name == "probe")
    last = next(phase for phase in suite.phases if phase.name == "raw")
    phases = (probe, _Later(do), last)
    return replace(plan, phases=phases, only=frozenset({CLAUSE, LATER, f"{LATER}.too", "HTTP-002"}))


def _fails(_: Run) -> None:
    raise ZeroDivisionError("oh")


def _is_interrupted(_: Run) -> None:
    raise KeyboardInterrupt


def test_an_error_in_one_phase_is_its_own(plan: Plan) -> None:
    results = run(_plan(plan, _fails))

    assert {v.id: v.status for v in results.verdicts} == {
        CLAUSE: Status.PASS,
        LATER: Status.ERROR,
        f"{LATER}.too": Status.NOT_REACHED,
        "HTTP-002": Status.PASS,
    }
    said = next(v.reason for v in results.verdicts if v.id == LATER)
    assert said.startswith("the phase later itself failed: ZeroDivisionError: oh (")
    assert "test_endings.py:" in said
    assert results.exit_code is ExitCode.SUITE_FAILED
    assert [record.status for record in results.phases] == ["done", "cut short", "done"]


def test_after_an_interrupt_what_was_found_is_told_and_the_rest_is_not_reached(plan: Plan) -> None:
    results = run(_plan(plan, _is_interrupted))

    assert {v.id: v.status for v in results.verdicts} == {
        CLAUSE: Status.PASS,
        LATER: Status.NOT_REACHED,
        f"{LATER}.too": Status.NOT_REACHED,
        "HTTP-002": Status.NOT_REACHED,
    }
    assert results.exit_code is ExitCode.INTERRUPTED
    assert "Interrupted" in results.sentence
    assert results.left_behind.total == 0


@pytest.mark.parametrize("end", [_fails, _is_interrupted])
def test_a_failure_that_was_told_is_1_however_the_run_ends(
    plan: Plan, breakable: Breakable, end: Callable[[Run], None]
) -> None:
    with breakable.broken(on("getAccessProfile").refuse(403)):
        results = run(_plan(plan, end))

    assert next(v.status for v in results.verdicts if v.id == CLAUSE) is Status.FAIL
    assert results.exit_code is ExitCode.DOES_NOT_CONFORM


def test_who_needs_a_whole_run_is_interrupted_with_it(plan: Plan) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_whole(_plan(plan, _is_interrupted))


def test_a_clean_up_that_fails_takes_no_verdict_along(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("id")

    monkeypatch.setattr(runner, "clean_up", fail)
    events: list[Event] = []
    results = run(replace(plan, only=frozenset({CLAUSE})), events.append)

    assert [v.status for v in results.verdicts] == [Status.PASS]
    assert results.left_behind.counts == {"objects": None}
    notes = [event.text for event in events if isinstance(event, Noted)]
    assert [note for note in notes if "could not be removed: KeyError" in note]


def test_a_server_that_does_not_heed_where_a_page_begins_is_not_asked_for_ever(
    workspace: Workspace, breakable: Breakable
) -> None:
    row = {"id": 1, "name": "x", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}

    async def same_page(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        if request.method != "GET" or not request.path.endswith("/access-profiles"):
            return response
        rows = [{**row, "id": number} for number in range(1, 101)]
        return response.with_json({**response.json, "access_profiles": rows, "total_count": 10**6})

    session = workspace.session("rows")
    with breakable.broken(same_page):
        with pytest.raises(Violation, match="the rows of the first page at offset 100") as found:
            calls.rows(session)
        assert left_by_earlier_runs(session, ACCESS_PROFILES) is None

    assert found.value.clause_id == "AP-LST-003"
    assert len(session.answers) < 30
