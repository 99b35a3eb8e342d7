"""Load from wrk, on a core of its own."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bench.cpu import cpu_seconds

SCRIPT = Path(__file__).with_name("wrk.lua")
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Request:
    """A request as it is written to the socket."""

    path: str
    key: str
    method: str = "GET"
    body: bytes = b""
    if_none_match: str | None = None

    def octets(self) -> bytes:
        """Return the request as HTTP/1.1."""
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            "Host: 127.0.0.1",
            "Accept: */*",
            f"Authorization: Bearer {self.key}",
        ]
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        if self.if_none_match:
            lines.append(f"If-None-Match: {self.if_none_match}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True)
class Slice:
    """What came of a slice of load.

    Attributes:
        cpu_us: microseconds of CPU that the server spent on a request.
        refused: answers with a status from 400.
        broken: requests without a whole answer.
    """

    requests: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float
    cpu_us: float = 0.0

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def write_requests(path: Path, requests: Iterable[Request]) -> Path:
    """Write requests in the form that `wrk.lua` reads."""
    with path.open("wb") as file:
        for request in requests:
            octets = request.octets()
            file.write(b"%d\n%b" % (len(octets), octets))
    return path


def load(
    url: str,
    requests: Path,
    *,
    seconds: int,
    connections: int,
    cpus: str,
    pause_ms: float | None = None,
    pids: Sequence[int] = (),
) -> Slice:
    """Send requests for some seconds.

    Raises:
        click.ClickException: wrk fails.
    """
    pause = [] if pause_ms is None else [f"{pause_ms:.3f}"]
    command = [
        "taskset", "-c", cpus, "wrk", "--threads", "1", "--connections", str(connections),
        "--duration", f"{seconds}s", "--timeout", "30s", "--script", str(SCRIPT),
        url, "--", str(requests), *pause,
    ]  # fmt: skip
    before = sum(map(cpu_seconds, pids))
    patience = seconds + PATIENCE_SECONDS
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=patience)
    used = sum(map(cpu_seconds, pids)) - before
    line = next((line for line in ended.stdout.splitlines() if line.startswith("RESULT ")), None)
    if ended.returncode or line is None:
        raise click.ClickException(f"wrk failed: {ended.stderr or ended.stdout}")
    result = json.loads(line.removeprefix("RESULT "))
    return Slice(**result, cpu_us=used * 1e6 / max(result["requests"], 1))


def require_tools() -> None:
    """Refuse to go on without what the benchmark is made of.

    Raises:
        click.ClickException: wrk or taskset is missing.
    """
    for tool, package in {"wrk": "wrk", "taskset": "util-linux"}.items():
        if shutil.which(tool) is None:
            raise click.ClickException(f"{tool} is missing. On Debian: apt-get install {package}")
