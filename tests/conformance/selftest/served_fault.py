"""The project's own server on a store in memory, in a thread, with at most one fault at a time."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
import uvicorn

from conformance.http.target import Target
from conformance.selftest.middleware import Fault, FaultyApp
from server.connexion_app import create_app
from server.http.authentication import issue_key
from store.registry import open_store

__all__ = ["FaultyServer", "faulty_server"]


@dataclass(frozen=True)
class FaultyServer:
    """A running server, and what breaks it."""

    app: FaultyApp
    target: Target

    @contextmanager
    def broken_by(self, fault: Fault) -> Iterator[None]:
        """The server with a fault, which is not to crash."""
        self.app.break_with(fault)
        try:
            yield
            assert self.app.crashes == []
        finally:
            self.app.break_with(None)


@contextmanager
def faulty_server() -> Iterator[FaultyServer]:
    """Serve on a free port."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    store = open_store("memory:")
    store.migrate()
    issued = issue_key("admin", ["*"], now=datetime.now(UTC))
    with store.write() as tx:
        tx.api_keys.add(issued.record)
    app = FaultyApp(create_app(store), issued.key, "")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + 20
        while not running.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert running.started
        yield FaultyServer(
            app, Target(f"http://127.0.0.1:{listener.getsockname()[1]}", {"admin": issued.key})
        )
        running.should_exit = True
        thread.join(20)
    structlog.configure(**before)
