"""What a propagation costs, and what it costs those who read meanwhile: `python -m bench.propagation`.

It fills a store with users who all hold a copy of one profile, starts two server processes on it, and
propagates a changed template over HTTP, dry and wet, while a client of each server reads another profile
again and again. Statements are counted by calling the handler. Beside the seconds stands the CPU time of the
server, which other programs on the machine disturb less (Linux only).
"""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from itertools import count
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import click
from sqlalchemy import event

from bench import filling
from bench.cpu import cpu_seconds
from domain.lines import with_lines
from domain.policies import instantiate, terms_of
from domain.records import AccessProfile, Policy
from handlers.context import Context, Principal
from handlers.contract_types import PropagateRequest
from handlers.propagation import propagate_access_profile
from store.sql.engine import SqlStore
from tests.serving import Keys, Server, add_keys, running_server

PROPAGATED, READ = 1, 2
"""The ids of the profile that is propagated and of the one that is read meanwhile."""

COUNTED_COPIES = 2_000
FIELDS = ["provider_configs", "budgets", "rate_limit"]
PAUSE_SECONDS = 0.01
"""How long a client waits between two reads."""

TIMEOUT_SECONDS = 600


def fill(store: SqlStore, copies: int) -> None:
    """Fill an empty store: two profiles, and users who hold a copy of the first, with usage."""
    policy = filling.sample_policy()
    filling.load(
        store,
        copies,
        (
            AccessProfile(each, f"Profile {each}", None, (), True, 1, policy, filling.NOW, filling.NOW)
            for each in (PROPAGATED, READ)
        ),
        (filling.copy(number, number, PROPAGATED, _used(number, policy)) for number in range(1, copies + 1)),
    )


def _used(number: int, template: Policy) -> Policy:
    """Return a policy of a user's own, with usage in windows that go on."""
    ids = count(number * 10)
    policy = instantiate(
        terms_of(template),
        line_id=lambda: str(uuid4()),
        provider_config_id=ids.__next__,
        now=datetime.now(UTC) - timedelta(minutes=1),
    )
    return with_lines(policy, budget=lambda line: replace(line, current_usage_micros=number))


