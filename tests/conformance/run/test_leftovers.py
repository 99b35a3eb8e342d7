"""What runs that were cut short left on a server: told, and removed on demand, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace

import click.testing
import pytest

from conformance.access_profiles import calls, fixtures
from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.cli.root import cli as group
from conformance.contract import document
from conformance.http.deadline import Deadline
from conformance.run.clean_up import AN_HOUR, clean_up, left_by_earlier_runs, leftovers, remove
from conformance.run.session import Session, Workspace
from conformance.run.verdict import ExitCode
from conformance.selftest.combinators import on
from conformance.selftest.middleware import Inner, Request, Response, State
from tests.conformance.command import Command
from tests.conformance.conftest import Breakable

CONTRACT = document.load()


@pytest.fixture
def cut_short(workspace: Workspace, keyed: None) -> Iterator[Session]:
    """Give a session of a run that removed nothing: a user who holds a copy, a role, a profile, a key."""
    session = workspace.session("cut short")
    # The server is shared, and tests of whole runs may have left theirs.
    remove(session, leftovers(session, ACCESS_PROFILES))
    fixtures.holder(session, fixtures.active_profile(session)["id"])
    fixtures.role(session)
    fixtures.api_key(session, "Roles:View")
    yield session
    clean_up(workspace, ACCESS_PROFILES)


async def _made_long_ago(request: Request, inner: Inner, state: State) -> Response:
    """Tell of everything in the lists that it was made two days ago."""
    response = await inner(request)
    if request.method != "GET" or response.status != 200 or not isinstance(response.json, dict):
        return response
    lists = {
        name: [{**row, "created_at": "2020-01-05T08:00:00Z"} for row in rows]
        for name, rows in response.json.items()
        if isinstance(rows, list)
    }
    return response.with_json({**response.json, **lists})


def test_clean_removes_what_a_run_left_and_nothing_of_others(
    breakable: Breakable, cut_short: Session, command: Command
) -> None:
    with Workspace(CONTRACT, breakable.target, 1, prefix="cf-mine-") as others:
        other = others.session("other")
        kept = [calls.create(other)["id"], calls.create(other, name=other.name(" cf-01234567-1"))["id"]]
        told = command("clean", breakable.target.root, "--all", "--yes").out

        assert "Removed 1 api key, 1 role, 1 user, 1 profile." in told
        assert leftovers(cut_short, ACCESS_PROFILES).total == 0
        assert [calls.read(other, profile_id).status for profile_id in kept] == [200, 200]
        assert clean_up(others, ACCESS_PROFILES).total == 0


def test_what_was_made_a_moment_ago_may_be_of_a_run_that_goes_on(
    breakable: Breakable, cut_short: Session, command: Command
) -> None:
    assert "Nothing of earlier runs is left" in command("clean", breakable.target.root, "--yes").out
    assert leftovers(cut_short, ACCESS_PROFILES).total == 4
    assert left_by_earlier_runs(cut_short, ACCESS_PROFILES) is None


def test_what_is_older_is_told_of(breakable: Breakable, cut_short: Session, command: Command) -> None:
    with breakable.broken(_made_long_ago):
        note = left_by_earlier_runs(cut_short, ACCESS_PROFILES)
        found = leftovers(cut_short, ACCESS_PROFILES, older_than=AN_HOUR)
        told = command("check", breakable.target.root, "--only", "AUTH-001").out

    clean = f"conformance clean {breakable.target.root}"
    assert note == f"Earlier runs left 1 api key, 1 role, 1 profile here. Remove them with: {clean}"
    assert found.total == 4
    assert note in told


@pytest.mark.parametrize(("answer", "left"), [("y", 0), ("n", 4)])
def test_clean_asks_before_it_removes(
    breakable: Breakable, cut_short: Session, answer: str, left: int
) -> None:
    ran = click.testing.CliRunner().invoke(group, ["clean", breakable.target.root, "--all"], input=answer)

    assert "Remove 1 api key, 1 role, 1 user, 1 profile from http://" in ran.output
    assert ran.exit_code == (ExitCode.INCOMPLETE if left else ExitCode.CONFORMS)
    assert leftovers(cut_short, ACCESS_PROFILES).total == left


def test_what_clean_cannot_remove_is_3(breakable: Breakable, cut_short: Session, command: Command) -> None:
    with breakable.broken(on("deleteRole").refuse(403)):
        told = command("clean", breakable.target.root, "--all", "--yes", code=ExitCode.INCOMPLETE).err

    assert "The server did not remove 1 role.\n  roles: deleteRole is answered 403 {" in told


def test_clean_without_a_server_is_3(no_listener: str, command: Command) -> None:
    told = command("clean", no_listener, "--yes", "--key", "bfst-x", code=ExitCode.INCOMPLETE).err

    assert "Nothing listens" in told


def test_clean_up_stops_at_its_deadline_and_tells_what_is_left(workspace: Workspace) -> None:
    session = workspace.session("x")
    fixtures.role(session)
    calls.create(session)
    late = clean_up(workspace, ACCESS_PROFILES, Deadline.within(0))

    assert (late.counts["roles"], late.counts["profiles"]) == (1, 1)
    assert clean_up(workspace, ACCESS_PROFILES).total == 0


def test_clean_up_of_a_server_that_is_gone_says_that_it_cannot_tell(
    breakable: Breakable, no_listener: str
) -> None:
    with Workspace(CONTRACT, replace(breakable.target, root=no_listener), 1) as workspace:
        workspace.inventory.add("/users/{user_id}", {"user_id": f"{workspace.prefix}1"})

        assert clean_up(workspace, ACCESS_PROFILES).total is None


def test_a_user_whose_creation_was_never_answered_is_removed(workspace: Workspace) -> None:
    with Workspace(CONTRACT, workspace.target, 1, prefix=workspace.prefix) as same:
        user_id = fixtures.user(same.session("x"))["id"]

    assert clean_up(workspace, ACCESS_PROFILES).total == 0
    assert workspace.session("y").call("getUser", parameters={"user_id": user_id}).status == 404
