"""Whether a server that answers a million requests grows: `python -m bench.endurance`.

It starts a server on an SQLite store of 10,000 profiles and sends it requests over several connections:
rounds of reads and refusals, each unlike the ones before it, and between them rounds of writes that leave the
store as large as it was. What the process holds in memory is read from /proc. The first half of the requests
fills what may be filled; over the second half there must be no growth.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

import click

from bench.cpu import cpu_seconds
from bench.pipeline import Connection
from bench.traffic import Traffic
from store.registry import open_store
from store.testsuite.samples import full_policy, new_profile
from tests.processes import start_anew
from tests.serving import Server, add_keys, running_server

ROUND = 10_000
"""Requests between two looks at the server's memory."""

LIVES = 100
"""How many profiles a round creates, changes and deletes."""

STORE_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Sample:
    """What a server's process takes after a number of requests.

    Attributes:
        rss_mb: memory that it holds, in MB (1,000,000 octets).
        cpu_s: CPU of its threads since its start, user and system, in seconds.
        wall_s: since the first request, in seconds.
    """

    requests: int
    rss_mb: float
    threads: int
    files: int
    cpu_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class Result:
    """What a run found.

    Attributes:
        growth_mb: how much more was held at the end of the second half than at its beginning, by the straight
            line that fits best.
        answered: answers by kind.
    """

    samples: Sequence[Sample]
    growth_mb: float
    answered: dict[str, int]


Samples: TypeAlias = Iterator[Sample]


def fill(url: str, profiles: int) -> None:
    """Add profiles 1 to `profiles`."""
    policy = full_policy()
    with closing(open_store(url)) as store:
        for first in range(0, profiles, STORE_BATCH):
            with store.write() as tx:
                for number in range(first, min(first + STORE_BATCH, profiles)):
                    tags = (f"tag{number}", "eu")
                    tx.profiles.add(new_profile(f"Profile {number}", tags=tags, policy=policy))


def sample(server: Server, requests: int, began: float) -> Sample:
    """Read what the server's process takes."""
    process = Path("/proc") / str(server.process.pid)
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    return Sample(
        requests=requests,
        rss_mb=int(status["VmRSS"].split()[0]) * 1024 / 1e6,
        threads=int(status["Threads"]),
        files=len(list((process / "fd").iterdir())),
        cpu_s=cpu_seconds(server.process.pid),
        wall_s=time.monotonic() - began,
    )


async def run(server: Server, requests: int, profiles: int, connections: int) -> Result:
    """Send requests in rounds, and look at the server after each."""
    began = time.monotonic()
    samples = [sample(server, 0, began)]
    traffics = [Traffic(profiles, number) for number in range(connections)]
    async with AsyncExitStack() as stack:
        sent = [
            await stack.enter_async_context(Connection(server.host, server.port, server.keys.admin))
            for _ in traffics
        ]
        with click.progressbar(length=requests, label="Requests", file=sys.stderr) as bar:
            while (done := samples[-1].requests) < requests:
                answered = await round_of(traffics, sent, min(ROUND, requests - done))
                samples.append(sample(server, done + answered, began))
                bar.update(answered)
    kinds = sum((connection.answered for connection in sent), Counter[str]())
    return Result(samples, growth_mb(samples[len(samples) // 2 :]), dict(kinds.most_common()))


async def round_of(traffics: Sequence[Traffic], sent: Sequence[Connection], requests: int) -> int:
    """Send one round, its reads first; return how many requests it was."""
    before = sum(connection.answered.total() for connection in sent)
    lives = max(1, LIVES * requests // ROUND // len(sent))
    reads = max(0, requests // len(sent) - 5 * lives)

    async def write(traffic: Traffic, connection: Connection) -> None:
        for _ in range(lives):
            await traffic.life(connection.send)

    pairs = list(zip(traffics, sent, strict=True))
    await asyncio.gather(*(connection.send_all(traffic.reads(reads)) for traffic, connection in pairs))
    await asyncio.gather(*(write(traffic, connection) for traffic, connection in pairs))
    return sum(connection.answered.total() for connection in sent) - before


def growth_mb(samples: Sequence[Sample]) -> float:
    """Return by how much memory grew over samples: the slope of least squares times their span."""
    middle = sum(each.requests for each in samples) / len(samples)
    spread = sum((each.requests - middle) ** 2 for each in samples)
    if not spread:
        return 0.0
    slope = sum((each.requests - middle) * each.rss_mb for each in samples) / spread
    return slope * (samples[-1].requests - samples[0].requests)


def shown(samples: Sequence[Sample], lines: int = 12) -> Iterator[Sample]:
    """Yield the sample after the start, the one after the first round, and some of the others, evenly."""
    kept = {0, 1, *(round(line * (len(samples) - 1) / lines) for line in range(lines + 1))}
    return (each for number, each in enumerate(samples) if number in kept)


def print_table(result: Result) -> None:
    """Print what was found, for people."""
    click.echo(f"{'requests':>10} {'RSS MB':>8} {'threads':>8} {'files':>6} {'CPU s':>8} {'wall s':>8}")
    for each in shown(result.samples):
        click.echo(
            f"{each.requests:10,} {each.rss_mb:8.1f} {each.threads:8} {each.files:6} "
            f"{each.cpu_s:8.1f} {each.wall_s:8.1f}"
        )
    click.echo("\n" + ", ".join(f"{kind}: {number:,}" for kind, number in result.answered.items()))
    click.echo(f"\nGrowth over the second half: {result.growth_mb:+.1f} MB")


@click.command()
@click.option("--requests", default=1_000_000, show_default=True, type=click.IntRange(1))
@click.option("--profiles", default=10_000, show_default=True, type=click.IntRange(1), help="In the store.")
@click.option("--connections", default=8, show_default=True, type=click.IntRange(1), help="Kept open.")
@click.option(
    "--most-growth",
    metavar="MB",
    default=5.0,
    show_default=True,
    help="Exit 1 when the growth is above this.",
)
@click.option(
    "--format", "output_format", type=click.Choice(["table", "json"]), default="table", show_default=True
)
def main(requests: int, profiles: int, connections: int, most_growth: float, output_format: str) -> None:
    """Send requests of many kinds to a server process, and say whether it grows."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/profiles.db"
        keys = add_keys(url)
        fill(url, profiles)
        with running_server(url, keys, start=start_anew) as server:
            result = asyncio.run(run(server, requests, profiles, connections))
    if output_format == "json":
        click.echo(json.dumps(asdict(result), indent=2))
    else:
        print_table(result)
    if result.growth_mb > most_growth:
        raise click.ClickException(f"The server grew by {result.growth_mb:.1f} MB over the second half.")


if __name__ == "__main__":
    main()
