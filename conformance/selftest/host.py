"""Serves this project's own server, broken in one way at a time: `python -m conformance.selftest.host`.

It is a process of its own, as the suite imports nothing of the server. It speaks JSON, a line at a time. The
first line that it writes says where it serves and which keys it takes. Each line that it reads names what to
serve from then on, on a store as it was at the beginning, and is answered with what the one before met. When
its input ends, it ends.
"""

import importlib
import json
import logging
import socket
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

import structlog
import uvicorn
from starlette.types import ASGIApp

from conformance.contract import document as contract
from conformance.selftest.faults import FAULTS
from conformance.selftest.middleware import FaultyApp
from conformance.selftest.mutants import Mutant, mutants
from conformance.selftest.variants import VARIANTS

NOT_INSTALLED = (
    "The self-test breaks this project's own server, and that is not installed here: "
    "pip install access-profiles."
)
_VIEW = "AccessProfiles:View"


class _Store:
    """A store in memory that begins anew when it is told to: apps go on with it, and find it as it was.

    What is read or written while it begins anew belongs to what was before.
    """

    reads_wait = writes_wait = False

    def __init__(self, open_store: Callable[[str], Any]) -> None:
        self._open = open_store
        self._records: list[Any] = []
        self._store = open_store("memory:")

    def keep(self) -> None:
        """Take what is kept now for the beginning."""
        with self._store.read() as tx:
            self._records = list(tx.dump())

    def begin_anew(self) -> None:
        """Keep what was there in the beginning, and nothing else; the next ids are those of then as well."""
        store = self._open("memory:")
        with store.write() as tx:
            tx.load(self._records)
        self._store = store

    def read(self) -> Any:
        return self._store.read()

    def write(self) -> Any:
        return self._store.write()

    def stamp(self) -> tuple[object, object]:
        """What an app remembers by a stamp is of one store alone."""
        store = self._store
        return store, store.stamp()

    def check_ready(self) -> None:
        self._store.check_ready()

    def close(self) -> None:
        self._store.close()


class Host:
    """The server, and what can be wrong with it."""

    def __init__(self) -> None:
        self._server = importlib.import_module("server.connexion_app")
        self._contract = importlib.import_module("server.contract.document")
        self._store = _Store(importlib.import_module("store.registry").open_store)
        self.keys = self._issue_keys()
        self._store.keep()
        self.app = FaultyApp(self._server.create_app(self._store), self.keys["admin"], self.keys["viewer"])
        self._document = contract.load().document
        self._faults = {planted.id: planted.fault for planted in FAULTS}
        self._variants = {variant.__name__: variant for variant in VARIANTS}
        self._apps: dict[str, ASGIApp | None] = {}
        self._mutants = {mutant.id: mutant for mutant in mutants(self._document)}

    def keep(self) -> dict[str, Any]:
        """Take what the server holds now for what it holds whenever it serves something else."""
        self._store.keep()
        return self._met()

    def serve(self, kind: str, name: str) -> dict[str, Any]:
        """Serve something else from here on, with the data of the beginning.

        Returns what the one before met: requests, and crashes.

        Raises:
            KeyError: there is no such thing.
        """
        met = self._met()
        if kind == "fault":
            self.app.break_with(self._faults[name])
        elif kind == "variant":
            self.app.break_with(self._variants[name])
        elif kind == "mutant":
            self.app.break_with(self._mutants[name].fault, self._app_of(self._mutants[name]))
        else:
            self.app.break_with(None)
        self._store.begin_anew()
        return met

    def _met(self) -> dict[str, Any]:
        return {
            "requests": self.app.requests,
            "crashes": [f"{type(crash).__name__}: {crash}" for crash in self.app.crashes],
        }

    def _app_of(self, mutant: Mutant) -> ASGIApp | None:
        """The server of the mutant's contract, with the same data. It takes half a second, and so is kept."""
        if mutant.id not in self._apps:
            document = mutant.contract(self._document)
            self._apps = {mutant.id: None if document is None else self._app(document)}
        return self._apps[mutant.id]

    def _app(self, document: dict[str, Any]) -> ASGIApp:
        stated = self._contract.load_contract()
        stated.document = document
        app: ASGIApp = self._server.create_app(self._store, contract=stated)
        return app

    def _issue_keys(self) -> dict[str, str]:
        """One key for each role that a run can be given."""
        issue_key = importlib.import_module("server.http.authentication").issue_key
        now = datetime.now(UTC)
        issued = {
            "admin": issue_key("admin", ["*"], now=now),
            "viewer": issue_key("viewer", [_VIEW], now=now),
            "expired": issue_key("expired", ["*"], now=now, expires_at=now - timedelta(seconds=1)),
            "revoked": issue_key("revoked", ["*"], now=now),
        }
        with self._store.write() as tx:
            for key in issued.values():
                tx.api_keys.add(key.record)
            tx.api_keys.revoke("revoked", now)
        return {role: key.key for role, key in issued.items()}


def main() -> None:
    """Serve until the input ends."""
    # What the server or a library prints must not stand between the lines.
    lines, sys.stdout = sys.stdout, sys.stderr
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        host = Host()
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        _write(lines, {"error": NOT_INSTALLED if missing in ("server", "store") else str(error)})
        return
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(
                host.app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="on",
                timeout_graceful_shutdown=1,
            )
        )
        control = threading.Thread(target=_obey, args=(host, server, lines), daemon=True)
        # The listener queues what comes before the server accepts it.
        _write(lines, {"url": url, "keys": host.keys})
        control.start()
        server.run(sockets=[listener])


def _obey(host: Host, server: uvicorn.Server, lines: TextIO) -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = host.keep() if asked["kind"] == "keep" else host.serve(asked["kind"], asked["name"])
        except Exception as error:  # noqa: BLE001  whatever it is, the one who asked must hear of it
            answer = {"error": f"{asked['kind']} {asked['name']}: {type(error).__name__}: {error}"}
        _write(lines, answer)
    server.should_exit = True


def _write(lines: TextIO, message: dict[str, Any]) -> None:
    lines.write(json.dumps(message) + "\n")
    lines.flush()


if __name__ == "__main__":
    main()
