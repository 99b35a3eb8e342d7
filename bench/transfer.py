"""How fast a store is exported and imported: `python -m bench.transfer`."""

import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from bench import filling
from bench.store_growth import Size, fill
from store.api import Store
from store.transfer import export_records, import_records


@contextmanager
def _told(what: str, copies: int) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    click.echo(f"{what}: {seconds:.1f} s, {copies / seconds:,.0f} copies a second, peak {peak} MiB")


@click.command()
@click.option("--copies", default=100_000, show_default=True)
@click.option("--postgresql", is_flag=True, help="Import into PostgreSQL, too.")
def main(copies: int, postgresql: bool) -> None:
    """Fill an SQLite store, export it, and import it elsewhere. Memory is this process's, at its peak."""
    with tempfile.TemporaryDirectory() as folder, filling.new_urls(postgresql=False) as new_url:
        file = Path(folder) / "export.jsonl"
        with closing(filling.migrated(new_url())) as source:
            fill(source, Size(copies // 100, copies))
            _export(source, file, "export from SQLite", copies)
        click.echo(f"the file has {file.stat().st_size / 1e6:.0f} MB")
        with closing(filling.migrated(new_url())) as target:
            _import(target, file, "import into SQLite", copies)
        if postgresql:
            with (
                filling.new_urls(postgresql=True) as new_database,
                closing(filling.migrated(new_database())) as target,
            ):
                _import(target, file, "import into PostgreSQL", copies)
                _export(target, file, "export from PostgreSQL", copies)


def _export(source: Store, file: Path, what: str, copies: int) -> None:
    with _told(what, copies), file.open("wb") as lines, source.read() as tx:
        export_records(tx.dump(), lines, at=datetime.now(UTC))


def _import(target: Store, file: Path, what: str, copies: int) -> None:
    with _told(what, copies), file.open("rb") as lines, target.write() as tx:
        import_records(tx, lines)


if __name__ == "__main__":
    main()