@dataclass
class Reader:
    """A client that reads one profile of one server again and again, in a thread."""

    server: Server
    seconds: list[float] = field(default_factory=list)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read until the block ends; `seconds` holds what each read took."""
        self.seconds = []
        ended = Event()
        thread = Thread(target=self._read, args=(ended,))
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _read(self, ended: Event) -> None:
        connection = HTTPConnection(self.server.host, self.server.port, timeout=TIMEOUT_SECONDS)
        headers = {"Authorization": f"Bearer {self.server.keys.viewer}"}
        while not ended.wait(PAUSE_SECONDS):
            began = time.perf_counter()
            connection.request("GET", f"/api/access-profiles/{READ}", headers=headers)
            response = connection.getresponse()
            response.read()
            assert response.status == 200, response.status
            self.seconds.append(time.perf_counter() - began)
        connection.close()


def _send(server: Server, method: str, path: str, body: object) -> Any:
    connection = HTTPConnection(server.host, server.port, timeout=TIMEOUT_SECONDS)
    headers = {"Authorization": f"Bearer {server.keys.admin}", "Content-Type": "application/json"}
    connection.request(method, f"/api{path}", json.dumps(body), headers)
    response = connection.getresponse()
    answer = json.loads(response.read())
    assert response.status == 200, answer
    connection.close()
    return answer


def change_template(server: Server) -> None:
    """Raise limits, end a window, and add a provider with a budget of its own: every copy changes."""
    budgets = [{"max_limit": 30, "reset_duration": "1M"}, {"max_limit": 9, "reset_duration": "1w"}]
    providers = ("openai", "anthropic", "mistral")
    _send(
        server,
        "PUT",
        f"/access-profiles/{PROPAGATED}",
        {
            "budgets": budgets,
            "provider_configs": [{"provider_name": name, "budgets": budgets} for name in providers],
        },
    )


def measure(url: str, keys: Keys, copies: int) -> list[dict[str, object]]:
    """Propagate dry and wet over HTTP, and return a row for each."""
    rows: list[dict[str, object]] = []
    with running_server(url, keys) as server, running_server(url, keys) as other:
        same, elsewhere = Reader(server), Reader(other)
        with same.reading(), elsewhere.reading():
            time.sleep(0.5)
        rows.append(_row("no run, reads alone", copies, 0.0, 0.0, same, elsewhere))
        change_template(server)
        for name, dry_run in (("dry run", True), ("wet run", False)):
            with same.reading(), elsewhere.reading():
                began, cpu_began = time.perf_counter(), cpu_seconds(server.process.pid)
                body = {"fields": FIELDS, "dry_run": dry_run}
                answer = _send(server, "POST", f"/access-profiles/{PROPAGATED}/propagate", body)
                seconds = time.perf_counter() - began
                cpu = cpu_seconds(server.process.pid) - cpu_began
            assert answer["affected_users"] == copies, answer
            rows.append(_row(name, copies, seconds, cpu, same, elsewhere))
    return rows


def _row(
    name: str, copies: int, seconds: float, cpu_seconds: float, same: Reader, elsewhere: Reader
) -> dict[str, object]:
    return {
        "run": name,
        "copies": copies,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu_seconds, 2),
        "copies_per_second": round(copies / seconds) if seconds else 0,
        "reads": len(same.seconds),
        "slowest_read_ms": round(max(same.seconds) * 1000),
        "slowest_read_of_other_process_ms": round(max(elsewhere.seconds) * 1000),
    }


def statements_per_copy(store: SqlStore, copies: int) -> float:
    """Return how many statements a wet run sends for each copy; one for many rows counts once."""
    context = Context(
        store=store,
        now=datetime.now(UTC),
        new_id=lambda: str(uuid4()),
        random_text=lambda length: "x" * length,
        principal=Principal("bench", frozenset("*")),
        base_path="/api",
        permissions=frozenset(),
    )
    body: PropagateRequest = {"fields": ["provider_configs", "budgets"], "reset_usage": True}
    sent = count()

    def seen(*_: object) -> None:
        next(sent)

    event.listen(store._writer, "before_cursor_execute", seen)
    try:
        reply = propagate_access_profile(context, PROPAGATED, body)
    finally:
        event.remove(store._writer, "before_cursor_execute", seen)
    assert reply.body["affected_users"] == copies
    return next(sent) / copies


@contextmanager
def _new_store(copies: int, postgresql: bool) -> Iterator[tuple[str, Keys, SqlStore]]:
    """Give a filled store; it goes when the block ends."""
    with filling.new_urls(postgresql) as new_url:
        url = new_url()
        store = filling.migrated(url)
        fill(store, copies)
        yield url, add_keys(url), store


@click.command()
@click.option("--postgresql", is_flag=True, help="On a PostgreSQL server started for it, not on SQLite.")
@click.option("--copies", multiple=True, type=int, default=(10_000, 100_000), show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(postgresql: bool, copies: tuple[int, ...], as_json: bool) -> None:
    """Measure propagations to so many copies."""
    rows: list[dict[str, object]] = []
    for number in copies:
        with _new_store(number, postgresql) as (url, keys, store):
            store.close()
            rows += measure(url, keys, number)
    with _new_store(COUNTED_COPIES, postgresql) as (_, _, store), closing(store):
        statements = statements_per_copy(store, COUNTED_COPIES)
    if as_json:
        click.echo(json.dumps({"runs": rows, "statements_per_copy": statements}, indent=2))
        return
    click.echo(
        "| run | copies | s | CPU s | copies/s | reads | slowest, ms | slowest in another process, ms |"
    )
    click.echo("|---|---|---|---|---|---|---|---|")
    for row in rows:
        click.echo(f"| {' | '.join(map(str, row.values()))} |")
    click.echo(f"statements per copy: {statements:.3f}")


if __name__ == "__main__":
    main()
