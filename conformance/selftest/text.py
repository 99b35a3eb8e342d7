"""The self-test for people: a bar while it runs on a terminal, and then the kill matrix."""

import time
from collections.abc import Callable
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from conformance.selftest.trials import Outcome, Trial

_BAD = (Outcome.SURVIVED, Outcome.UNSOUND, Outcome.ALARM, Outcome.ERROR)
_EVERY_SECONDS = 10
_MOST_SHOWN = 40

Document = dict[str, Any]


class Watcher:
    """Tells of trials as they end: by a bar on a terminal, and by a line now and then elsewhere."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._told_at: float | None = None
        self._ended = self._bad = 0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("Starting the server", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def observe(self, trial: Trial, total: int) -> None:
        """Take one trial that has ended."""
        self._ended += 1
        self._bad += trial.outcome in _BAD
        told = f"{trial.kind}s, {self._bad} to look at"
        self._bar.update(self._task, description=told, total=total, completed=self._ended)
        if not self._console.is_terminal and (self._is_time() or self._ended == total):
            self._told_at = self._clock()
            self._console.print(f"{self._ended} of {total} tried: {told}", soft_wrap=True)

    def _is_time(self) -> bool:
        """Return whether nothing was told yet, or not for a while."""
        return self._told_at is None or self._clock() - self._told_at >= _EVERY_SECONDS


def show(found: Document, console: Console) -> None:
    """Print the matrix."""

    def line(text: str = "", style: str = "") -> None:
        console.print(Text(text, style=style), soft_wrap=True)

    line()
    if found["faults"]["tried"]:
        line(f"{'clause':<13}{'faults':>7}{'killed':>8}{'requests':>14}{'seconds':>16}", "bold")
        for row in found["faults"]["clauses"]:
            line(_row(row), "" if row["killed"] == row["tried"] else "red")
        line(_row({**found["faults"], "id": "all"}), "bold")
        line("Requests and seconds are those to the first kill: the median, and the most.", "dim")
        _precision(found["faults"]["others_broken"], line)
        line()
    if found["mutants"]["tried"]:
        line(
            f"{'mutants of the contract':<25}{'tried':>7}{'killed':>8}{'lived':>7}{'same':>6}{'rate':>8}",
            "bold",
        )
        for row in [*found["mutants"]["kinds"], {**found["mutants"], "id": "all"}]:
            line(
                f"{row['id']:<25}{row['tried']:>7}{row['killed']:>8}{row['survived']:>7}"
                f"{row['equivalent']:>6}{_percent(row['rate']):>8}"
            )
        line("The same are those that no client can tell from a right server; they do not count.", "dim")
        line()
    _variants(found["variants"], line)
    _bad(found, line)
    _plain(found, line)
    line()
    line(_sentence(found), "bold green" if found["holds"] and not found["errors"] else "bold red")
    line(f"  {found['seconds']} s, {found['jobs']} servers at once, seed {found['seed']}")


def _row(row: Document) -> str:
    requests, seconds = row["requests"] or {}, row["seconds"] or {}
    return (
        f"{row['id']:<13}{row['tried']:>7}{row['killed']:>8}"
        f"{requests.get('median', '-'):>8} {requests.get('max', '-'):>5}"
        f"{seconds.get('median', 0):>9.2f} {seconds.get('max', 0):>6.2f}"
    )


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.1%}"


def _precision(others: Document | None, line: Any) -> None:
    if others:
        line(f"{others['alone']} break their own clause alone, the median {others['median']} others")


def _variants(variants: Document, line: Any) -> None:
    if not variants["runs"]:
        return
    line(
        f"Legal variants: {variants['runs']} runs, {variants['requests']:,} requests, "
        f"{len(variants['alarms'])} false alarms"
    )
    for alarm in variants["alarms"]:
        for verdict in alarm["verdicts"]:
            line(f"  {alarm['variant']}: {verdict['status']} {verdict['id']} {verdict['reason']}", "bold red")
            for finding in verdict["findings"]:
                line(f"    expected   {finding['expected']}")
                line(f"    came back  {finding['actual']}")
                for exchange in finding["exchanges"]:
                    line(f"    request    {exchange['request']}")
                    line(f"    answer     {exchange['answer']}")
    line()


def _bad(found: Document, line: Any) -> None:
    titles = {"Survived": "survivors", "Fails without any fault": "unsound", "Failed by itself": "errors"}
    for title, told in ((title, found[part]) for title, part in titles.items()):
        for each in told[:_MOST_SHOWN]:
            line(f"{title}: {each['kind']} {each['name']} ({each['reason']})")
        if len(told) > _MOST_SHOWN:
            line(f"… and {len(told) - _MOST_SHOWN} more; --format json has them all.")


def _plain(found: Document, line: Any) -> None:
    dated = found["plain_schemathesis"]
    if dated is None:
        return
    ours = {"faults": found["faults"]["rate"], "mutants": found["mutants"]["rate"]}
    line(f"Beside plain Schemathesis {dated['schemathesis']}, run on {dated['date']}:", "bold")
    for kind, rate in ours.items():
        theirs = dated[kind]
        line(
            f"  {kind:<8} this suite {_percent(rate)}, Schemathesis {_percent(theirs['rate'])} "
            f"({theirs['killed']} of {theirs['tried']})"
        )


def _sentence(found: Document) -> str:
    if found["errors"]:
        return "No proof: a trial failed by itself. Please report it."
    if found["unsound"]:
        return "No proof: a check fails on the right server too. See what fails without any fault."
    if not found["holds"]:
        return "The suite does not keep its promise: see what survived, and what raised an alarm."
    return "The suite is as strong and as quiet as it promises."
