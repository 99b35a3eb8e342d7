"""`python -m conformance` as people run it: in a process of its own, with a watch on its time and memory."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.limited import limit_files
from tests.processes import start

LONG_SECONDS = 300
"""Far more than any command takes that ends, on a machine that is busy as well."""

ADMIN = "bfst-" + "a" * 44


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a command: `megabytes` is the most that it had in memory."""

    code: int
    text: str
    seconds: float
    megabytes: float


def conformance(
    *arguments: str,
    keys: tuple[str, str] | None = None,
    environment: dict[str, str] | None = None,
    largest_file: int | None = None,
    seconds: float = LONG_SECONDS,
) -> Ended:
    """Run the command to its end; it is killed, and so has the code -9, when it takes longer."""
    admin, viewer = keys or (ADMIN, "")
    begun = time.monotonic()
    process = start(
        "conformance",
        *arguments,
        stderr=subprocess.STDOUT,
        limit=None if largest_file is None else partial(limit_files, largest_file),
        **{"NO_COLOR": "1", "CONFORMANCE_KEY": admin, "CONFORMANCE_VIEWER_KEY": viewer} | (environment or {}),
    )
    watch = threading.Timer(seconds, process.kill)
    watch.start()
    with process, _peak_of(process.pid) as peak:
        text = process.stdout.read()
        code = process.wait()
    watch.cancel()
    return Ended(code, text, time.monotonic() - begun, peak[0])


@contextmanager
def _peak_of(pid: int) -> Iterator[list[float]]:
    """Look at a process's peak of memory, in MB, until the block ends (Linux).

    What the system tells of it afterwards (`ru_maxrss`) begins with the memory of whoever started it.
    """
    peak = [0.0]
    ended = threading.Event()

    def look() -> None:
        # It may end in between.
        with suppress(FileNotFoundError, ProcessLookupError):
            while not ended.wait(0.02):
                found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
                peak[0] = int(found[1]) / 1024 if found else peak[0]

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield peak
    finally:
        ended.set()
        looking.join()


def interrupted(*arguments: str, keys: tuple[str, str], sign: str, by: signal.Signals) -> Ended:
    """Run the command, and send it a signal once it has said something."""
    variables = {
        **os.environ,
        "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1",
        "CONFORMANCE_KEY": keys[0],
        "CONFORMANCE_VIEWER_KEY": keys[1],
    }
    begun = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "conformance", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=variables,
    ) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if sign in line and not process.poll():
                process.send_signal(by)
                break
        lines += process.stdout
        code = process.wait()
    return Ended(code, "".join(lines), time.monotonic() - begun, 0)
