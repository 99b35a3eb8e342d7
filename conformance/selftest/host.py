"""Serves this project's own server, broken in one way at a time: `python -m conformance.selftest.host`.

It is a process of its own, as the suite imports nothing of the server. It speaks JSON, a line at a time. The
first line that it writes says where it serves and which keys it takes. Each line that it reads names what to
serve from then on, and is answered with what the one before met. When its input ends, it ends.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import socket
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TextIO

import structlog
import uvicorn

from conformance.contract import document as contract
from conformance.selftest.faults import FAULTS
from conformance.selftest.middleware import FaultyApp
from conformance.selftest.mutants import mutants
from conformance.selftest.variants import VARIANTS

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from conformance.selftest.mutants import Mutant

NOT_INSTALLED = (
    "The self-test breaks this project's own server, and that is not installed here: "
    "pip install access-profiles."
)
STORE = "memory:"
_VIEW = "AccessProfiles:View"


class Host:
    """The server, and what can be wrong with it."""

    def __init__(self, store_url: str) -> None:
        self._server = importlib.import_module("server.connexion_app")
        self._contract = importlib.import_module("server.contract.document")
        self._store = importlib.import_module("store.registry").open_store(store_url)
        self._store.migrate()
        self.keys = self._issue_keys()
        self.app = FaultyApp(self._server.create_app(self._store), self.keys["admin"], self.keys["viewer"])
        self._document = contract.load().document
        self._faults = {planted.id: planted.fault for planted in FAULTS}
        self._variants = {variant.__name__: variant for variant in VARIANTS}
        self._apps: dict[str, ASGIApp | None] = {}
        self._mutants = {mutant.id: mutant for mutant in mutants(self._document)}

    def serve(self, kind: str, name: str) -> dict[str, Any]:
        """Serve something else from here on, and return what the one before met: requests, and crashes.

        Raises:
            KeyError: there is no such thing.
        """
        met = {
            "requests": self.app.requests,
            "crashes": [f"{type(crash).__name__}: {crash}" for crash in self.app.crashes],
        }
        if kind == "fault":
            self.app.break_with(self._faults[name])
        elif kind == "variant":
            self.app.break_with(self._variants[name])
        elif kind == "mutant":
            self.app.break_with(self._mutants[name].fault, self._app_of(self._mutants[name]))
        else:
            self.app.break_with(None)
        return met

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
        host = Host(os.environ.get("CONFORMANCE_SELFTEST_STORE", STORE))
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
            answer = host.serve(asked["kind"], asked["name"])
        except Exception as error:  # noqa: BLE001  whatever it is, the one who asked must hear of it
            answer = {"error": f"{asked['kind']} {asked['name']}: {type(error).__name__}: {error}"}
        _write(lines, answer)
    server.should_exit = True


def _write(lines: TextIO, message: dict[str, Any]) -> None:
    lines.write(json.dumps(message) + "\n")
    lines.flush()


if __name__ == "__main__":
    main()
