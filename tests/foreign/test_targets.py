"""The servers of others start here, answer what their contracts state, and leave no process behind."""

import http.server
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.foreign import installing
from tests.foreign.installing import PACKAGES, Unavailable, installed
from tests.foreign.running import Running, available, can_seal, group_lives, running
from tests.foreign.targets import TARGETS
from tests.serving import ROOT

# The first run installs.
pytestmark = pytest.mark.timeout(900)


def _contract(run: Running) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(run.contract.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return loaded


def _credential_headers(run: Running, contract: dict[str, Any]) -> dict[str, str]:
    schemes = contract.get("components", {}).get("securitySchemes", {})
    assert set(run.credentials) <= set(schemes)
    return {
        scheme["name"]: run.credentials[name]
        for name, scheme in schemes.items()
        if scheme["type"] == "apiKey" and scheme["in"] == "header"
    }


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_answers_what_its_contract_states_and_leaves_no_process(name: str) -> None:
    with available(name) as run:
        contract = _contract(run)
        path = run.target.ready.removeprefix(run.target.base)
        answer = httpx.get(run.url + path, headers=_credential_headers(run, contract), trust_env=False)

        assert contract["openapi"].startswith("3.")
        assert answer.status_code == 200
        assert "200" in contract["paths"][path]["get"]["responses"]
        assert answer.headers["Content-Type"].startswith("application/json")
        for operation in run.target.left_out:
            method, left_out = operation.split()
            assert method.lower() in contract["paths"][left_out]
        assert group_lives(run.group)

    assert not group_lives(run.group)
    assert not run.log.exists()


def test_a_target_that_ends_itself_has_given_its_answer_and_leaves_no_process() -> None:
    with available("wiremock") as run:
        [operation] = run.target.left_out
        method, path = operation.split()

        assert httpx.request(method, run.url + path, trust_env=False).status_code == 200
    assert not group_lives(run.group)


class Listener(http.server.ThreadingHTTPServer):
    """A server of this machine that nobody may reach; it remembers who did."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        self.visits = 0

    def verify_request(self, *_: object) -> bool:
        self.visits += 1
        return False


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_proxy_that_is_made_in_wiremock_reaches_nobody(listener: Listener) -> None:
    with (
        available("wiremock") as run,
        httpx.Client(base_url=run.url, trust_env=False) as client,
    ):
        for host in ("127.0.0.1", "localhost"):
            stub = {
                "request": {"urlPath": f"/{host}"},
                "response": {"proxyBaseUrl": f"http://{host}:{listener.server_port}"},
            }
            assert client.post("/__admin/mappings", json=stub).status_code == 201
            assert client.get(f"/{host}").status_code == 500
    assert listener.visits == 0


_VISIT = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])))"


def _launch(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.foreign.launch", *command],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("sealed", [False, True])
def test_what_is_sealed_reaches_no_other_server_of_this_machine(listener: Listener, sealed: bool) -> None:
    if sealed and not can_seal():
        pytest.skip("This machine gives a process of this user no network of its own.")
    options = ["--sealed"] if sealed else []
    with _launch(*options, sys.executable, "-c", _VISIT, str(listener.server_port)) as launcher:
        launcher.wait(60)
        assert launcher.stderr is not None
        said = launcher.stderr.read()

    assert (launcher.returncode, listener.visits) == ((1, 0) if sealed else (0, 1))
    assert ("ConnectionRefusedError" in said) == sealed


def test_a_target_ends_when_whoever_started_it_is_killed() -> None:
    # The starter of the launcher has the other end of its standard input; its death closes that.
    with _launch(sys.executable, "-c", "import time; time.sleep(600)") as launcher:
        assert launcher.stdin is not None
        assert launcher.stdout is not None
        group = int(launcher.stdout.readline().split()[1])
        assert group_lives(group)
        launcher.stdin.close()
        launcher.wait(60)

    assert not group_lives(group)


def test_a_target_that_does_not_start_says_what_it_said(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = replace(TARGETS["chroma"], command=(sys.executable, "-c", "raise SystemExit('I will not')"))
    monkeypatch.setitem(TARGETS, "chroma", broken)

    with pytest.raises(RuntimeError, match="I will not"), available("chroma"):
        pass


def test_a_target_without_its_runtime_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with (
        pytest.raises(Unavailable, match="wiremock needs java"),
        running("wiremock"),
    ):
        pass


def test_a_target_that_asks_urls_is_not_run_where_it_could_reach_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.foreign.running.can_seal", lambda: False)

    with pytest.raises(Unavailable, match="no network of its own for it here"), running("changedetection"):
        pass


@dataclass(frozen=True)
class Counted:
    """Packages whose installation is written down, and fails while there is a file named `broken`."""

    lock: Path

    def commands(self, _: Path) -> list[list[str]]:
        script = f"cd {self.lock.parent} && echo once >> installations && test ! -e broken"
        return [["sh", "-c", script]]

    @property
    def installations(self) -> int:
        return len((self.lock.parent / "installations").read_text().splitlines())


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    monkeypatch.setattr(installing, "CACHE", tmp_path / "cache")
    lock = tmp_path / "lock"
    lock.write_text("first")
    return Counted(lock)


def test_a_target_is_installed_once_for_each_lock_whoever_wants_it(counted: Counted) -> None:
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: installed("counted", counted), range(8)))
    assert len(folders) == 1
    assert counted.installations == 1

    counted.lock.write_text("second")
    installed("counted", counted)
    installed("counted", counted)
    assert counted.installations == 2


def test_an_installation_that_failed_is_made_again(counted: Counted) -> None:
    broken = counted.lock.parent / "broken"
    broken.touch()
    with pytest.raises(Unavailable, match="counted could not be installed"):
        installed("counted", counted)

    broken.unlink()
    installed("counted", counted)
    assert counted.installations == 2


def test_locks_have_a_hash_for_each_package_and_name_no_registry() -> None:
    for lock in PACKAGES.glob("*/package-lock.json"):
        packages = yaml.load(lock.read_text(encoding="utf-8"), yaml.CSafeLoader)["packages"]
        assert all("integrity" in entry for name, entry in packages.items() if name)
        assert not any("resolved" in entry for entry in packages.values())
    for lock in PACKAGES.glob("requirements-*.txt"):
        text = lock.read_text(encoding="utf-8")
        entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
        assert all("--hash=sha256:" in entry for entry in entries)
        assert "://" not in text


def test_every_lock_is_a_targets_and_every_target_has_one() -> None:
    there = {*PACKAGES.glob("*/package-lock.json"), *PACKAGES.glob("requirements-*.txt")}

    assert {target.packages.lock for target in TARGETS.values()} == there
