"""Each side of a constraint on servers of others, which may have rules beside their schemas."""

import threading
from pathlib import Path

import pytest

from conformance.run.verdict import Status
from tests.conformance.any_contract.notes import ran, verdict
from tests.foreign.troubles.messages import Call, Crash, Refusal, Reply
from tests.foreign.troubles.notes import Notes

LONGEST, LONGEST_TEXT = "S.createNote.body.title.maxLength", "S.createNote.body.text.maxLength"

RULE = "a value that keeps it is answered 409, for a rule beside the schema"


@pytest.mark.parametrize(
    ("answered", "status", "reason"),
    [
        (413, Status.FAIL, ""),
        (422, Status.FAIL, ""),
        (
            409,
            Status.PASS,
            f"tried on its invalid side alone: {RULE}",
        ),
    ],
)
def test_a_maximum_that_is_refused_is_no_pass_of_both_sides(
    tmp_path: Path, answered: int, status: Status, reason: str
) -> None:
    notes = Notes()

    def create(call: Call) -> Reply:
        if len(call.body["title"]) == 60:
            raise Refusal(answered, "That is too long.")
        return notes.create(call)

    results = ran(tmp_path, {**notes.operations, "createNote": create}, LONGEST, LONGEST_TEXT)

    found = verdict(results, LONGEST)
    assert (found.status, found.reason) == (status, reason)
    assert (verdict(results, LONGEST_TEXT).status, verdict(results, LONGEST_TEXT).reason) == (Status.PASS, "")


def test_a_connection_that_ends_without_an_answer_is_shown_with_the_request(tmp_path: Path) -> None:
    def replace(_: Call) -> Reply:
        raise Crash

    results = ran(tmp_path, {**Notes().operations, "replaceNote": replace}, "S.replaceNote.status.200")

    [finding] = verdict(results, "S.replaceNote.status.200").findings
    assert [(each.method, each.status) for each in finding.exchanges] == [("PUT", None)]
    assert [each.method for each in finding.setup] == ["POST"]
    assert finding.cause == "a connection ends without an answer"


def test_an_operation_that_never_answers_is_given_up_after_two_requests(tmp_path: Path) -> None:
    asked, ended = [], threading.Event()

    def replace(call: Call) -> Reply:
        asked.append(call)
        ended.wait(10)
        return Reply(500)

    operations = {**Notes().operations, "replaceNote": replace}
    try:
        results = ran(tmp_path, operations, "S.replaceNote.", "S.getNote.", timeout=0.5)
    finally:
        ended.set()

    assert len(asked) == 2
    of_it = [each for each in results.verdicts if each.operation_id == "replaceNote"]
    assert {each.status for each in of_it} == {Status.NOT_REACHED}
    told = "--exclude replaceNote, or wait longer with --timeout SECONDS"
    assert len([each for each in of_it if told in each.reason]) > 5
    others = {each.status for each in results.verdicts if each.operation_id == "getNote"}
    assert others == {Status.PASS}
