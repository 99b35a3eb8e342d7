"""The sums of a run at a server of others."""

from pathlib import Path

from conformance.runner import run
from tests.conformance.any_contract.notes import noting
from tests.foreign.troubles.messages import Call, Reply
from tests.foreign.troubles.notes import Notes


def test_what_no_verdict_took_is_counted_as_sent(tmp_path: Path) -> None:
    notes, asked = Notes(), []

    def get(call: Call) -> Reply:
        asked.append(call)
        return notes.get(call)

    with noting(tmp_path, {**notes.operations, "getNote": get}, "S.getNote.answers") as plan:
        document = run(plan).as_dict()

    assert [each["requests"] for each in document["derived"]] == [0]
    [boundary] = (each for each in document["phases"] if each["name"] == "boundary")
    assert document["totals"]["requests"] > boundary["requests"] > len(asked) > 1
