"""What a run amounts to. Only a run in which every claimed MUST passes is a yes."""

import pytest

from conformance.run.verdict import ExitCode, Status, Verdict, exit_code, totals

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
SKIP, NOT_REACHED, ERROR, XFAIL = Status.SKIP, Status.NOT_REACHED, Status.ERROR, Status.XFAIL


def _verdicts(*statuses: Status, derived: bool = False) -> list[Verdict]:
    return [Verdict("A-1", status, "MUST", "core", "Text.", None, 1, derived=derived) for status in statuses]


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ((PASS,), ExitCode.CONFORMS),
        ((PASS, SKIP), ExitCode.CONFORMS),
        ((PASS, WARN), ExitCode.CONFORMS),
        ((PASS, FAIL), ExitCode.DOES_NOT_CONFORM),
        ((PASS, FAIL, NOT_REACHED), ExitCode.DOES_NOT_CONFORM),
        ((PASS, NOT_REACHED), ExitCode.INCOMPLETE),
        ((PASS, FAIL, ERROR, NOT_REACHED), ExitCode.DOES_NOT_CONFORM),
        ((PASS, ERROR, NOT_REACHED), ExitCode.SUITE_FAILED),
        ((SKIP,), ExitCode.INCOMPLETE),
        ((WARN,), ExitCode.INCOMPLETE),
        ((), ExitCode.INCOMPLETE),
    ],
)
def test_the_exit_code_is_that_of_the_gravest_status(statuses: tuple[Status, ...], code: ExitCode) -> None:
    assert exit_code(_verdicts(*statuses)) is code


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ((XFAIL,), ExitCode.CONFORMS),
        ((XFAIL, SKIP), ExitCode.CONFORMS),
        ((XFAIL, NOT_REACHED), ExitCode.INCOMPLETE),
        ((XFAIL, Status.XPASS), ExitCode.STALE),
        ((SKIP,), ExitCode.INCOMPLETE),
        ((WARN,), ExitCode.INCOMPLETE),
    ],
)
def test_a_failure_that_is_expected_is_a_yes_for_whoever_asked_for_it_by_name(
    statuses: tuple[Status, ...], code: ExitCode
) -> None:
    assert exit_code(_verdicts(*statuses), by_name=True) is code
    assert exit_code(_verdicts(XFAIL)) is ExitCode.INCOMPLETE


def test_strict_counts_should_as_must() -> None:
    assert exit_code(_verdicts(PASS, WARN), strict=True) is ExitCode.DOES_NOT_CONFORM


def test_index_and_score_count_clauses_alone() -> None:
    figures = totals(_verdicts(PASS, PASS, FAIL, SKIP) + _verdicts(PASS, derived=True))

    assert (figures.index, figures.score) == ("3/4", "2/3")
