"""A server that can be broken: a child process, and the lines that tell it how.

The process is any command that speaks as `server/faulty.py` does, which is the one by default: this package
knows the lines, and nothing of the server.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Self, cast

from conformance.contract import document
from conformance.http.target import Target
from conformance.selftest.mutants import Mutant, mutants

COMMAND = (sys.executable, "-W", "ignore", "-m", "server.faulty")
"""What starts this project's own server, to be broken."""

NOT_INSTALLED = (
    "The self-test breaks this project's own server, and that is not installed here: "
    'pip install "access-profiles[server]", or give another one\'s command with --server.'
)
_HERE = Path(__file__).parents[2]
_MIDDLEWARE = "conformance.selftest.served:create"
_PATIENCE = 5
_ENDED = "The server under test has ended by itself."


class HostError(Exception):
    """The server under test cannot be started, or cannot be told how to be broken."""


class FaultyServer:
    """A running server. Close it, or leave the `with`: its process ends."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        """Start it.

        Args:
            command: what starts the server; the middleware that breaks it is added as `--middleware`.

        Raises:
            HostError: it does not start, and why.
        """
        self._last: tuple[tuple[str, str], str] | None = None
        environment = {
            **os.environ,
            # The child runs the same code as this process, whatever is installed beside it.
            "PYTHONPATH": os.pathsep.join(filter(None, (str(_HERE), os.environ.get("PYTHONPATH")))),
        }
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
            try:
                self._process = subprocess.Popen(  # noqa: S603  no shell
                    [*command, "--middleware", _MIDDLEWARE],
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                    text=True,
                    encoding="utf-8",
                    # An interrupt of the terminal is for this process alone, which ends the child itself.
                    start_new_session=True,
                )
            except OSError as error:
                raise HostError(f"{shlex.join(command)} cannot be started: {error.strerror}.") from error
            self._asked = cast("IO[str]", self._process.stdin)
            self._answered = cast("IO[str]", self._process.stdout)
            try:
                told = self._answer()
                self.target = Target(told["url"], told["keys"])
            except (HostError, KeyError, ValueError) as error:
                self.close()
                complaints.seek(0)
                raise HostError(_why(command, complaints.read())) from error

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
        self._ask(json.dumps({"keep": True}))

    def serve(self, kind: str, name: str) -> None:
        """Serve a fault, a mutant or a variant from here on, with what the server held in the beginning.

        Raises:
            HostError: it cannot, or what it served before has crashed by itself.
        """
        self._ask(self._order(kind, name))

    def restore(self) -> int:
        """Serve the right server, with what it held in the beginning.

        Returns how many requests have come since the one before was served.

        Raises:
            HostError: what was served before has crashed by itself, which proves nothing.
        """
        return self._ask(self._order("right", ""))

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

    @cached_property
    def _mutants(self) -> dict[str, Mutant]:
        return {mutant.id: mutant for mutant in mutants(document.load().document)}

    def _order(self, kind: str, name: str) -> str:
        """Return the line that asks for a fault, a mutant or a variant; the same is often asked for again."""
        if self._last is None or self._last[0] != (kind, name):
            mutant = self._mutants.get(name) if kind == "mutant" else None
            contract = None if mutant is None else mutant.contract(document.load().document)
            fault = None if kind == "right" else {"kind": kind, "name": name}
            self._last = (kind, name), json.dumps({"contract": contract, "fault": fault})
        return self._last[1]

    def _ask(self, line: str) -> int:
        try:
            self._asked.write(line + "\n")
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


def _why(command: Sequence[str], complaints: str) -> str:
    """Return why a server did not start, from what it complained of."""
    told = complaints.strip().splitlines()
    last = told[-1] if told else "it said nothing of where it serves"
    if tuple(command) == COMMAND and "No module named" in last:
        return NOT_INSTALLED
    return f"{shlex.join(command)} --middleware {_MIDDLEWARE} does not serve: {last}"
