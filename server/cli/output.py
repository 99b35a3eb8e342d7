"""Where commands print, and how rows are shown."""

from collections.abc import Iterable
from functools import partial

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

# What people named is printed as it is: a name may look like markup.
_plain_console = partial(Console, soft_wrap=True, markup=False, highlight=False, emoji=False)
out = _plain_console()
err = _plain_console(stderr=True)

WIDTH_OF_A_PIPE = 1000
"""Columns where no terminal says how many there are: enough for a row to stay on its line."""


def print_table(rows: Iterable[dict[str, str]]) -> None:
    """Print rows with their names as heads. What does not fit is folded, never cut."""
    table = Table(box=SIMPLE)
    for row in rows:
        if not table.columns:
            for name in row:
                table.add_column(name, overflow="fold")
        table.add_row(*row.values())
    console = out if out.is_terminal else _plain_console(width=WIDTH_OF_A_PIPE)
    console.print(table)
