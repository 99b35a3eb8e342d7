"""A real server process on a real port, for tests."""

import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import httpx
import uvicorn
from starlette.types import ASGIApp

from server.http.authentication import issue_key
from store.registry import open_store
from tests import processes

ROOT = processes.ROOT


@dataclass(frozen=True, slots=True)
class Keys:
    """API keys by role."""

    admin: str
    viewer: str
    expired: str
    revoked: str


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    store: str
    keys: Keys
    process: processes.Running

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://").rpartition(":")[0]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def client(self, **options: Any) -> httpx.Client:
        """Return a client whose key may do everything.

        It knows no authority for TLS: to read their list takes longer than ten requests.
        """
        headers = {"Authorization": f"Bearer {self.keys.admin}"}
        given = {"timeout": LONG_SECONDS, **options}
        return httpx.Client(base_url=self.url, headers=headers, verify=False, **given)

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        self.process.kill()
        self.process.wait()


def add_keys(store_url: str) -> Keys:
    """Migrate a store and add one key for each role."""
    now = datetime.now(UTC)
    issued = {
        "admin": issue_key("admin", ["*"], now=now),
        "viewer": issue_key("viewer", ["AccessProfiles:View"], now=now),
        "expired": issue_key("expired", ["*"], now=now, expires_at=now - timedelta(seconds=1)),
        "revoked": issue_key("revoked", ["*"], now=now),
    }
    store = open_store(store_url)
    store.migrate()
    with store.write() as tx:
        for key in issued.values():
            tx.api_keys.add(key.record)
        tx.api_keys.revoke("revoked", now)
    store.close()
    return Keys(**{role: key.key for role, key in issued.items()})


LONG_SECONDS = 300
"""A wait that is over long before, on a slow machine as well; it ends one that would last for ever."""


@contextmanager
def served_in_a_thread(
    app: ASGIApp, *, lifespan: Literal["on", "off"] = "on", **options: Any
) -> Iterator[int]:
    """Serve an app of this process on a free port, which is given, and stop at the end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # A thread has no signal handlers, and the loop of the tests' own process stays as it is.
        running = uvicorn.Server(
            uvicorn.Config(app, log_config=None, access_log=False, lifespan=lifespan, **options)
        )
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            # The listener queues what comes before the server accepts it.
            yield listener.getsockname()[1]
        finally:
            # One that has not begun would not see that it is to end.
            while not running.started and thread.is_alive():
                time.sleep(0.01)
            running.should_exit = True
            thread.join(LONG_SECONDS)


@contextmanager
def running_server(
    store_url: str,
    keys: Keys | None = None,
    *,
    arguments: tuple[str, ...] = (),
    log: Path | None = None,
    start: Callable[..., processes.Running] = processes.start,
) -> Iterator[Server]:
    """Start a server on a free port, as a process of this kind, and stop it at the end.

    The store is migrated and gets keys, unless those that it has are given.
    """
    keys = keys or add_keys(store_url)
    command = ("server.cli", "--store", store_url, "serve", "--port", "0", *arguments)
    with (log or Path(os.devnull)).open("a") as errors:
        process = start(*command, stderr=errors)
    assert process.stdout is not None
    with process:
        try:
            first = process.stdout.readline()
            found = re.search(r" at (http://\S+), on ", first)
            assert found, f"the server said {first!r} and ended with {process.poll()}"
            yield Server(found[1], store_url, keys, process)
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
