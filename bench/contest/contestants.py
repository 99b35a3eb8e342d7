"""Who takes part: real processes, each on its own data."""

import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
import httpx

from server.process.settings import variable
from tests.postgres import free_port
from tests.processes import start_anew
from tests.serving import ROOT, Keys, running_server

START_SECONDS = 60


@dataclass(frozen=True)
class Contestant:
    """A server that runs.

    Attributes:
        keys: API keys that it knows.
        pids: its processes.
    """

    name: str
    url: str
    keys: Sequence[str]
    pids: Sequence[int]

    def pin(self, cpus: Collection[int]) -> None:
        """Let it run on these cores only; what it starts later does, too."""
        for pid in self.pids:
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), cpus)


@contextmanager
def ours(
    name: str, store: str, keys: Sequence[str], *arguments: str, remembers: bool
) -> Iterator[Contestant]:
    """Start the server of this project."""
    of_tests = Keys(keys[0], keys[0], keys[0], keys[0])
    memory = () if remembers else (f"{variable('memory_mib')}=0",)
    start = partial(start_anew, launcher=("env", *memory))
    with running_server(store, of_tests, arguments=arguments, start=start) as server:
        yield Contestant(name, server.url, keys, _family(server.process.pid))


@contextmanager
def peer(name: str, module: str, keys: Sequence[str], **environment: str) -> Iterator[Contestant]:
    """Start a peer under uvicorn, which writes no access log for it."""
    # Not a socket that is handed over: uvicorn takes it for a Unix socket, and leaves Nagle's algorithm on.
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", f"bench.peers.{module}:app",
        "--port", str(port), "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
    try:
        url = f"http://127.0.0.1:{port}"
        _await(name, f"{url}/api/access-profiles/1", keys, process)
        yield Contestant(name, url, keys, [process.pid])
    finally:
        process.terminate()
        process.wait(15)


def _await(name: str, url: str, keys: Sequence[str], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            status = httpx.get(url, headers={"Authorization": f"Bearer {keys[0]}"}, timeout=5).status_code
        except httpx.TransportError:
            time.sleep(0.05)
            continue
        if status != 200:
            raise click.ClickException(f"{name} answers {status} at {url}")
        return
    raise click.ClickException(f"{name} does not start")


def _family(pid: int) -> list[int]:
    """Return a process and its children (Linux)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]
