"""`access-profiles migrate`: the revision of the store's tables."""

import sys
from collections.abc import Sequence

import click

from server.cli.output import print_table, say
from server.cli.root import main, opened
from server.process.settings import Settings
from store.api import BASE, Revision, Store


@main.command()
@click.option("--to", metavar="REVISION", help=f"Go up or down to this revision; {BASE} drops all tables.")
@click.option("--yes", is_flag=True, help="Do not ask before going down.")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when the tables are not up to date.")
@click.option("--history", is_flag=True, help="Change nothing; list the revisions.")
@click.pass_obj
def migrate(settings: Settings, to: str | None, yes: bool, check: bool, history: bool) -> None:
    """Bring the store's tables to the revision that this program needs, or to another one.

    Going down drops data: it is said what, and asked first. Servers refuse to start on another revision than
    their own.

    \b
    access-profiles migrate                  make the tables, or update them
    access-profiles migrate --check          in a deployment, before the servers start
    access-profiles migrate --history        what there is, and where the tables are
    access-profiles migrate --to base --yes  drop everything
    """  # noqa: D301
    if (to is not None) + check + history > 1:
        raise click.UsageError("Give only one of --to, --check and --history.")
    with opened(settings) as store:
        if history:
            _print_history(store)
        elif to is not None:
            _go_to(store, to, yes=yes)
        else:
            if not check:
                store.migrate()
            store.check_ready()
            say("The store's tables are up to date.")


def _print_history(store: Store) -> None:
    revisions = store.revisions()
    if not revisions:
        raise click.ClickException("This store has no tables, and so no revisions.")
    present = _place(revisions)
    print_table(
        {
            "revision": revision.name,
            "state": "missing" if place > present else "present" if revision.is_present else "done",
            "what it brings": revision.summary,
        }
        for place, revision in enumerate(revisions, start=1)
    )


def _go_to(store: Store, to: str, *, yes: bool) -> None:
    revisions = store.revisions()
    places = {BASE: 0} | {revision.name: place for place, revision in enumerate(revisions, start=1)}
    present = _place(revisions)
    dropped = revisions[places[to] : present] if to in places else ()
    if dropped and not yes:
        _ask(dropped, to)
    say(f"The store's tables are at revision {store.migrate(to)}.")


def _ask(dropped: Sequence[Revision], to: str) -> None:
    say(f"Going down to {to} drops, and nothing brings it back:")
    for revision in reversed(dropped):
        say(f"  {revision.name}: {revision.drops}")
    if not is_terminal():
        raise click.ClickException(
            "Nothing was changed. Keep a copy (access-profiles backup FILE), then repeat it with --yes."
        )
    if not click.confirm("Go down?", err=True):
        raise click.ClickException("Nothing was changed.")


def is_terminal() -> bool:
    """Return whether there is somebody to ask."""
    return sys.stdin.isatty()


def _place(revisions: Sequence[Revision]) -> int:
    """Return the place of the present revision, counted from 1; 0 when there are no tables."""
    return next((place for place, revision in enumerate(revisions, start=1) if revision.is_present), 0)
