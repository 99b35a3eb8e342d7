"""A server in a thread, with a clock that a test sets and a store that a test can look into."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from conformance.http.target import Target
from server.connexion_app import create_app
from server.http.authentication import issue_key
from store.api import Store
from store.registry import open_store
from tests.serving import LONG_SECONDS, served_in_a_thread


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
    with served_in_a_thread(create_app(store, clock=clock)) as port:
        target = Target(f"http://127.0.0.1:{port}", {"admin": issued.key}, timeout=LONG_SECONDS)
        yield LifeServer(target, store, clock)
