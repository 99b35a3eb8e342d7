"""Prove by many runs that nothing is held against a server that conforms, and print the rows of a table.

`docs/conformance-quality.md` has them. A row with an alarm ends the command with 1.
"""

import os
import sys

import click

from tests.quality.runs import STORES, Tally, busy, runs

HEAD = "| what | runs | requests | alarms |\n|---|---|---|---|"


@click.group()
def main() -> None:
    """Prove by many runs that nothing is held against a server that conforms."""


@main.command()
@click.option("--seeds", type=click.IntRange(min=1), default=40, show_default=True)
@click.option("--store", "stores", type=click.Choice(STORES), multiple=True, help="[all]")
def fuzz(seeds: int, stores: tuple[str, ...]) -> None:
    """Fuzz every operation with many seeds, on each store."""
    rows = {}
    for store in stores or STORES:
        for tally in runs(store, range(1, seeds + 1), "--only", "S.*.fuzz"):
            rows[f"every operation fuzzed, {store}, {seeds} seeds"] = tally
            _progress(f"fuzz {store}", tally, seeds)
    _finish(rows)


@main.command()
@click.option("--seeds", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--mode", type=click.Choice(["quick", "standard"]), default="standard", show_default=True)
@click.option("--loops", type=click.IntRange(min=1), default=4, show_default=True, help="Per core.")
def load(seeds: int, mode: str, loops: int) -> None:
    """Run everything on a machine that is busy with loops."""
    tally = Tally()
    with busy(loops * (os.cpu_count() or 1)):
        for tally in runs("sqlite", range(1, seeds + 1), "--mode", mode):
            _progress("busy", tally, seeds)
    _finish({f"whole runs, {mode}, beside {loops} busy loops per core": tally})


def _progress(what: str, tally: Tally, of: int) -> None:
    click.echo(f"{what}: {tally.runs} of {of} runs, {len(tally.alarms)} alarms", err=True)


def _finish(rows: dict[str, Tally]) -> None:
    click.echo("\n".join([HEAD, *(tally.row(what) for what, tally in rows.items())]))
    sys.exit(0 if all(tally.is_quiet for tally in rows.values()) else 1)


if __name__ == "__main__":
    main()
