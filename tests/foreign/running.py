"""Runs a target for the length of a block, and leaves nothing of it behind.

A target listens on loopback alone. Where the machine allows it, it has a network of its own with nothing in
it (see `launch.py`): whatever it is told to fetch or to forward to, it reaches neither another machine nor
another server of this one. A target that calls out is not run in any other way. Elsewhere the others run
beside everything else, with a proxy in their environment at which nobody listens.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import pytest

from tests.foreign.installing import Unavailable, installed
from tests.foreign.targets import TARGETS, Fetched, Target
from tests.serving import ROOT

PATIENCE_SECONDS = 90
_NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Running:
    """A target that runs.

    Attributes:
        target: what runs.
        url: where the paths of its contract begin, without a slash at the end.
        contract: the file that holds its contract.
        credentials: what to send for each security scheme of the contract.
        log: the file that holds what it says.
        group: the id of its group of processes.
    """

    target: Target
    url: str
    contract: Path
    credentials: Mapping[str, str]
    log: Path
    group: int


@contextmanager
def running(name: str) -> Iterator[Running]:
    """Provide a target that is up, after installing it where it is not; its data go with it.

    Raises:
        Unavailable: it cannot run on this machine.
    """
    target = TARGETS[name]
    for program, package in target.programs.items():
        if shutil.which(program) is None:
            raise Unavailable(f"{name} needs {program}. On Debian: apt-get install {package}")
    if target.calls_out and not can_seal():
        raise Unavailable(
            f"{name} asks URLs that it is given, and there is no network of its own for it here"
        )
    packages = installed(name, target.packages)
    with tempfile.TemporaryDirectory(prefix=f"{name}-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        (folder / "data").mkdir()
        with _launched(target, packages, folder) as (port, group):
            server = f"http://127.0.0.1:{port}"
            _wait(target, group, server, folder)
            yield Running(
                target,
                server + target.base,
                _contract(target, packages, server, folder),
                target.credentials(folder / "data"),
                folder / "log",
                group,
            )


@contextmanager
def available(name: str) -> Iterator[Running]:
    """Provide a target as `running` does, for a test, which is skipped where it cannot run.

    With `REQUIRE_FOREIGN=small` a target that is not heavy must run, with `REQUIRE_FOREIGN=all` every one.
    """
    required = os.environ.get("REQUIRE_FOREIGN", "")
    if TARGETS[name].heavy and required != "all":
        pytest.skip(f"{name} takes minutes to install, and half a gigabyte: make foreign")
    with ExitStack() as stack:
        try:
            run = stack.enter_context(running(name))
        except Unavailable as error:
            if required:
                pytest.fail(str(error))
            pytest.skip(str(error))
        yield run


@cache
def can_seal() -> bool:
    """Return whether a process may have a network of its own on this machine."""
    enter = "from tests.foreign.launch import enter_empty_network; enter_empty_network()"
    done = subprocess.run([sys.executable, "-c", enter], cwd=ROOT, check=False, capture_output=True)
    return done.returncode == 0


@contextmanager
def _launched(target: Target, packages: Path, folder: Path) -> Iterator[tuple[int, int]]:
    """Start a target, give its port and the id of its group of processes, and end the whole group."""
    command = [
        part.replace("{packages}", str(packages)).replace("{data}", str(folder / "data"))
        for part in target.command
    ]
    with (folder / "log").open("w", encoding="utf-8") as log:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "tests.foreign.launch", *(["--sealed"] if can_seal() else []), *command],
            cwd=ROOT,
            env=_environment(target, folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            # An interruption is for the tests, which then end this.
            start_new_session=True,
        )
    assert launcher.stdin is not None
    assert launcher.stdout is not None
    with launcher:
        told = launcher.stdout.readline().split()
        if not told:
            raise _failed(target, folder)
        port, group = map(int, told)
        try:
            yield port, group
        finally:
            launcher.stdin.close()
            try:
                launcher.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                launcher.kill()
            if group_lives(group):
                os.killpg(group, signal.SIGKILL)


def _environment(target: Target, folder: Path) -> dict[str, str]:
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), _NOWHERE)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        **proxies,
        **target.environment,
    }


def group_lives(group: int) -> bool:
    """Return whether a group has a process that has not ended."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _wait(target: Target, group: int, server: str, folder: Path) -> None:
    """Wait until a target answers."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and group_lives(group):
        try:
            if _get(server + target.ready).status_code < 500:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise _failed(target, folder)


def _get(url: str) -> httpx.Response:
    return httpx.get(url, timeout=PATIENCE_SECONDS, trust_env=False, verify=False)


def _failed(target: Target, folder: Path) -> RuntimeError:
    said = (folder / "log").read_text(encoding="utf-8", errors="replace")
    return RuntimeError(f"{target.name} does not start:\n{said[-4000:]}")


def _contract(target: Target, packages: Path, server: str, folder: Path) -> Path:
    """Return a file with the contract of a target."""
    if isinstance(target.contract, Fetched):
        found = folder / "openapi.json"
        found.write_bytes(_get(server + target.contract.path).content)
        return found
    [found] = packages.glob(target.contract.pattern)
    return found
