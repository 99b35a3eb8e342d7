"""Where commands print, and how rows are shown.

Rich is imported by what needs it: most commands print a line or two.
"""

from collections.abc import Iterable

import click

WIDTH_OF_A_PIPE = 1000
"""Columns where no terminal says how many there are: enough for a row to stay on its line."""


def say(text: str) -> None:
    """Print a line for people, to standard error."""
    click.echo(text, err=True)


def print_table(rows: Iterable[dict[str, str]]) -> None:
    """Print rows with their names as heads. What does not fit is folded, never cut."""
    from rich.box import SIMPLE
    from rich.table import Table

    from server.cli.terminal import console

    table = Table(box=SIMPLE)
    for row in rows:
        if not table.columns:
            for name in row:
                table.add_column(name, overflow="fold")
        table.add_row(*row.values())
    out = console()
    if not out.is_terminal:
        out = console(width=WIDTH_OF_A_PIPE)
    out.print(table)
