"""Progress on long work, for people: a bar on a terminal, nothing elsewhere."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from server.seed import SeedReport, seed_company
from store.api import Record, Store

RECORDS_AT_ONCE = 1000
"""After how many records the number that is shown changes."""


def seed_with_progress(store: Store, *, number: int, users: int, console: Console) -> SeedReport:
    """Seed the company and show how far it is."""
    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def advance(what: str, made: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=made)

        return seed_company(store, number=number, users=users, progress=advance)


@contextmanager
def pages_shown(what: str, console: Console) -> Iterator[Callable[[int, int], None]]:
    """Give a function that shows how many pages are done, of how many."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("pages"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def records_shown(what: str, records: Iterable[Record], console: Console) -> Iterator[Record]:
    """Yield records, and show how many there were."""
    columns = (TextColumn(what), TextColumn("{task.completed:,} records"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(what, total=None)
        for number, record in enumerate(records, start=1):
            yield record
            if number % RECORDS_AT_ONCE == 0:
                bars.update(task, completed=number)
