"""What the requests of a finding name, and the calls that made it: a run removes both."""

import subprocess
from dataclasses import replace

import pytest

from conformance.http.evidence import record
from conformance.http.redaction import Redactor, in_shell
from conformance.run.plan import Plan
from conformance.run.replaying import compared
from conformance.run.setup import with_setup
from conformance.run.verdict import ExitCode, Finding
from conformance.runner import run
from conformance.selftest.faults import fault_of
from tests.conformance.answers import seen
from tests.conformance.conftest import Breakable

FAULT = "AP-UPD-001/put_replaces_all"
SAME, OTHER = ExitCode.DOES_NOT_CONFORM, ExitCode.INCOMPLETE


def _answer(status: int, body: str = "{}", **headers: str) -> dict[str, object]:
    return {"status": status, "headers": [list(pair) for pair in headers.items()], "body": body}


@pytest.mark.parametrize(
    ("expected", "then", "now", "code"),
    [
        ("201", 409, 201, ExitCode.CONFORMS),
        ("201", 409, 409, ExitCode.DOES_NOT_CONFORM),
        ("201", 409, 500, ExitCode.DOES_NOT_CONFORM),
        ("400 or 422, as `minimum: 1` is broken", 200, 422, ExitCode.CONFORMS),
        ("200", 500, 404, ExitCode.INCOMPLETE),
        ("404", 200, 404, ExitCode.CONFORMS),
        ("400, as `minimum: 1` is broken, with a fault at /limit", 400, 400, ExitCode.DOES_NOT_CONFORM),
        ("name = 3", 200, 200, ExitCode.DOES_NOT_CONFORM),
    ],
)
def test_an_answer_is_compared_with_what_was_wrong(
    expected: str, then: int, now: int, code: ExitCode
) -> None:
    assert compared(expected, _answer(then), _answer(now))[1] is code


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (
            _answer(200, '{"id": 7, "name": "a"}'),
            _answer(200, '{"id": 8, "name": "a"}'),
            ExitCode.DOES_NOT_CONFORM,
        ),
        (_answer(200, '{"name": "a"}'), _answer(200, '{"name": "b"}'), ExitCode.INCOMPLETE),
        (_answer(401, Date="now"), _answer(401, Date="later"), ExitCode.DOES_NOT_CONFORM),
        (_answer(401), _answer(401, Allow="GET"), ExitCode.INCOMPLETE),
    ],
)
def test_what_no_status_tells_only_the_check_can_tell(
    before: dict[str, object], after: dict[str, object], code: ExitCode
) -> None:
    assert compared("a header that names Bearer", before, after)[1] is code


def test_a_finding_shows_the_calls_that_made_what_it_names(plan: Plan, breakable: Breakable) -> None:
    breakable.app.break_with(fault_of(FAULT))
    try:
        results = run(replace(plan, only=frozenset({"AP-UPD-001"})))
    finally:
        breakable.app.break_with(None)

    [verdict] = results.verdicts
    [finding] = verdict.findings
    shown = {exchange.method for exchange in finding.exchanges}
    assert finding.setup, shown
    assert {exchange.method for exchange in finding.setup} == {"POST"}
    assert all(exchange.status == 201 for exchange in finding.setup)
    [told] = results.as_dict()["clauses"]
    assert told["findings"][0]["setup"] == [exchange.curl() for exchange in finding.setup]


def test_a_finding_shows_what_was_written_before_to_the_path_that_it_shows() -> None:
    answers = [
        seen("POST /notes", 201, b'{"id": 1}'),
        seen("POST /notes", 201, b'{"id": 2}'),
        seen("DELETE /notes/2", 204),
        seen("DELETE /notes/1", 204),
        seen("GET /notes/1", 200),
        seen("DELETE /notes/1", 204),
    ]
    shown = (answers[4].exchange,)

    [found] = with_setup([Finding("404", "200", shown)], answers)

    assert found.setup == (answers[0].exchange, answers[3].exchange)


@pytest.mark.parametrize("length", [99, 100, 70_000])
def test_a_long_repetition_is_cut_and_is_the_same_to_a_shell(length: int) -> None:
    text = f"it's {'x' * length}: {' ' * length}é"
    word = in_shell(text)

    assert len(word) < 300
    printed = subprocess.run(["bash", "-c", f"printf %s {word}"], capture_output=True, check=True)
    assert printed.stdout.decode() == text


def test_whose_key_it_was_is_told() -> None:
    redactor = Redactor({"admin": "bfst-administrator", "scope:Roles:View": "bfst-sees-roles"})

    def role(key: str) -> str | None:
        sent = ((("Authorization", f"Bearer {key}"),), None)
        return record(redactor, "GET", "http://h/", sent, (200, (), b""), 0.0).role

    assert [role(key) for key in ("bfst-administrator", "bfst-sees-roles", "bfst-of-others")] == [
        None,
        "scope:Roles:View",
        None,
    ]
