"""A server that can be broken: a child process, and the lines that tell it how."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self, cast

from conformance.http.target import Target

_HERE = Path(__file__).parents[2]
_PATIENCE = 5
_ENDED = "The server under test has ended by itself."


class HostError(Exception):
    """The server under test cannot be started, or cannot be told how to be broken."""


class Breakable:
    """A running host. Close it, or leave the `with`: its process ends."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            HostError: it does not start, and why.
        """
        environment = {
            **os.environ,
            # The child runs the same code as this process, whatever is installed beside it.
            "PYTHONPATH": os.pathsep.join(filter(None, (str(_HERE), os.environ.get("PYTHONPATH")))),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "conformance.selftest.host"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            # An interrupt of the terminal is for this process alone, which ends the child in its own time.
            start_new_session=True,
        )
        self._asked = cast("IO[str]", self._process.stdin)
        self._answered = cast("IO[str]", self._process.stdout)
        try:
            told = self._answer()
        except HostError:
            self.close()
            raise
        self.target = Target(told["url"], told["keys"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def keep(self) -> None:
        """Take what the server holds now for what it holds whenever it is told what to serve.

        Raises:
            HostError: it has ended.
        """
        self._ask("keep", "")

    def serve(self, kind: str, name: str) -> None:
        """Serve a fault, a mutant or a variant from here on, with what the server held in the beginning.

        Raises:
            HostError: it cannot, or what it served before has crashed by itself.
        """
        self._ask(kind, name)

    def restore(self) -> int:
        """Serve the right server, with what it held in the beginning.

        Returns how many requests have come since the one before was served.

        Raises:
            HostError: what was served before has crashed by itself, which proves nothing.
        """
        return self._ask("right", "")

    def close(self) -> None:
        """End the process, in its own time if it can."""
        for pipe in (self._asked, self._answered):
            # What is not yet written is of no use to a process that has ended.
            with suppress(OSError):
                pipe.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End the process at once; whoever waits for an answer of it gets none."""
        self._process.kill()

    def _ask(self, kind: str, name: str) -> int:
        try:
            self._asked.write(json.dumps({"kind": kind, "name": name}) + "\n")
            self._asked.flush()
        except (OSError, ValueError) as error:
            raise HostError(_ENDED) from error
        met = self._answer()
        if met["crashes"]:
            raise HostError(f"The fault itself crashed, which proves nothing: {met['crashes'][0]}")
        return int(met["requests"])

    def _answer(self) -> dict[str, Any]:
        line = self._answered.readline()
        if not line:
            raise HostError(_ENDED)
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise HostError(str(answer["error"]))
        return answer
