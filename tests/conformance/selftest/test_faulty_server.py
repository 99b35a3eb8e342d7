"""The server under test: a child process, broken by a word and whole again by another."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from conformance.selftest.faulty_server import NOT_INSTALLED, FaultyServer, HostError
from tests.serving import LONG_SECONDS, ROOT


@pytest.fixture(scope="module")
def server() -> Iterator[FaultyServer]:
    with FaultyServer() as opened:
        yield opened


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _list_profiles(server: FaultyServer, key: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key or server.target.key}"}
    return httpx.get(
        f"{server.target.root}/api/access-profiles", headers=headers, trust_env=False, timeout=LONG_SECONDS
    )


def test_it_serves_a_whole_server_at_first(server: FaultyServer) -> None:
    assert _list_profiles(server).status_code == 200
    assert _list_profiles(server, "bfst-nobody").status_code == 401
    assert _list_profiles(server, server.target.viewer_key).status_code == 200


def test_a_fault_is_there_until_it_is_taken_back(server: FaultyServer) -> None:
    server.serve("mutant", "listAccessProfiles.200/status-changed")
    broken = _list_profiles(server)
    requests = server.restore()

    assert broken.status_code == 201
    assert requests == 1
    assert _list_profiles(server).status_code == 200


OTHER_CONTRACT = "createRole.body.name.minLength/constraint-tightened"


@contextmanager
def _admin(server: FaultyServer) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {server.target.key}"}
    with httpx.Client(
        base_url=f"{server.target.root}/api", headers=headers, trust_env=False, timeout=LONG_SECONDS
    ) as client:
        yield client


def test_a_server_of_another_contract_has_the_data_of_the_beginning() -> None:
    with FaultyServer() as server, _admin(server) as client:
        made = client.post("/roles", json={"name": "here before"}).json()["role"]["id"]
        server.keep()
        server.serve("mutant", OTHER_CONTRACT)
        found, refused = client.get("/roles"), client.post("/roles", json={"name": "a"})
        server.restore()

        assert [role["id"] for role in found.json()["roles"]] == [made]
        assert refused.status_code == 400
        assert client.post("/roles", json={"name": "a"}).status_code == 201


LISTS = ("access-profiles", "roles", "users", "api-keys", "access-profiles/audit-logs")


def _all_that_is_kept(client: httpx.Client) -> list[object]:
    return [client.get(f"/{name}").json() for name in LISTS]


def _leave_much_behind(client: httpx.Client) -> None:
    """As a run that goes wrong would: it ends with the key that it came with."""
    for number in range(3):
        profile = client.post("/access-profiles", json={"name": f"left {number}"}).json()["access_profile"]
        role = client.post("/roles", json={"name": f"left {number}"}).json()["role"]
        client.post(f"/access-profiles/{profile['id']}/roles", json={"role_ids": [role["id"]]})
        client.post("/users", json={"id": f"left {number}", "role_id": role["id"]})
    keys = {key["name"]: key["id"] for key in client.get("/api-keys").json()["api_keys"]}
    for name in ("viewer", "admin"):
        assert client.delete(f"/api-keys/{keys[name]}").status_code == 200
    assert client.get("/access-profiles").status_code == 401


@pytest.mark.parametrize("served", [("right", ""), ("mutant", OTHER_CONTRACT), ("variant", "more_headers")])
def test_what_is_served_meets_nothing_of_what_was_served_before(
    served: tuple[str, str], server: FaultyServer
) -> None:
    server.restore()
    with _admin(server) as client:
        before = _all_that_is_kept(client)
        # Twice each: the app of another contract is kept, and with it what it remembers of keys and answers.
        for _ in range(2):
            server.serve(*served)
            assert _all_that_is_kept(client) == before
            _leave_much_behind(client)
        server.restore()

        assert _all_that_is_kept(client) == before
        assert _list_profiles(server, server.target.viewer_key).status_code == 200
        assert client.post("/roles", json={"name": "as new"}).json()["role"]["id"] == 1


def test_what_there_is_not_cannot_be_served_and_the_server_goes_on(server: FaultyServer) -> None:
    with pytest.raises(HostError, match="KeyError"):
        server.serve("fault", "AP-CRE-001/nothing_of_that_name")

    assert _list_profiles(server).status_code == 200


def test_a_process_that_has_ended_is_told_of(server: FaultyServer) -> None:
    with FaultyServer() as other:
        other.kill()

        with pytest.raises(HostError, match="has ended by itself"):
            other.restore()


def test_the_process_ends_when_nobody_holds_its_input_any_more() -> None:
    """Also when whoever started it was killed, and could not end it."""
    start = (
        "from conformance.selftest.faulty_server import FaultyServer\n"
        "import time\n"
        "print(FaultyServer().pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _is_alive(pid)
        os.kill(parent.pid, signal.SIGKILL)

    _wait_for_end(pid)


def test_without_the_server_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package of its name that holds nothing stands for one that is not there."""
    (tmp_path / "conformance").symlink_to(ROOT / "conformance")
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "__init__.py").touch()
    monkeypatch.setattr("conformance.selftest.faulty_server._HERE", tmp_path)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(HostError, match=re.escape(NOT_INSTALLED)):
        FaultyServer()


def test_a_middleware_that_there_is_not_is_told_of() -> None:
    command = [sys.executable, "-m", "server.faulty", "--middleware", "conformance.selftest.served:nothing"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert "--middleware conformance.selftest.served:nothing names no function" in ended.stderr


def _wait_for_end(pid: int) -> None:
    for _ in range(200):
        if not _is_alive(pid):
            return
        signal.sigtimedwait([], 0.1)
    raise AssertionError(f"the process {pid} goes on")
