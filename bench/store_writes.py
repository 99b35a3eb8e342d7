"""What group commit brings on SQLite: `python -m bench.store_writes`.

Threads keep new profiles in three stores: each write alone, waiting for others at the file; in turns, one
transaction each; and in groups, which share transactions. It prints how many each keeps a second, and their
ratios. Numbers differ from machine to machine and from disk to disk; the ratios are what counts.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import click
from sqlalchemy import event

from bench import filling
from domain.errors import Unavailable
from domain.records import NewAccessProfile
from store.sql.connections import begun
from store.sql.engine import SqlStore
from store.sqlite.group_commit import GroupCommit
from store.sqlite.store import open_sqlite

PATIENCE_SECONDS = 5.0
POLICY = filling.sample_policy()


def _alone(store: SqlStore) -> None:
    store._writer = store._reader.execution_options(sqlite_begin="BEGIN IMMEDIATE")
    store._begin_write = begun


def _in_turns(store: SqlStore) -> None:
    store._begin_write = GroupCommit(PATIENCE_SECONDS, max_members=1).begin


def _in_groups(store: SqlStore) -> None:
    store._begin_write = GroupCommit(PATIENCE_SECONDS).begin


WAYS: dict[str, Callable[[SqlStore], None]] = {
    "alone": _alone,
    "in turns": _in_turns,
    "in groups": _in_groups,
}
"""How writes begin: each alone at the file, in turns, or in turns and groups."""


@dataclass(slots=True)
class Samples:
    """What rounds of one way measured, one number for each round."""

    per_second: list[float] = field(default_factory=list)
    median_ms: list[float] = field(default_factory=list)
    worst_ms: list[float] = field(default_factory=list)
    refused: int = 0


@contextmanager
def _stores(folder: Path, slower_ms: float) -> Iterator[dict[str, SqlStore]]:
    with ExitStack() as stack:
        stores: dict[str, SqlStore] = {}
        for way, prepare in WAYS.items():
            store = stack.enter_context(
                closing(open_sqlite(f"sqlite:///{folder / way.replace(' ', '-')}.db"))
            )
            store.migrate()
            prepare(store)
            event.listen(store._writer, "commit", lambda _connection: time.sleep(slower_ms / 1e3))
            stores[way] = store
        yield stores


def flush_ms(folder: Path) -> float:
    """Return the median time that a page takes to the disk."""
    times = []
    with (folder / "flushed").open("wb", buffering=0) as file:
        for _ in range(200):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1e3)
    return statistics.median(times)


def measure(store: SqlStore, threads: int, seconds: float, samples: Samples, names: Iterator[int]) -> None:
    """Write with so many threads for so long, and add one number to each list."""
    end = time.perf_counter() + seconds

    def write() -> list[float]:
        times = []
        while (began := time.perf_counter()) < end:
            new = NewAccessProfile(f"Profile number {next(names):09}", None, ("common",), POLICY, filling.NOW)
            try:
                with store.write() as tx:
                    tx.profiles.reserve_provider_config_ids(2)
                    tx.profiles.add(new)
            except Unavailable:
                samples.refused += 1
            else:
                times.append((time.perf_counter() - began) * 1e3)
        return times

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(write) for _ in range(threads)]
        times = [elapsed for thread in running for elapsed in thread.result()]
    samples.per_second.append(len(times) / (time.perf_counter() - began))
    samples.median_ms.append(statistics.median(times))
    samples.worst_ms.append(max(times))


def compare(
    stores: dict[str, SqlStore], threads: int, rounds: int, seconds: float, names: Iterator[int]
) -> list[dict[str, object]]:
    """Write to all stores in turns, and return a row for each way."""
    samples = {way: Samples() for way in stores}
    for _ in range(rounds):
        for way, store in stores.items():
            measure(store, threads, seconds, samples[way], names)
    base = samples["alone"].per_second
    rows: list[dict[str, object]] = []
    for way, measured in samples.items():
        ratios = [rate / alone for rate, alone in zip(measured.per_second, base, strict=True)]
        rows.append(
            {
                "threads": threads,
                "way": way,
                "per_second": round(statistics.median(measured.per_second)),
                "ratio": round(statistics.median(ratios), 2),
                "lowest_ratio": round(min(ratios), 2),
                "highest_ratio": round(max(ratios), 2),
                "median_ms": round(statistics.median(measured.median_ms), 1),
                "worst_ms": round(max(measured.worst_ms)),
                "refused": measured.refused,
            }
        )
    return rows


@click.command()
@click.option("--threads", default=[1, 4, 16], multiple=True, show_default=True)
@click.option("--rounds", default=7, show_default=True)
@click.option("--seconds", default=1.0, show_default=True, help="How long each way writes in a round.")
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="On which disk."
)
@click.option("--slower-ms", default=0.0, help="Wait so long at each commit, as a slower disk would.")
@click.option("--json", "as_json", is_flag=True)
def main(
    threads: tuple[int, ...],
    rounds: int,
    seconds: float,
    folder: Path | None,
    slower_ms: float,
    as_json: bool,
) -> None:
    """Compare writes that share transactions with writes that do not."""
    names = count(1)
    with (
        tempfile.TemporaryDirectory(dir=folder) as own_folder,
        _stores(Path(own_folder), slower_ms) as stores,
    ):
        flush = flush_ms(Path(own_folder))
        for store in stores.values():
            measure(store, 2, 0.2, Samples(), names)
        rows = [row for number in threads for row in compare(stores, number, rounds, seconds, names)]
    if as_json:
        click.echo(json.dumps({"flush_ms": flush, "rows": rows}, indent=2))
        return
    click.echo(f"One flush (fdatasync of a page): {flush:.2f} ms, and {slower_ms:g} ms more.")
    click.echo(f"{rounds} rounds of {seconds:g} s each.\n")
    click.echo(
        "| threads | writes | a second | ratio (lowest to highest) | median, ms | worst, ms | refused |"
    )
    click.echo("|---|---|---|---|---|---|---|")
    line = (
        "| {threads} | {way} | {per_second} | {ratio} ({lowest_ratio} to {highest_ratio}) "
        "| {median_ms} | {worst_ms} | {refused} |"
    )
    for row in rows:
        click.echo(line.format(**row))


if __name__ == "__main__":
    main()
