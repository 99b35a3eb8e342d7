"""Python programs as processes, forked from one that has imported what they need.

To start the server takes 0.9 s of CPU, 0.7 s of it for imports, and the tests start it more than a hundred
times. A forked process has its own id, environment, output, limits and end, like any other. But it has
imported more than it needs, its hashes have the seed of all, and its command line is not its own: tests of
how a program starts, and benchmarks, start it anew.
"""

import atexit
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import IO, Any, Self, TypeAlias

ROOT = Path(__file__).parents[1]

IMPORTED = (
    "conformance.cli",
    "server.cli.serving",
    "store.memory",
    "store.postgresql",
    "store.sqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
)
"""What is imported, by one process for each worker of the tests; it starts no thread and no event loop."""

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.processes", *IMPORTED])

_TURN = threading.Lock()
"""To start a process is to look which others have ended, and what became of one can be read once."""

Limit = Callable[[], object]
"""Takes rights or resources from the process that calls it."""


class Process:
    """A process that runs, or has run; it is used as a `subprocess.Popen` is.

    Attributes:
        stdout: what it prints.
    """

    def __init__(self, forked: BaseProcess, stdout: IO[str]) -> None:
        self._forked = forked
        self.stdout = stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        self.wait()

    @property
    def pid(self) -> int:
        assert self._forked.pid is not None
        return self._forked.pid

    @property
    def returncode(self) -> int | None:
        """The exit code, less than zero for a signal that ended it, None while it runs."""
        with _TURN:
            return self._forked.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when it has ended.

        Raises:
            subprocess.TimeoutExpired: it goes on for longer than these seconds.
        """
        wait([self._forked.sentinel], timeout)
        code = self.returncode
        if code is None:
            raise subprocess.TimeoutExpired(self._forked.name, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Program:
    """What a new process does, from the fork to its end."""

    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    ignores_interruptions: bool
    limit: Limit | None

    def run(self, *files: Any) -> None:
        """Become the program, with these as standard input, output and error."""
        for number, file in enumerate(files):
            given = file.detach()
            os.dup2(given, number)
            os.close(given)
        sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
        signal.signal(
            signal.SIGINT, signal.SIG_IGN if self.ignores_interruptions else signal.default_int_handler
        )
        os.environ.clear()
        os.environ.update(self.environment)
        os.chdir(ROOT)
        if self.limit is not None:
            self.limit()
        sys.argv = [self.module, *self.arguments]
        try:
            runpy.run_module(self.module, run_name="__main__", alter_sys=True)
        finally:
            # `multiprocessing` leaves them out.
            atexit._run_exitfuncs()


def start(
    module: str,
    *arguments: str,
    stderr: IO[Any] | int | None = None,
    limit: Limit | None = None,
    **environment: str,
) -> Process:
    """Do as `python -m module` does, with these variables besides.

    What it says on standard error goes into a file, or nowhere; with `subprocess.STDOUT`, to what it prints.
    """
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as printed, Path(os.devnull).open("r+") as nowhere:
        complaints = printed if isinstance(stderr, int) else stderr or nowhere
        files = [DupFd(file.fileno()) for file in (nowhere, printed, complaints)]
        program = Program(
            module,
            arguments,
            {**os.environ, **environment},
            signal.getsignal(signal.SIGINT) is signal.SIG_IGN,
            limit,
        )
        forked = _FORKING.Process(target=program.run, args=files, name=module)
        with _TURN:
            forked.start()
    return Process(forked, os.fdopen(reading, encoding="utf-8"))


def start_anew(
    module: str, *arguments: str, stderr: IO[Any] | None = None, launcher: Sequence[str] = ()
) -> subprocess.Popen[str]:
    """Start Python; `launcher` may be another program that does."""
    return subprocess.Popen(
        [*launcher, sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=stderr or subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )


Running: TypeAlias = Process | subprocess.Popen[str]
"""A process that was started, in one way or the other."""


def run(
    module: str, *arguments: str, start: Callable[..., Running] = start
) -> subprocess.CompletedProcess[str]:
    """Do as `python -m module` does until it ends, and return what it said."""
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as complaints, ThreadPoolExecutor(1) as other:
        with os.fdopen(writing, "w") as given:
            process = start(module, *arguments, stderr=given)
        # A process that waits for room in one pipe says nothing in the other.
        complained = other.submit(complaints.read)
        assert process.stdout is not None
        with process:
            printed = process.stdout.read()
        return subprocess.CompletedProcess([module, *arguments], process.wait(), printed, complained.result())
