"""The project's own server on a store in memory, in a thread, with at most one fault at a time."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from conformance.http.target import Target
from conformance.selftest.middleware import Fault, FaultyApp
from server.connexion_app import create_app
from server.http.authentication import issue_key
from store.registry import open_store
from tests.serving import LONG_SECONDS, served_in_a_thread

__all__ = ["FaultyServer", "faulty_server"]


@dataclass(frozen=True)
class FaultyServer:
    """A running server, and what breaks it."""

    app: FaultyApp
    target: Target

    @contextmanager
    def broken_by(self, fault: Fault) -> Iterator[None]:
        """Give the server with a fault, which is not to crash."""
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
    with served_in_a_thread(app) as port:
        target = Target(f"http://127.0.0.1:{port}", {"admin": issued.key}, timeout=LONG_SECONDS)
        yield FaultyServer(app, target)
    structlog.configure(**before)
