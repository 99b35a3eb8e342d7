"""`access-profiles backup`, `restore`, `export` and `import`: everything that the store keeps, out and in."""

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click

from server.cli.output import say
from server.cli.root import main, refusals, with_store
from server.process.clock import system_clock
from server.process.settings import Settings
from store.api import Store

STANDARD = Path("-")
"""Stands for standard input or output."""

force_option = click.option("--force", is_flag=True, help="Replace FILE if it exists.")


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@force_option
@click.pass_obj
def backup(settings: Settings, file: Path, force: bool) -> None:
    """Copy a store on SQLite into FILE, while servers go on reading and writing.

    FILE holds everything that was answered before the backup began. It is checked before it takes its name.
    PostgreSQL has pg_dump.

    \b
    access-profiles backup /backups/profiles-$(date +%F).db
    """  # noqa: D301
    from server.cli.progress import pages_shown
    from server.cli.terminal import console
    from store.sqlite.backup import back_up

    with refusals(), pages_shown("Copying", console(stderr=True)) as progress:
        revision = back_up(settings.store, file, force=force, progress=progress)
    say(f"Backed up to {file}: {file.stat().st_size:,} octets, revision {revision}, checked.")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def restore(settings: Settings, file: Path) -> None:
    """Put the backup FILE in the place of a store on SQLite. Stop its servers first.

    The backup is checked before anything is replaced, and what was replaced is kept beside the store.
    PostgreSQL has pg_restore.

    \b
    access-profiles restore /backups/profiles-2026-03-01.db
    """  # noqa: D301
    from server.cli.progress import pages_shown
    from server.cli.terminal import console
    from store.sqlite.backup import restore as restore_store

    with refusals(), pages_shown("Copying", console(stderr=True)) as progress:
        restored = restore_store(settings.store, file, at=system_clock(), progress=progress)
    say(f"Restored {file}, revision {restored.revision}. To bring its tables up: access-profiles migrate")
    if restored.kept is not None:
        say(f"The store that was replaced is kept as {restored.kept}")


@main.command("export")
@click.argument("file", type=click.Path(path_type=Path), default=STANDARD)
@force_option
@click.pass_obj
@with_store
def export_store(store: Store, file: Path, force: bool) -> None:
    """Write everything that the store keeps to FILE, as lines of JSON that any store can import.

    It is one consistent state; servers go on reading and writing. Of keys there are only hashes. Without
    FILE, or with -, it goes to standard output.

    \b
    access-profiles export profiles.jsonl
    access-profiles export | gzip > profiles.jsonl.gz
    """  # noqa: D301
    from server.cli.progress import records_shown
    from server.cli.terminal import console
    from store.atomic_files import new_file
    from store.transfer import export_records

    with store.read() as tx:
        records = records_shown("Exporting", tx.dump(), console(stderr=True))
        write = partial(export_records, records, at=system_clock())
        if file == STANDARD:
            counts = write(sys.stdout.buffer)
            sys.stdout.buffer.flush()
        else:
            with new_file(file, force=force) as part, part.open("wb") as lines:
                counts = write(lines)
    say(f"Exported {_told(counts)}.")


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.pass_obj
@with_store
def import_store(store: Store, file: Path) -> None:
    """Fill an empty store from FILE, which `access-profiles export` wrote; - is standard input.

    Everything is kept as it was: ids, versions, times, the audit log, keys with their hashes. It is imported
    whole or not at all.

    \b
    access-profiles --store postgresql://me@host/db migrate
    access-profiles --store postgresql://me@host/db import profiles.jsonl
    gunzip < profiles.jsonl.gz | access-profiles import -
    """  # noqa: D301
    from server.cli.progress import records_shown
    from server.cli.terminal import console
    from store.transfer import import_records

    watch = partial(records_shown, "Importing", console=console(stderr=True))
    lines = sys.stdin.buffer if file == STANDARD else file.open("rb")
    with lines, store.write() as tx:
        counts = import_records(tx, lines, watch=watch)
    say(f"Imported {_told(counts)}.")


def _told(counts: Mapping[str, int]) -> str:
    """Return the numbers of records as the end of a sentence."""
    from store.api.transfer import phrase

    told = [f"{phrase(kind)}: {count:,}" for kind, count in counts.items() if kind != "last_id"]
    return ", ".join(told) or "an empty store"
