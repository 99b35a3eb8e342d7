"""A server in a thread, with a clock that a test sets and a store that a test can look into."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import uvicorn

from conformance.http.target import Target
from server.connexion_app import create_app
from server.http.authentication import issue_key
from store.api import Store
from store.registry import open_store


@dataclass
class SetClock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 1, 8, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


@dataclass
class LifeServer:
    """What a history works with."""

    target: Target
    store: Store
    clock: SetClock


@contextmanager
def life_server(store_url: str) -> Iterator[LifeServer]:
    """Serve a store on a free port."""
    store = open_store(store_url)
    store.migrate()
    clock = SetClock()
    issued = issue_key("history", ["*"], now=clock())
    with store.write() as tx:
        tx.api_keys.add(issued.record)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            create_app(store, clock=clock), log_config=None, access_log=False, lifespan="on"
        )
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + 20
        while not running.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert running.started
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield LifeServer(Target(url, {"admin": issued.key}, timeout=30), store, clock)
        running.should_exit = True
        thread.join(20)
