"""What reads cost as a store grows: `python -m bench.store_growth`.

It fills a store with few and with many profiles and copies, reads both in turns, and prints the medians and
their ratio. Times differ from machine to machine; the ratio is what counts.
"""

import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import click
import psycopg
from sqlalchemy import event, insert, update

from domain.policies import instantiate
from domain.records import (
    BudgetTerms,
    MCPGrants,
    Policy,
    PolicyTerms,
    ProviderTerms,
    RateLimitTerms,
    ResetDuration,
)
from store.api import ProfileFilter, ReadTransaction
from store.registry import open_store
from store.sql.engine import SqlStore
from store.sql.json_columns import dump_policy, dump_texts
from store.sql.tables import (
    access_profile_tags,
    access_profile_totals,
    access_profiles,
    user_access_profiles,
    users,
)
from tests.postgres import postgres_cluster

BATCH = 5_000
NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
COPIES_OF_A_USER = 5


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each a store holds."""

    profiles: int
    copies: int


Read = Callable[[ReadTransaction, random.Random, Size], object]

READS: dict[str, Read] = {
    "get a profile": lambda tx, rng, size: tx.profiles.get(rng.randint(1, size.profiles)),
    "list, first page": lambda tx, _rng, _size: _list(tx, ProfileFilter()),
    "list, page in the middle": lambda tx, _rng, size: _list(tx, ProfileFilter(), size.profiles // 2),
    "list the active, first page": lambda tx, _rng, _size: _list(tx, ProfileFilter(is_active=True)),
    "list a rare tag": lambda tx, rng, _size: _list(tx, ProfileFilter(tags=(f"rare-{rng.randint(0, 9)}",))),
    "search, one hit": lambda tx, rng, size: _list(
        tx, ProfileFilter(search=f"number {rng.randint(1, size.profiles):07}")
    ),
    "search, no hit": lambda tx, _rng, _size: _list(tx, ProfileFilter(search="nothing has this name")),
    "copies of a user": lambda tx, rng, size: tx.copies.of_user(
        _user_id(rng.randint(1, size.copies // COPIES_OF_A_USER))
    ),
    "an API key": lambda tx, rng, _size: tx.api_keys.find(rng.randbytes(32)),
}


def _list(tx: ReadTransaction, profile_filter: ProfileFilter, offset: int = 0) -> object:
    return tx.profiles.list(profile_filter, limit=25, offset=offset)


def _user_id(number: int) -> str:
    return f"user{number:07}"


def fill(store: SqlStore, size: Size) -> None:
    """Fill an empty store by rows: through the protocol a million copies take minutes."""
    policy = dump_policy(sample_policy())
    for first in range(1, size.profiles + 1, BATCH):
        numbers = range(first, min(first + BATCH, size.profiles + 1))
        with store._writer.begin() as connection:
            connection.execute(insert(access_profiles), [_profile(n, policy) for n in numbers])
            connection.execute(
                insert(access_profile_tags),
                [{"tag": tag, "access_profile_id": n} for n in numbers for tag in _tags(n)],
            )
    with store._writer.begin() as connection:
        for is_active in (True, False):
            total = sum(_is_active(n) is is_active for n in range(1, size.profiles + 1))
            of_state = access_profile_totals.c.is_active.is_(is_active)
            connection.execute(update(access_profile_totals).where(of_state).values(total=total))
    holders = size.copies // COPIES_OF_A_USER
    for first in range(1, holders + 1, BATCH // COPIES_OF_A_USER):
        numbers = range(first, min(first + BATCH // COPIES_OF_A_USER, holders + 1))
        with store._writer.begin() as connection:
            connection.execute(insert(users), [_user(n) for n in numbers])
            connection.execute(
                insert(user_access_profiles), [copy for n in numbers for copy in _copies(n, size, policy)]
            )


def vacuum(url: str) -> None:
    """Do what PostgreSQL would do by itself after so many rows."""
    if url.startswith("postgresql:"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


@contextmanager
def _urls(postgresql: bool) -> Iterator[Callable[[], str]]:
    """Give a function that returns the URL of a new store; all stores go when the block ends."""
    if postgresql:
        with postgres_cluster() as cluster:
            yield lambda: cluster.database_url(cluster.new_database())
    else:
        with tempfile.TemporaryDirectory() as folder:
            numbers = count()
            yield lambda: f"sqlite:///{Path(folder) / f'{next(numbers)}.db'}"


def sample_policy() -> Policy:
    """Return a policy of ordinary size: two providers, four budgets, rate limits and MCP grants."""
    budgets = (BudgetTerms(20_000_000, ResetDuration.MONTH), BudgetTerms(5_000_000, ResetDuration.DAY))
    limit = RateLimitTerms(100_000, ResetDuration.HOUR, 60, ResetDuration.HOUR)
    models = ("gpt-4o", "gpt-4o-mini", "o4-mini")
    terms = PolicyTerms(
        provider_configs=tuple(
            ProviderTerms(name, allowed_models=models, budgets=budgets, rate_limit=limit)
            for name in ("openai", "anthropic")
        ),
        budgets=budgets,
        rate_limit=limit,
        mcp=MCPGrants(tool_groups=(1, 4), servers=("warehouse", "handbook")),
    )
    ids = iter(range(1, 100))
    return instantiate(
        terms, line_id=lambda: f"line-{next(ids)}", provider_config_id=lambda: next(ids), now=NOW
    )


def _profile(number: int, policy: str) -> dict[str, object]:
    name = f"Profile number {number:07}"
    return {
        "id": number,
        "name": name,
        "name_folded": name.casefold(),
        "description": None,
        "tags": dump_texts(_tags(number)),
        "is_active": _is_active(number),
        "deactivated_by_operator": False,
        "version": 1,
        "policy": policy,
        "user_count": 0,
        "created_at": NOW,
        "updated_at": NOW,
    }


def _is_active(number: int) -> bool:
    return number % 4 != 0


def _tags(number: int) -> tuple[str, ...]:
    return ("common", f"rare-{number % 10}") if number <= 100 else ("common",)


def _user(number: int) -> dict[str, object]:
    user_id = _user_id(number)
    return {"id": user_id, "name": user_id, "email": f"{user_id}@example.com", "created_at": NOW}


def _copies(number: int, size: Size, policy: str) -> Iterator[dict[str, object]]:
    for turn in range(min(COPIES_OF_A_USER, size.profiles)):
        yield {
            "user_id": _user_id(number),
            "parent_profile_id": (number * COPIES_OF_A_USER + turn) % size.profiles + 1,
            "name": "copy",
            "is_active": True,
            "policy": policy,
            "created_at": NOW,
        }


def statements_of(store: SqlStore, read: Read, size: Size) -> int:
    """Return how many statements a read sends, besides those that begin and end its transaction."""
    counted = 0

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal counted
        counted += statement.lstrip().upper().startswith("SELECT")

    event.listen(store._reader, "before_cursor_execute", count)
    try:
        _once(store, read, random.Random(1), size)
    finally:
        event.remove(store._reader, "before_cursor_execute", count)
    return counted


def measure(stores: dict[Size, SqlStore], rounds: int, seconds: float) -> list[dict[str, object]]:
    """Read all stores in turns, and return a row for each read."""
    rows: list[dict[str, object]] = []
    largest = list(stores)[-1]
    for name, read in READS.items():
        samples: dict[Size, list[float]] = {size: [] for size in stores}
        for turn in range(rounds):
            for size, store in stores.items():
                samples[size].append(_median_micros(store, read, size, turn, seconds))
        small, large = (statistics.median(samples[size]) for size in stores)
        rows.append(
            {
                "read": name,
                "statements": statements_of(stores[largest], read, largest),
                "small_us": round(small),
                "large_us": round(large),
                "ratio": round(large / small, 2),
            }
        )
    return rows


def _once(store: SqlStore, read: Read, rng: random.Random, size: Size) -> object:
    with store.read() as tx:
        return read(tx, rng, size)


def _median_micros(store: SqlStore, read: Read, size: Size, turn: int, seconds: float) -> float:
    rng = random.Random(turn)
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        began = time.perf_counter()
        _once(store, read, rng, size)
        times.append((time.perf_counter() - began) * 1e6)
    return statistics.median(times)


@click.command()
@click.option("--postgresql", is_flag=True, help="On a PostgreSQL server started for it, not on SQLite.")
@click.option("--profiles", default=100_000, show_default=True)
@click.option("--copies", default=1_000_000, show_default=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(postgresql: bool, profiles: int, copies: int, rounds: int, as_json: bool) -> None:
    """Compare reads of a store with 100 profiles and 1,000 copies with those of a large one."""
    sizes = [Size(100, 1_000), Size(profiles, copies)]
    with _urls(postgresql) as new_url:
        stores: dict[Size, SqlStore] = {}
        for size in sizes:
            url = new_url()
            store = open_store(url)
            assert isinstance(store, SqlStore)
            store.migrate()
            began = time.perf_counter()
            fill(store, size)
            vacuum(url)
            click.echo(f"filled {size} in {time.perf_counter() - began:.0f} s", err=True)
            stores[size] = store
        rows = measure(stores, rounds, seconds=0.4)
        for store in stores.values():
            store.close()
    if as_json:
        json.dump(rows, sys.stdout, indent=2)
        return
    click.echo(f"| read | statements | {sizes[0].profiles:,} profiles, µs | {profiles:,}, µs | ratio |")
    click.echo("|---|---|---|---|---|")
    for row in rows:
        click.echo("| {read} | {statements} | {small_us} | {large_us} | {ratio} |".format(**row))


if __name__ == "__main__":
    main()
