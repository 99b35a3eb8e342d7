"""Everybody in turns, round after round, so that what the machine does meanwhile hits all of them."""

import asyncio
import random
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import click

from bench.calls import PROFILES
from bench.contest.contestants import Contestant
from bench.contest.load import Slice, load, write_requests
from bench.contest.works import CONNECTIONS, Draw, Work
from bench.pipeline import Connection
from bench.traffic import Request

SHARE_OF_RIVAL = 0.5
"""At equal load everybody gets this part of what the rival can do."""


@dataclass
class Measured:
    """The slices of a work, by contestant, in the order of the rounds."""

    work: Work
    slices: dict[str, list[Slice]] = field(default_factory=dict)

    def ratios(self, rival: str) -> list[float]:
        """Return, round by round, how many times the rival's rate the first one's is; of p99, the inverse."""
        pairs = zip(self.slices[self.work.first], self.slices[rival], strict=True)
        if self.work.equal_load:
            return [theirs.p99_ms / ours.p99_ms for ours, theirs in pairs]
        return [ours.rate / theirs.rate for ours, theirs in pairs]

    def cpu_ratio(self, rival: str) -> float:
        """Return how many times our CPU for a request the rival spends, the median of the rounds."""
        pairs = zip(self.slices[self.work.first], self.slices[rival], strict=True)
        return statistics.median(theirs.cpu_us / max(ours.cpu_us, 0.1) for ours, theirs in pairs)


@dataclass(frozen=True)
class Rules:
    """How long it is measured, and where."""

    rounds: int
    seconds: int
    profiles: int
    client_cpus: str
    all_cpus: str
    folder: Path


def compete(
    works: Sequence[Work],
    contestants: Mapping[str, Contestant],
    rules: Rules,
    told: Callable[[str], None],
) -> list[Measured]:
    """Warm everybody up, then measure round by round.

    Raises:
        click.ClickException: an answer was refused, or did not come.
    """
    found = [Measured(work, {name: [] for name in work.contestants}) for work in works]
    # Who does the same for two works is warm for the second one.
    warm: set[tuple[str, Draw]] = set()
    for work in works:
        if work.all_read:
            told(f"{work.first} reads all profiles")
            asyncio.run(_read_all(contestants[work.first], rules.profiles))
            warm.add((work.first, work.draw))
    for number in range(-1, rules.rounds):
        for measured in found:
            work = measured.work
            told(f"{'warming up' if number < 0 else f'round {number + 1} of {rules.rounds}'}: {work.name}")
            # Whoever comes first in one round comes last in the next.
            order = work.contestants if number % 2 else list(reversed(work.contestants))
            for name in order:
                if number < 0 and (name, work.draw) in warm:
                    continue
                warm.add((name, work.draw))
                slice_ = _slice(found, work, contestants[name], rules, number)
                if number >= 0:
                    measured.slices[name].append(slice_)
    return found


async def _read_all(contestant: Contestant, profiles: int) -> None:
    async def read(numbers: Iterable[int]) -> None:
        async with Connection(url.hostname or "", url.port or 0, contestant.keys[0]) as connection:
            await connection.send_all(
                Request("read", 200, "GET", f"{PROFILES}/{number}") for number in numbers
            )

    url = urlsplit(contestant.url)
    await asyncio.gather(
        *(read(range(first, profiles + 1, CONNECTIONS)) for first in range(1, CONNECTIONS + 1))
    )


def _slice(found: Sequence[Measured], work: Work, contestant: Contestant, rules: Rules, number: int) -> Slice:
    chance = random.Random(f"{number} {contestant.name}")
    drawn = work.draw(chance, contestant.keys, rules.profiles)
    slice_ = load(
        contestant.url,
        write_requests(rules.folder / "requests", drawn),
        seconds=1 if number < 0 else rules.seconds,
        connections=CONNECTIONS,
        cpus=rules.all_cpus if work.two_cores else rules.client_cpus,
        pause_ms=_pause_ms(found, work) if work.equal_load and number >= 0 else None,
        pids=contestant.pids,
    )
    if slice_.refused or slice_.broken:
        raise click.ClickException(
            f"{contestant.name}, {work.name}: {slice_.refused} answers were refusals and {slice_.broken} "
            f"never came, of {slice_.requests}"
        )
    return slice_


def _pause_ms(found: Sequence[Measured], work: Work) -> float:
    """Return for how long a connection rests, so that the rival has half of the work that it just did."""
    (rival,) = work.others
    rate = next(
        measured.slices[rival][-1].rate
        for measured in found
        if measured.work.draw is work.draw and not measured.work.equal_load and rival in measured.slices
    )
    return 1000 * CONNECTIONS / (rate * SHARE_OF_RIVAL)
