"""The second server as a process on a port, for tests."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Second:
    """A running second server and its keys by role."""

    url: str
    keys: dict[str, str]


@contextmanager
def running(broken: str | None = None) -> Iterator[Second]:
    """Start the second server on a free port, with one mistake if one is named, and stop it at the end."""
    command = [sys.executable, "-m", "tests.second", "--port", "0"]
    command += ["--broken", broken] if broken else []
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SECOND_")}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        try:
            first, *rest = (process.stdout.readline().strip() for _ in range(5))
            keys = dict(re.findall(r"SECOND_(\w+)_KEY=(\S+)", "\n".join(rest)))
            yield Second(first.rpartition(" ")[2], {role.lower(): key for role, key in keys.items()})
        finally:
            process.terminate()
            process.wait()
