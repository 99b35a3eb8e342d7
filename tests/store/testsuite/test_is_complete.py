"""The suite calls every method of the protocol and sees every error that it documents."""

import inspect
import json
from pathlib import Path

import pytest

from store.testsuite import StoreSuite
from tests.store.testsuite import recorded_suite, wrong_stores
from tests.store.testsuite.recording import Call, promised_calls
from tests.store.testsuite.runs import SuiteRun, run_suite

WRONG = {
    name: suite
    for name, suite in vars(wrong_stores).items()
    if inspect.isclass(suite) and hasattr(suite, "lacks")
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> set[Call]:
    """Give what the suite calls, and how the calls end."""
    folder = tmp_path_factory.mktemp("recorded")
    calls = folder / "calls.json"
    run = run_suite(
        Path(recorded_suite.__file__), folder / "report.xml", **{recorded_suite.REPORT: str(calls)}
    )
    assert run.exit_code == 0, run.output
    return {Call(*call) for call in json.loads(calls.read_text())}


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> SuiteRun:
    """Give what the suite says of stores with mistakes."""
    return run_suite(Path(wrong_stores.__file__), tmp_path_factory.mktemp("wrong") / "report.xml")


def test_the_suite_calls_every_method_in_every_unit_of_work(recorded: set[Call]) -> None:
    promised = {call for call in promised_calls() if call.outcome == "returned"}

    assert len(promised) > 60
    assert sorted(promised - recorded) == []


def test_the_suite_sees_every_documented_error_and_no_other(recorded: set[Call]) -> None:
    def errors(calls: set[Call]) -> set[Call]:
        """Return refusals, whatever the unit of work is."""
        return {
            Call(call.method.partition(".")[2], call.outcome) for call in calls if call.outcome != "returned"
        }

    promised = errors(promised_calls())

    assert len(promised) > 30
    assert sorted(promised - errors(recorded)) == []
    assert sorted(errors(recorded) - promised) == []


def test_no_behaviour_hides_another_of_the_same_name() -> None:
    behaviours = [name for suite in StoreSuite.__bases__ for name in vars(suite) if name.startswith("test_")]

    assert len(behaviours) > 100
    assert sorted({name for name in behaviours if behaviours.count(name) > 1}) == []


@pytest.mark.parametrize("name", WRONG)
def test_a_store_that_lacks_a_behaviour_fails_the_suite(wrong: SuiteRun, name: str) -> None:
    outcomes = {behaviour: outcome for (suite, behaviour), outcome in wrong.outcomes.items() if suite == name}

    assert wrong.exit_code == 1, wrong.output
    assert outcomes[WRONG[name].lacks] == "failed"
    # The mistake is told from the rest: most behaviours of a suite of many still hold.
    assert name == "TestForgetsTheOperator" or "passed" in outcomes.values()
