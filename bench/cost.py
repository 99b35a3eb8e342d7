"""What one request costs: `python -m bench.cost [sqlite] [postgresql] [memory]`.

Requests go straight into the app, without a socket and without an access log, so that only our own work is
counted. It prints microseconds of CPU of the whole process, its threads among it: the least of many short
rounds, because other work on the machine can only add to it. Nothing is switched off: every request has a key
and every answer is validated. References are measured beside it, to compare machines and moments.
"""

import asyncio
import gc
import json
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from itertools import count

import click
from starlette.types import Receive, Scope, Send

from bench import filling
from bench.calls import PROFILES, Caller
from server.connexion_app import create_app
from server.http.authentication import issue_key
from server.process.logs import configure_logs
from store.registry import open_store
from store.testsuite.samples import NOW

PRESENT = 200
"""How many profiles there are before anything is measured."""

Request = Callable[[Caller, int], Awaitable[object]]
"""Sends one request about a profile that is there, and that no other request of the round is about."""

_times = count()

REQUESTS: Mapping[str, Request] = {
    "GET a profile, not read before": lambda caller, number: caller(200, "GET", f"{PROFILES}/{number}"),
    "GET a profile, read before": lambda caller, _: caller(200, "GET", f"{PROFILES}/1"),
    "GET with If-None-Match, 304, read before": lambda caller, _: caller(
        304, "GET", f"{PROFILES}/1", if_none_match="*"
    ),
    "list of 25, not read before": lambda caller, number: caller(
        200,
        "GET",
        f"{PROFILES}?limit=25&offset={number % 100}&is_active=false&search={'l' * (number // 100 % 2)}",
    ),
    "list of 25, read before": lambda caller, _: caller(200, "GET", f"{PROFILES}?limit=25"),
    "list with text and tag, 1 hit": lambda caller, number: caller(
        200, "GET", f"{PROFILES}?search=profile%20{number}&tags=eu"
    ),
    "POST, refused": lambda caller, _: caller(400, "POST", PROFILES, {"nam": "x"}),
    "POST": lambda caller, _: caller.create(),
    "PUT": lambda caller, number: caller(
        200, "PUT", f"{PROFILES}/{number}", {"description": f"{next(_times)}"}
    ),
    "DELETE": lambda caller, number: caller(200, "DELETE", f"{PROFILES}/{number}"),
}
"""What is measured, by name."""


async def _bare_app(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})


async def measured(caller: Caller, request: Request, *, rounds: int, size: int) -> float:
    """Return the microseconds of CPU that a request costs, in the best of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        # To create is to write: nothing that was read before is remembered.
        numbers = [await caller.create() for _ in range(size)]
        began = time.process_time_ns()
        for number in numbers:
            await request(caller, number)
        best = min(best, (time.process_time_ns() - began) / size / 1000)
    return best


async def references(rounds: int, size: int) -> Mapping[str, float]:
    """Return what cannot be done for less: an app that does nothing, and SQLite without anything around."""
    caller = Caller(_bare_app, "bfst-none")
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(f"{folder}/bare.db")) as connection:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE documents (id INTEGER PRIMARY KEY, document TEXT)")

        def write() -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO documents (document) VALUES (?)", ("x" * 2000,))
            connection.execute("COMMIT")

        def read() -> None:
            connection.execute("SELECT document FROM documents WHERE id = ?", (1,)).fetchone()

        found = {}
        for name, act in {"bare SQLite read": read, "bare SQLite write, FULL": write}.items():
            found[name] = min(_timed(act, size) for _ in range(rounds))
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time_ns()
        for _ in range(size):
            await caller(200, "GET", f"{PROFILES}/1")
        best = min(best, (time.process_time_ns() - began) / size / 1000)
    return {"bare ASGI app, and making the request": best, **found}


def _timed(act: Callable[[], None], size: int) -> float:
    act()
    began = time.process_time_ns()
    for _ in range(size):
        act()
    return (time.process_time_ns() - began) / size / 1000


async def costs(url: str, rounds: int, size: int) -> Mapping[str, float]:
    """Return the cost of every request on a new store."""
    issued = issue_key("bench", ["*"], now=NOW)
    with closing(open_store(url)) as store:
        store.migrate()
        with store.write() as tx:
            tx.api_keys.add(issued.record)
        caller = Caller(create_app(store), issued.key)
        for _ in range(PRESENT):
            await caller.create()
        # As the server does.
        gc.collect()
        gc.freeze()
        return {
            name: await measured(caller, request, rounds=rounds, size=size)
            for name, request in REQUESTS.items()
        }


@click.command()
@click.option("--rounds", default=20, show_default=True, help="How many rounds; the best one counts.")
@click.option("--size", default=20, show_default=True, help="How many requests a round has.")
@click.option("--log-level", default="warning", show_default=True, help="`info` adds the access log.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.argument("stores", nargs=-1)
def main(rounds: int, size: int, log_level: str, as_json: bool, stores: Sequence[str]) -> None:
    """Print what each request costs on each store, SQLite by default."""
    configure_logs(log_level, "json")  # type: ignore[arg-type]  # a level's name
    found = {"references": asyncio.run(references(rounds, size))}
    for name in stores or ("sqlite",):
        with filling.new_urls(name == "postgresql") as new_url:
            url = "memory:" if name == "memory" else new_url()
            found[name] = asyncio.run(costs(url, rounds, size))
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for name, lines in found.items():
        for line, microseconds in lines.items():
            click.echo(f"{name:11} {line:42} {microseconds:8.1f} µs")


if __name__ == "__main__":
    main()
