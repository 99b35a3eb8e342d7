"""`python -m conformance` as people run it: in a process of its own, with a watch on its time and memory."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.processes import Limit, Running, start

LONG_SECONDS = 300
"""Far more than any command takes that ends, on a machine that is busy as well."""

ADMIN = "bfst-" + "a" * 44


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a command: `megabytes` is the most that it had in memory."""

    code: int
    text: str
    megabytes: float


def conformance(
    *arguments: str,
    keys: tuple[str, str] = (ADMIN, ""),
    limit: Limit | None = None,
    interrupt: tuple[str, signal.Signals] | None = None,
    **environment: str,
) -> Ended:
    """Run the command to its end; it is killed, and so has the code -9, when it takes far too long.

    With `interrupt` the command is sent a signal as soon as it has said something.
    """
    given = {"NO_COLOR": "1", "CONFORMANCE_KEY": keys[0], "CONFORMANCE_VIEWER_KEY": keys[1]} | environment
    process: Running
    if interrupt is None:
        process = start("conformance", *arguments, stderr=subprocess.STDOUT, limit=limit, **given)
    else:
        process = subprocess.Popen(
            [sys.executable, "-m", "conformance", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **given},
        )
    watch = threading.Timer(LONG_SECONDS, process.kill)
    watch.start()
    assert process.stdout is not None
    with process, _peak_of(process.pid) as peak:
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if interrupt is not None and interrupt[0] in line:
                process.send_signal(interrupt[1])
                break
        lines += process.stdout
        code = process.wait()
    watch.cancel()
    return Ended(code, "".join(lines), peak[0])


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
