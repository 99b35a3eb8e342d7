"""`make bench`: python -m bench.contest [quick]."""

import os
import random
import tempfile
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import click
from rich.console import Console

from bench.contest import report
from bench.contest.agreement import agree
from bench.contest.chart import chart
from bench.contest.contestants import Contestant
from bench.contest.entrants import contestants
from bench.contest.load import require_tools
from bench.contest.rounds import Rules, compete
from bench.contest.works import BARE, WORKS, Work
from tests.serving import ROOT

SIZES = {"full": (6, 2), "quick": (2, 1)}
"""Rounds, and the seconds of a slice."""

TABLE_WIDTH = 130

COMPARED = 3
"""How many answers are compared before a work is timed."""


@click.command()
@click.argument("size", type=click.Choice(list(SIZES)), default="full")
@click.option("--only", default="", help="Only works whose name contains this.")
@click.option("--rounds", type=click.IntRange(min=1), help="How often everybody gets a turn.")
@click.option(
    "--profiles", type=click.IntRange(min=100), default=10_000, show_default=True, help="How many there are."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where results.json and ratios.svg are written; a full run of everything writes into docs/bench.",
)
def bench(size: str, only: str, rounds: int | None, profiles: int, out: Path | None) -> None:
    """Compare the server with its peers: real processes on the same data, in turns, in one run.

    Server and load have a core each. Every request and every answer of the server is validated, as always.
    Ratios count: the machine's moods hit everybody alike.
    """
    require_tools()
    works = [work for work in WORKS if only in work.name]
    if not works:
        raise click.UsageError(
            f"No work's name contains {only!r}. There are: {', '.join(work.name for work in WORKS)}."
        )
    if out is None and size == "full" and not only:
        out = ROOT / "docs" / "bench"
    cores = [str(core) for core in sorted(os.sched_getaffinity(0))]
    times, seconds = SIZES[size]
    errors = Console(stderr=True)
    with tempfile.TemporaryDirectory() as folder, errors.status("filling the databases") as status:
        rules = Rules(
            rounds=rounds or times,
            seconds=seconds,
            profiles=profiles,
            client_cpus=",".join(cores[1:] or cores),
            all_cpus=",".join(cores),
            folder=Path(folder),
        )
        names = {name for work in works for name in work.contestants}
        with contestants(rules.folder, profiles, names, server_cpu=int(cores[0])) as started:
            for work in works:
                _compare(work, started, profiles)
            measured = compete(works, started, rules, status.update)
    terminal = Console()
    report.show(measured, terminal if terminal.is_terminal else Console(width=TABLE_WIDTH))
    if out is not None:
        found = report.document(measured, rules)
        report.write(out, found, chart(found["ratios"]))
        errors.print(f"Written: {out}/results.json, {out}/ratios.svg")


def _compare(work: Work, started: Mapping[str, Contestant], profiles: int) -> None:
    if work.agreed:
        compared = [started[name] for name in work.contestants if name != BARE]
        for request in islice(work.draw(random.Random(1), compared[0].keys, profiles), COMPARED):
            agree(compared, request, made=work.creates)


if __name__ == "__main__":
    bench()
