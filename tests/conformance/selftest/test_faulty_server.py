"""The server under test: a child process, broken by a word and whole again by another."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conformance.selftest.faulty_server import Breakable, HostError
from conformance.selftest.host import NOT_INSTALLED


@pytest.fixture(scope="module")
def server() -> Iterator[Breakable]:
    with Breakable() as opened:
        yield opened


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _list_profiles(server: Breakable, key: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key or server.target.key}"}
    return httpx.get(f"{server.target.root}/api/access-profiles", headers=headers, trust_env=False)


def test_it_serves_a_whole_server_at_first(server: Breakable) -> None:
    assert _list_profiles(server).status_code == 200
    assert _list_profiles(server, "bfst-nobody").status_code == 401
    assert _list_profiles(server, server.target.viewer_key).status_code == 200


def test_a_fault_is_there_until_it_is_taken_back(server: Breakable) -> None:
    server.serve("mutant", "listAccessProfiles.200/status-changed")
    broken = _list_profiles(server)
    requests = server.restore()

    assert broken.status_code == 201
    assert requests == 1
    assert _list_profiles(server).status_code == 200


def test_a_server_of_another_contract_has_the_same_data(server: Breakable) -> None:
    headers = {"Authorization": f"Bearer {server.target.key}"}
    url = f"{server.target.root}/api/roles"
    with httpx.Client(headers=headers, trust_env=False) as client:
        made = client.post(url, json={"name": "of both"}).json()["role"]["id"]
        server.serve("mutant", "createRole.body.name.minLength/constraint-tightened")
        found, refused = client.get(url), client.post(url, json={"name": "a"})
        server.restore()

        assert made in [role["id"] for role in found.json()["roles"]]
        assert refused.status_code == 400
        assert client.post(url, json={"name": "a"}).status_code == 201


def test_what_there_is_not_cannot_be_served_and_the_server_goes_on(server: Breakable) -> None:
    with pytest.raises(HostError, match="KeyError"):
        server.serve("fault", "AP-CRE-001/nothing_of_that_name")

    assert _list_profiles(server).status_code == 200


def test_a_process_that_has_ended_is_told_of(server: Breakable) -> None:
    with Breakable() as other:
        other.kill()

        with pytest.raises(HostError, match="has ended by itself"):
            other.restore()


def test_the_process_ends_when_nobody_holds_its_input_any_more() -> None:
    """Also when whoever started it was killed, and could not end it."""
    start = (
        "from conformance.selftest.faulty_server import Breakable\n"
        "import time\n"
        "print(Breakable().pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _is_alive(pid)
        os.kill(parent.pid, signal.SIGKILL)

    _wait_for_end(pid)


def test_without_the_server_it_says_how_to_install_it() -> None:
    start = "import sys; sys.modules['server'] = None\nfrom conformance.selftest import host\nhost.main()\n"
    ended = subprocess.run(
        [sys.executable, "-c", start], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )

    assert json.loads(ended.stdout) == {"error": NOT_INSTALLED}


def _wait_for_end(pid: int) -> None:
    for _ in range(200):
        if not _is_alive(pid):
            return
        signal.sigtimedwait([], 0.1)
    raise AssertionError(f"the process {pid} goes on")
