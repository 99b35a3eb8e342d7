"""Several processes that serve one address.

The parent loads the app once and forks. So a worker starts within milliseconds, shares the memory of what is
loaded, and runs the same code as the others, even when it replaces one that ended. The parent serves nothing;
it waits for workers that end, and for a signal.

Workers hold one end of a pipe, and only the parent holds the other one. When that is closed, because the
parent was told to stop or was killed, they answer what is under way and end.
"""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

import click
import structlog
import uvicorn

from server.process.logs import log_context

FORK = multiprocessing.get_context("fork")

PAUSE_SECONDS = 1.0
"""How long a worker must have lived to be replaced at once."""

SPARE_SECONDS = 2
"""How much longer than its requests a worker may take to end before it is killed."""

log = structlog.get_logger(__name__)


def serve_with_workers(
    config: uvicorn.Config, listener: socket.socket, *, count: int, on_ready: Callable[[], None]
) -> None:
    """Serve in several processes until told to stop, then end as the signal would have ended this process.

    Args:
        config: the app and how it is served. Nothing of it may have been used: no connection of a store that
            was open when a process forked can be used in both.
        listener: the socket of the address. It is closed at the end.
        count: how many workers there are.
        on_ready: called once, when every worker accepts connections.

    Raises:
        click.ClickException: a worker could not be started, or ended before it accepted connections.
    """
    # Whatever is imported before the fork is imported once.
    config.load()
    workers = Workers(config)
    before = {number: signal.signal(number, workers.stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        workers.start(listener, count)
        if workers.stopped_by is None:
            on_ready()
        workers.replace_until_stopped()
    finally:
        workers.end()
        for number, handler in before.items():
            signal.signal(number, handler)
    if workers.stopped_by is not None:
        signal.raise_signal(workers.stopped_by)


def _sockets(listener: socket.socket, count: int) -> list[socket.socket]:
    """Return a listening socket for each worker.

    Linux spreads connections over sockets that share a port by a hash of their addresses. When workers accept
    from one socket instead, whoever wakes first takes what there is: of 16 connections that came at once,
    measured in 10 rounds, one of two workers took up to 12 (with hashes 11) and one of four 13 (10), while
    others got none. The parent keeps all of them open, so that those who wait for a worker that was killed
    are served by its replacement.

    Others than Linux do not spread, and there the workers share the socket. It was bound before it may share
    its port: an address that somebody else listens on is refused.
    """
    if sys.platform != "linux":
        return [listener] * count
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sockets = [listener]
    for _ in range(count - 1):
        further = socket.socket(listener.family, listener.type)
        further.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        further.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        further.bind(listener.getsockname())
        further.listen(2048)
        sockets.append(further)
    return sockets


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that serves.

    Attributes:
        ready: receives something when the process accepts connections, and ends with the process.
        began: when it was started, in seconds of the monotonic clock.
    """

    process: ForkProcess
    ready: Connection
    began: float = field(default_factory=time.monotonic)

    def is_ready(self) -> bool:
        """Return whether it came to accept connections; ask when there is something to receive."""
        try:
            self.ready.recv()
        except EOFError:
            return False
        return True

    def exit_code(self) -> int | None:
        """Wait for the end of the process; return its exit code, or the negative number of a signal."""
        self.process.join()
        self.ready.close()
        return self.process.exitcode


class Workers:
    """The workers, one for each socket, and what keeps them alive.

    Attributes:
        stopped_by: the signal that told this process to stop, if one did.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        self._config = config
        self._sockets: list[socket.socket] = []
        self._workers: list[Worker] = []
        self._watched, self._lifeline = FORK.Pipe(duplex=False)
        self.stopped_by: int | None = None

    def stop(self, number: int, _frame: object = None) -> None:
        """Tell all workers to end. This handles signals; whoever waits here sees the pipe end as well."""
        self.stopped_by = self.stopped_by or number
        self._lifeline.close()

    def start(self, listener: socket.socket, count: int) -> None:
        """Start the workers, and return when each accepts connections or a signal came.

        Raises:
            click.ClickException: one of them could not be started, or ended instead.
        """
        try:
            self._sockets = _sockets(listener, count)
            for own in self._sockets:
                self._workers.append(self._started(own))
        except OSError as error:
            raise click.ClickException(f"{count} workers cannot be started: {error.strerror}.") from None
        for worker in self._workers:
            wait([worker.ready, self._watched])
            if self.stopped_by is None and not worker.is_ready():
                raise click.ClickException(
                    f"A worker ended with exit code {worker.exit_code()} before it could serve. "
                    "The lines above say why."
                )

    def replace_until_stopped(self) -> None:
        """Replace each worker that ends, until a signal comes."""
        while self.stopped_by is None:
            ended = wait([self._watched, *(worker.process.sentinel for worker in self._workers)])
            for place, worker in enumerate(self._workers):
                if worker.process.sentinel in ended and self.stopped_by is None:
                    self._replace(place)

    def _replace(self, place: int) -> None:
        """Start another worker in the place of one that ended; one that cannot live is tried at leisure."""
        old = self._workers[place]
        log.error("worker_ended", worker=old.process.pid, exit_code=old.exit_code())
        if time.monotonic() - old.began < PAUSE_SECONDS:
            wait([self._watched], PAUSE_SECONDS)
        while self.stopped_by is None:
            try:
                self._workers[place] = self._started(self._sockets[place])
            except OSError:
                log.exception("worker_not_started")
                wait([self._watched], PAUSE_SECONDS)
            else:
                return

    def end(self) -> None:
        """Refuse further connections, and return when all workers have ended."""
        self._lifeline.close()
        for listener in self._sockets:
            listener.close()
        gives_up_at = time.monotonic() + (self._config.timeout_graceful_shutdown or 0) + SPARE_SECONDS
        for worker in self._workers:
            worker.process.join(max(0, gives_up_at - time.monotonic()))
            if worker.process.is_alive():
                log.error("worker_killed", worker=worker.process.pid)
                worker.process.kill()
            worker.exit_code()
        self._watched.close()

    def _started(self, listener: socket.socket) -> Worker:
        """Start a worker.

        Raises:
            OSError: the system has no room for another process.
        """
        ready, is_ready = FORK.Pipe(duplex=False)
        process = FORK.Process(target=self._work, args=(listener, is_ready))
        try:
            process.start()
        finally:
            is_ready.close()
        return Worker(process, ready)

    def _work(self, listener: socket.socket, is_ready: Connection) -> None:
        """Serve. This is what a worker does, from the fork to its end."""
        # Ctrl-C at a terminal reaches every process. The parent's end is what counts here.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._lifeline.close()
        for other in self._sockets:
            if other is not listener:
                other.close()
        log_context.set({"worker": os.getpid()})
        WorkerServer(self._config, self._watched, is_ready).run(sockets=[listener])


class WorkerServer(uvicorn.Server):
    """uvicorn's server, which ends when a pipe does."""

    def __init__(self, config: uvicorn.Config, watched: Connection, is_ready: Connection) -> None:
        super().__init__(config)
        self._watched = watched
        self._is_ready = is_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections, and tell so."""
        await super().startup(sockets)
        asyncio.get_running_loop().add_reader(self._watched.fileno(), self._leave)
        self._is_ready.send(None)

    def _leave(self) -> None:
        asyncio.get_running_loop().remove_reader(self._watched.fileno())
        self.should_exit = True
