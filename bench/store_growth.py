"""What reads cost as a store grows: `python -m bench.store_growth`.

It fills a store with few and with many profiles and copies, reads both in turns, and prints the medians and
their ratio. Times differ from machine to machine; the ratio is what counts.
"""

import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass

import click
import psycopg
from sqlalchemy import event

from bench import filling
from domain.records import AccessProfile, Policy
from store.api import ProfileFilter, ReadTransaction
from store.sql.engine import SqlStore

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
        filling.user_id(rng.randint(1, size.copies // COPIES_OF_A_USER))
    ),
    "an API key": lambda tx, rng, _size: tx.api_keys.find(rng.randbytes(32)),
}


def _list(tx: ReadTransaction, profile_filter: ProfileFilter, offset: int = 0) -> object:
    return tx.profiles.list(profile_filter, limit=25, offset=offset)


def fill(store: SqlStore, size: Size) -> None:
    """Fill an empty store."""
    policy = filling.sample_policy()
    holders = size.copies // COPIES_OF_A_USER
    held = (place for holder in range(1, holders + 1) for place in _held(holder, size))
    filling.load(
        store,
        holders,
        (_profile(number, policy) for number in range(1, size.profiles + 1)),
        (filling.copy(number, *place, policy) for number, place in enumerate(held, start=1)),
    )


def vacuum(url: str) -> None:
    """Do what PostgreSQL would do by itself after so many rows."""
    if url.startswith("postgresql:"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def _profile(number: int, policy: Policy) -> AccessProfile:
    tags = ("common", f"rare-{number % 10}") if number <= 100 else ("common",)
    name, is_active = f"Profile number {number:07}", number % 4 != 0
    return AccessProfile(number, name, None, tags, is_active, 1, policy, filling.NOW, filling.NOW)


def _held(holder: int, size: Size) -> Iterator[tuple[int, int]]:
    """Yield the user's number with that of each profile that the user holds."""
    for turn in range(min(COPIES_OF_A_USER, size.profiles)):
        yield holder, (holder * COPIES_OF_A_USER + turn) % size.profiles + 1


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
    with filling.new_urls(postgresql) as new_url, ExitStack() as opened:
        stores: dict[Size, SqlStore] = {}
        for size in sizes:
            url = new_url()
            stores[size] = opened.enter_context(closing(filling.migrated(url)))
            began = time.perf_counter()
            fill(stores[size], size)
            vacuum(url)
            click.echo(f"filled {size} in {time.perf_counter() - began:.0f} s", err=True)
        rows = measure(stores, rounds, seconds=0.4)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    click.echo(f"| read | statements | {sizes[0].profiles:,} profiles, µs | {profiles:,}, µs | ratio |")
    click.echo("|---|---|---|---|---|")
    for row in rows:
        click.echo("| {read} | {statements} | {small_us} | {large_us} | {ratio} |".format(**row))


if __name__ == "__main__":
    main()
