"""What an operation needs is made by what the contract says of it: ours, or that of something else."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from conformance.access_profiles import calls
from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.contract import document
from conformance.http.target import Target
from conformance.http.unreached import Unreached
from conformance.run.clean_up import clean_up, left_by_earlier_runs, leftovers
from conformance.run.content import ANY
from conformance.run.recipes import Supply
from conformance.run.residue import Residue
from conformance.run.session import Session, Workspace
from tests.conformance.conftest import Breakable
from tests.conformance.contracts import operation
from tests.foreign.troubles.serving import Served, served

CONTRACT = document.load()


@pytest.fixture
def session(workspace: Workspace) -> Iterator[Session]:
    yield workspace.session("recipes")
    assert clean_up(workspace, ACCESS_PROFILES).total == 0


@pytest.fixture(scope="module")
def notes() -> Iterator[Served]:
    with served("notes") as running:
        yield running


@pytest.fixture
def foreign(notes: Served) -> Iterator[Workspace]:
    """Give a run against a server of something else, of which nothing is known beside its contract."""
    with Workspace(document.load(notes.contract), Target(notes.url, {"admin": "none"}), 1) as workspace:
        yield workspace
        clean_up(workspace, ANY)


def test_an_operation_on_what_is_known_needs_no_recipe_of_its_own(session: Session) -> None:
    new = replace(operation(CONTRACT, "getRole"), id="listRoleMembers", path="/roles/{role_id}/members")

    place = Supply(session, ACCESS_PROFILES).parameters(new)

    assert session.call("getRole", parameters=place).status == 200


def test_every_operation_can_succeed_with_what_is_made_for_it(session: Session) -> None:
    supply = Supply(session, ACCESS_PROFILES)
    readers = [each for each in CONTRACT.operations if each.method == "GET" and "{" in each.path]

    for each in readers:
        assert session.call(each.id, parameters=supply.parameters(each)).status == 200, each.id


def test_what_is_used_up_is_fresh_each_time_and_what_is_kept_is_not(session: Session) -> None:
    supply = Supply(session, ACCESS_PROFILES)
    read, remove = operation(CONTRACT, "getRole"), operation(CONTRACT, "deleteRole")

    assert supply.parameters(read) == supply.parameters(read)
    assert supply.parameters(remove) != supply.parameters(remove)
    kept = supply.parameters(read)
    supply.renew(read)
    assert supply.parameters(read) != kept


def test_what_no_path_makes_is_taken_from_its_list(session: Session) -> None:
    found = Supply(session, ANY).parameters(operation(CONTRACT, "getAccessProfileVersion"))

    assert found["version"] == 1


def test_nothing_is_made_where_nothing_may_be(session: Session, breakable: Breakable) -> None:
    calls.create(session)
    with Workspace(CONTRACT, breakable.target, 1) as workspace:
        reader = workspace.session("reads")
        found = Supply(reader, ACCESS_PROFILES, reads=True).parameters(
            operation(CONTRACT, "getAccessProfileVersion")
        )

        assert {answer.sent.method for answer in reader.answers} == {"GET"}
        assert reader.call("getAccessProfileVersion", parameters=found).status == 200


def test_what_cannot_be_made_is_said_so(session: Session, no_listener: str) -> None:
    with pytest.raises(Unreached, match=r"nothing in the contract says how `budget_id` of .* comes to be"):
        Supply(session, ANY).parameters(
            replace(operation(CONTRACT, "getRole"), id="getBudget", path="/budgets/{budget_id}/lines")
        )
    with (
        Workspace(CONTRACT, replace(session.target, root=no_listener), 1) as gone,
        pytest.raises(Unreached, match="could not be made"),
    ):
        Supply(gone.session("gone"), ANY).parameters(operation(CONTRACT, "getRole"))


def test_a_contract_of_something_else_is_enough(foreign: Workspace) -> None:
    session = foreign.session("notes")
    supply = Supply(session, ANY)
    operations = {each.id: each for each in foreign.contract.operations}

    place = supply.parameters(operations["getNote"])
    assert session.call("getNote", parameters=place).json["title"].startswith(foreign.prefix)
    assert session.call("deleteNote", parameters=supply.parameters(operations["deleteNote"])).status == 204
    assert len(foreign.inventory.of(next(iter(foreign.resources)))) == 1

    assert clean_up(foreign, ANY) == Residue({"notes": 0})
    assert session.call("getNote", parameters=place).status == 404


def test_a_note_whose_creation_was_never_answered_is_found_by_its_name(
    foreign: Workspace, notes: Served
) -> None:
    session = foreign.session("notes")
    for title in (session.name(), session.name().upper(), "Milk"):
        session.client(None).request("POST", "/notes", body={"title": title})
    with Workspace(foreign.contract, foreign.target, 1, prefix=foreign.prefix) as same:
        assert same.inventory.of(next(iter(same.resources))) == []
        # The list is long and cannot be searched: a run does not look through it before it begins.
        assert left_by_earlier_runs(session, ANY) is None
        assert str(leftovers(session, ANY)) == "2 notes"

        assert clean_up(same, ANY).total == 0

    left = [note["title"] for note in session.call("listNotes").json["items"]]
    assert left == ["Milk"]
