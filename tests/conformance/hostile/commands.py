"""`python -m conformance` as people run it: in a process of its own, with a watch on its time and memory."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass

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
    seconds: float = 60,
) -> Ended:
    """Runs the command to its end; it is killed, and so has the code -9, when it takes longer."""
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
        text = process.stdout.read() if process.stdout else b""
        if process.stdout:
            process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        watch.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        spoken.seek(0)
        text = text or spoken.read()
    taken = time.monotonic() - begun
    return Ended(process.returncode, text.decode(), taken, usage.ru_maxrss / 1024)


def interrupted(*arguments: str, keys: tuple[str, str], sign: str, by: signal.Signals) -> Ended:
    """Runs the command, and sends it a signal once it has said something."""
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
        code = process.wait(60)
    return Ended(code, "".join(lines), time.monotonic() - begun, 0)
