"""Progress on long work, for people: a bar on a terminal, nothing elsewhere."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from server.seed import SeedReport, seed_company
from store.api import Store


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
