"""This server, to be broken by whoever tests: `python -m server.faulty --middleware MODULE:FACTORY`.

It serves on a free port, on a store in memory, behind an ASGI middleware that the command line names. It
speaks JSON, a line at a time. The first line that it writes says where it serves and which keys it takes, by
role. Then it answers each line that it reads:

- `{"keep": true}`: what the store holds now is what it holds at each beginning from here on.
- `{"contract": DOCUMENT, "fault": FAULT}`: from here on an app of that contract is served (null: this
  program's own), on a store as it was at the beginning; the middleware decides what FAULT is.

An answer is what the middleware reported of the time before, or `{"error": TEXT}`. With its input it ends.
"""

import copy
import importlib
import json
import logging
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TextIO

import click
import structlog
import uvicorn

from server.connexion_app import create_app
from server.contract.document import load_contract
from server.http.asgi import ASGIApp, Receive, Scope, Send
from server.http.authentication import issue_key
from store.api import ReadTransaction, Record, Revision, WriteTransaction
from store.registry import open_store

Object = dict[str, Any]


class Middleware(Protocol):
    """An ASGI app before another one, which it may be told to change."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

    def serve(self, app: ASGIApp, fault: Any) -> None:
        """Serve that app from here on, with a fault: whatever the control line has, None for none.

        Raises:
            KeyError: there is no such fault.
        """

    def report(self) -> Object:
        """Return what was met since the last call of `serve`, as JSON."""


class Factory(Protocol):
    """Makes a middleware."""

    def __call__(self, app: ASGIApp, keys: Mapping[str, str]) -> Middleware:
        """Return a middleware before an app; the keys are those that the server takes, by role."""


class RestartedStore:
    """A store in memory that begins anew when it is told to: apps go on with it, and find it as it was.

    What is read or written while it begins anew belongs to what was before.
    """

    reads_block = writes_block = False

    def __init__(self) -> None:
        self._store = open_store("memory:")
        self._records: list[Record] = []

    def keep(self) -> None:
        """Take what is held now for the beginning."""
        with self._store.read() as tx:
            self._records = list(tx.dump())

    def begin_anew(self) -> None:
        """Hold what was there in the beginning, and nothing else; the next ids are those of then as well."""
        store = open_store("memory:")
        with store.write() as tx:
            tx.load(self._records)
        self._store = store

    def read(self) -> AbstractContextManager[ReadTransaction]:
        """Begin to read."""
        return self._store.read()

    def write(self) -> AbstractContextManager[WriteTransaction]:
        """Begin to write."""
        return self._store.write()

    def data_version(self) -> tuple[object, object]:
        """Return what changes with the data. What an app remembers by it is of one store alone."""
        store = self._store
        return store, store.data_version()

    def check_ready(self) -> None:
        """Return when requests can be served."""
        self._store.check_ready()

    def migrate(self, to: str | None = None) -> str:
        """Return the revision of the tables: there are none to bring to another."""
        return self._store.migrate(to)

    def revisions(self) -> Sequence[Revision]:
        """Return no revisions."""
        return self._store.revisions()

    def close(self) -> None:
        """Release what is held."""
        self._store.close()


class FaultyServer:
    """The server, and the middleware that breaks it."""

    def __init__(self, factory: Factory) -> None:
        self._store = RestartedStore()
        self.keys = self._issue_keys()
        self._store.keep()
        self._right = self._app(None)
        self._other: tuple[Object, ASGIApp] | None = None
        self.middleware = factory(self._right, self.keys)

    def obey(self, order: Object) -> Object:
        """Do what a line says, and return what was met before.

        Raises:
            KeyError: the middleware has no such fault.
            ContractMismatch: there are no handlers for such a contract.
        """
        report = self.middleware.report()
        if order.get("keep"):
            self._store.keep()
            return report
        self.middleware.serve(self._app_of(order.get("contract")), order.get("fault"))
        self._store.begin_anew()
        return report

    def _app_of(self, document: Object | None) -> ASGIApp:
        """Return the server of a contract, with the same data. Making it takes half a second: one is kept."""
        if document is None:
            return self._right
        if self._other is None or self._other[0] != document:
            self._other = document, self._app(copy.deepcopy(document))
        return self._other[1]

    def _app(self, document: Object | None) -> ASGIApp:
        contract = load_contract()
        if document is not None:
            contract.document = document
        return create_app(self._store, contract=contract)

    def _issue_keys(self) -> dict[str, str]:
        """Add one key for each role that a client can have."""
        now = datetime.now(UTC)
        issued = {
            # The first id is that of a key which nobody uses: whoever tests may revoke it again.
            "revoked": issue_key("revoked", ["*"], now=now),
            "admin": issue_key("admin", ["*"], now=now),
            "viewer": issue_key("viewer", ["AccessProfiles:View"], now=now),
            "expired": issue_key("expired", ["*"], now=now, expires_at=now - timedelta(seconds=1)),
        }
        with self._store.write() as tx:
            for key in issued.values():
                tx.api_keys.add(key.record)
            tx.api_keys.revoke("revoked", now)
        return {role: key.key for role, key in issued.items()}


@click.command()
@click.option(
    "--middleware",
    "named",
    metavar="MODULE:FACTORY",
    required=True,
    help="What breaks the server: a function of an app and the keys by role; it returns a middleware.",
)
def main(named: str) -> None:
    """Serve until the input ends, and say on each line what to serve from then on."""
    # What the server or a library prints must not stand between the lines.
    lines, sys.stdout = sys.stdout, sys.stderr
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    served = FaultyServer(_factory(named))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(
                served.middleware,
                log_config=None,
                access_log=False,
                server_header=False,
                # Whether and how an answer is dated is up to the middleware.
                date_header=False,
                lifespan="on",
                timeout_graceful_shutdown=1,
            )
        )
        # The listener queues what comes before the server accepts it.
        _write(lines, {"url": f"http://127.0.0.1:{listener.getsockname()[1]}", "keys": served.keys})
        threading.Thread(target=_obey, args=(served, server, lines), daemon=True).start()
        server.run(sockets=[listener])


def _factory(named: str) -> Factory:
    module, _, name = named.partition(":")
    try:
        found: Factory = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise click.UsageError(f"--middleware {named} names no function: {error}") from error
    return found


def _obey(served: FaultyServer, server: uvicorn.Server, lines: TextIO) -> None:
    for line in sys.stdin:
        try:
            answer = served.obey(json.loads(line))
        except Exception as error:  # noqa: BLE001  whatever it is, the one who asked must hear of it
            answer = {"error": f"{type(error).__name__}: {error}"}
        _write(lines, answer)
    server.should_exit = True


def _write(lines: TextIO, message: Object) -> None:
    lines.write(json.dumps(message) + "\n")
    lines.flush()


if __name__ == "__main__":
    main()
