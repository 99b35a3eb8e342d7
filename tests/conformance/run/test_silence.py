"""Operations that give no answer in time: when they are given up, and that the server is not."""

from pathlib import Path

import httpx
import pytest

from conformance.http.answer import Sent
from conformance.http.target import Target
from conformance.http.unreached import Unreached
from conformance.run.canary import is_alive
from conformance.run.session import Workspace
from tests.conformance.answers import seen
from tests.conformance.any_contract.answering import JSON, answering
from tests.conformance.contracts import OK, loaded

PATHS = {"/slow": {"get": OK}, "/things/{id}": {"get": OK}}
SLOW = Sent("GET", "/slow")


@pytest.mark.parametrize(
    ("told", "is_given_up"),
    [
        (["late"], False),
        (["late", "late"], True),
        (["late", "answered", "late"], False),
        (["refused", "refused"], False),
    ],
)
def test_two_requests_in_a_row_without_an_answer_in_time_are_enough(
    tmp_path: Path, told: list[str], is_given_up: bool
) -> None:
    with Workspace(loaded(tmp_path, paths=PATHS), Target("http://127.0.0.1:9"), 1) as workspace:
        workspace.gives_up = True
        for each in told:
            if each == "answered":
                workspace.observe(seen("GET /slow", 200))
            else:
                workspace.lose(SLOW, {"late": httpx.ReadTimeout, "refused": httpx.ConnectError}[each](""))

        assert bool(workspace.given_up) is is_given_up
        if is_given_up:
            with pytest.raises(Unreached, match="GET /slow gave no answer in time"):
                workspace.session("one").admin.request("GET", "/slow")


def test_a_server_whose_only_read_is_given_up_is_alive(tmp_path: Path) -> None:
    asked: list[str] = []
    contract = loaded(tmp_path, paths=PATHS)
    with (
        answering(("/", 200, JSON, {}), asked=asked) as url,
        Workspace(contract, Target(url), 1) as workspace,
    ):
        workspace.gives_up = True
        for _ in range(2):
            workspace.lose(SLOW, httpx.ReadTimeout(""))

        assert is_alive(workspace.session("one"))
    assert asked == ["GET /"]
