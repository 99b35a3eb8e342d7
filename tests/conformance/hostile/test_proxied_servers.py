"""The project's own server behind what stands before real ones: a good sample of the clauses passes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from conformance.access_profiles.content import ACCESS_PROFILES
from conformance.contract import document
from conformance.run.barrier import Entry, race
from conformance.run.clean_up import clean_up
from conformance.run.session import Workspace
from tests.conformance.cli.test_check import PATIENCE
from tests.conformance.command import Command
from tests.conformance.conftest import Breakable
from tests.conformance.hostile.proxies import AUTHORITY, Limited, Prefixed, Slow, serving

# Reads, writes, bare sockets, races, keys, large bodies, conditions, Location, users.
SAMPLE = (
    "AP-GET-001,AP-GET-004,AP-GET-008,AP-CRE-001,AP-CRE-006,AP-CRE-026,AP-LST-001,AP-UPD-001,AP-VER-001,"
    "AUTH-001,AUTH-008,AUTH-009,ERR-001,HTTP-002,HTTP-003,HTTP-006,KEY-REV-001,USR-CRE-001"
)
FUZZED = "S.getAccessProfile.fuzz"
PREFIX = "/gateways/eu"


pytestmark = pytest.mark.usefixtures("keyed")


@pytest.fixture
def everything(breakable: Breakable) -> Iterator[tuple[str, Limited]]:
    """Give the server with all of it before it at once: the URL, and the limit on the rate."""
    limited = Limited(Slow(breakable.app, 0.01))
    with serving(Prefixed(limited, PREFIX), tls=True) as url:
        yield url + PREFIX, limited


@pytest.fixture
def all_pass(command: Command) -> Callable[..., None]:
    """Give a check of a server on which everything passes that is asked for."""

    def checked(url: str, only: str, *more: object) -> None:
        text = command("check", url, *PATIENCE, "--seed", "1", "--only", only, *more).out
        assert not re.search(r"(?m)^(?:FAIL|WARN|NOT_REACHED|ERROR|SKIP)", text)
        assert "Nothing of the run was left behind." in text

    return checked


def test_a_sample_passes_below_a_prefix(breakable: Breakable, all_pass: Callable[..., None]) -> None:
    with serving(Prefixed(breakable.app, PREFIX)) as url:
        all_pass(url + PREFIX, SAMPLE)


def test_a_sample_passes_behind_a_limit_on_the_rate(
    breakable: Breakable, all_pass: Callable[..., None]
) -> None:
    limited = Limited(breakable.app)
    with serving(limited) as url:
        all_pass(url, SAMPLE)

    assert limited.refused > 10


def test_a_sample_passes_over_tls(breakable: Breakable, all_pass: Callable[..., None]) -> None:
    with serving(breakable.app, tls=True) as url:
        all_pass(url, SAMPLE, "--ca-file", AUTHORITY)
        all_pass(url, "AP-GET-001,HTTP-002", "--insecure")


def test_a_sample_passes_with_200_ms_on_the_way(breakable: Breakable, all_pass: Callable[..., None]) -> None:
    with serving(Slow(breakable.app, 0.2)) as url:
        all_pass(url, "AP-GET-001,AP-CRE-006,HTTP-002,KEY-CRE-006")


def test_fuzzing_passes_behind_everything_at_once(
    everything: tuple[str, Limited], all_pass: Callable[..., None]
) -> None:
    url, limited = everything
    all_pass(url, FUZZED, "--ca-file", AUTHORITY, "--max-examples", "1")

    assert limited.refused > 2


def test_a_race_that_is_refused_for_its_rate_is_sent_again_and_has_one_winner(
    everything: tuple[str, Limited], breakable: Breakable
) -> None:
    url, limited = everything
    target = replace(breakable.target, root=url, ca_file=AUTHORITY)
    with Workspace(document.load(), target, 1) as workspace:
        session = workspace.session("race")
        name = session.name()
        answers = race(session, [Entry("createAccessProfile", {"name": name})] * 12)
        assert clean_up(workspace, ACCESS_PROFILES).total == 0

    assert sorted(answer.status for answer in answers) == [201] + [409] * 11
    assert limited.refused >= 2
    assert workspace.transport.pacer.waited > 0


def test_one_that_cannot_connect_ends_a_race_at_once(breakable: Breakable, no_listener: str) -> None:
    target = replace(breakable.target, root=no_listener)
    with Workspace(document.load(), target, 1) as workspace, pytest.raises(httpx.ConnectError):
        race(workspace.session("race"), [Entry("createAccessProfile", {})] * 4)


def test_requests_bear_the_headers_of_the_file_and_reports_do_not_show_them(
    breakable: Breakable, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[bytes] = set()

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(value for name, value in scope.get("headers", ()) if name == b"x-gateway-token")
        await breakable.app(scope, receive, send)

    monkeypatch.setenv("GATEWAY_TOKEN", "a-secret-of-the-gateway")
    with serving(watched) as url:
        file = tmp_path / "conformance.toml"
        file.write_text(f'[target]\nurl = "{url}"\nheaders = {{ X-Gateway-Token = "${{GATEWAY_TOKEN}}" }}\n')
        text = command("check", "--config", file, "--only", "AP-GET-001", "--format", "json").out

    assert seen == {b"a-secret-of-the-gateway"}
    assert "a-secret-of-the-gateway" not in text
