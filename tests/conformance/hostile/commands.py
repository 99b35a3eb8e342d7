"""`python -m conformance` as people run it: in a process of its own, with a watch on its time and memory."""

import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

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
    variables = {
        **os.environ,
        "NO_COLOR": "1",
        "CONFORMANCE_KEY": admin,
        "CONFORMANCE_VIEWER_KEY": viewer,
        **(environment or {}),
    }
    limit = (
        None
        if largest_file is None
        else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file,) * 2)
    )
    begun = time.monotonic()
    with tempfile.TemporaryFile() as spoken:
        output = subprocess.PIPE if largest_file is not None else spoken
        process = subprocess.Popen(
            [sys.executable, "-m", "conformance", *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=variables,
            preexec_fn=limit,  # noqa: PLW1509  no other thread holds a lock that the child needs
        )
        watch = threading.Timer(seconds, process.kill)
        watch.start()
        with _peak_of(process.pid) as peak:
            text = process.stdout.read() if process.stdout else b""
            if process.stdout:
                process.stdout.close()
            process.wait()
        watch.cancel()
        spoken.seek(0)
        text = text or spoken.read()
    taken = time.monotonic() - begun
    return Ended(process.returncode, text.decode(), taken, peak[0])


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
