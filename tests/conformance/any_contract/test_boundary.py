"""Each side of a constraint on servers of others, which may have rules beside their schemas."""

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
