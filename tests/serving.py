"""A real server process on a real port, for tests."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from server.http.authentication import issue_key
from store.registry import open_store

ROOT = Path(__file__).parents[1]


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
    process: subprocess.Popen[str]

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
        return httpx.Client(base_url=self.url, headers=headers, verify=False, **options)

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


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


@contextmanager
def running_server(
    store_url: str,
    keys: Keys,
    *,
    arguments: tuple[str, ...] = (),
    log: Path | None = None,
    launcher: Sequence[str] = (sys.executable,),
) -> Iterator[Server]:
    """Start a server on a free port, and stop it at the end; `launcher` starts Python."""
    command = [*launcher, "-m", "server.cli", "--store", store_url, "serve", "--port", "0", *arguments]
    with (log or Path(os.devnull)).open("a") as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8"
        )
        assert process.stdout is not None
        try:
            first = process.stdout.readline()
            found = re.search(r" at (http://\S+), on ", first)
            assert found, f"the server said {first!r} and ended with {process.poll()}"
            yield Server(found[1], store_url, keys, process)
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()
