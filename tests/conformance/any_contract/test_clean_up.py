"""The clean-up at servers of others that end connections without an answer."""

from pathlib import Path

import pytest

from conformance.run.clean_up import clean_up, leftovers, remove
from conformance.run.content import ANY
from conformance.run.session import Workspace
from tests.conformance.any_contract.notes import noting
from tests.foreign.troubles.messages import Call, Crash, Reply
from tests.foreign.troubles.notes import Notes


@pytest.mark.parametrize(("dropped", "left"), [(2, 0), (1000, 3)])
def test_a_removal_without_an_answer_is_tried_again_and_what_is_left_is_told(
    tmp_path: Path, dropped: int, left: int
) -> None:
    notes, calls = Notes(), []

    def delete(call: Call) -> Reply:
        calls.append(call)
        if len(calls) <= dropped:
            raise Crash
        return notes.delete(call)

    with (
        noting(tmp_path, {**notes.operations, "deleteNote": delete}) as plan,
        Workspace(plan.contract, plan.target, 1) as workspace,
    ):
        session = workspace.session("made")
        for _ in range(3):
            assert session.call("createNote", body={"title": session.name()}).status == 201

        assert clean_up(workspace, ANY).total == left
        rest = remove(session, leftovers(session, ANY))
        assert rest.total == left
        assert ["deleteNote gets no answer" in each for each in rest.reasons] == [True] * bool(left)
