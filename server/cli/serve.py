"""`access-profiles serve` and `access-profiles seed`."""

import gc

import click
import msgspec

from server.cli.output import say
from server.cli.root import main, opened, with_store
from server.process.settings import Settings, variable
from store.api import Store


@main.command()
@click.option(
    "--demo", is_flag=True, help="First migrate, seed a demo company and make a key, where missing."
)
@click.option("--host", help=f"The address to listen on. [env: {variable('host')}]")
@click.option(
    "--port", type=click.IntRange(0, 65535), help=f"The port; 0 takes a free one. [env: {variable('port')}]"
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help=f"How many processes serve, at most one for each core. [env: {variable('workers')}; default: 1]",
)
@click.pass_obj
def serve(settings: Settings, demo: bool, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the API until Ctrl-C."""
    # What a start makes stays: collections would only look at it again and again. Serving turns them on.
    gc.disable()
    try:
        from server.cli import serving
        from server.contract.document import ContractMismatch
        from store.registry import scheme_of

        given = {"host": host, "port": port, "workers": workers}
        changes = {name: value for name, value in given.items() if value is not None}
        settings = msgspec.structs.replace(settings, **changes)
        with opened(settings) as store:
            if settings.workers > 1 and scheme_of(settings.store) == "memory":
                raise click.UsageError(
                    f"{settings.workers} workers would each have a memory of their own. Serve this store "
                    "with one worker, or another store (access-profiles --store sqlite:///FILE)."
                )
            try:
                serving.serve(settings, store, demo=demo)
            except ContractMismatch as error:
                raise click.ClickException(str(error)) from None
    finally:
        gc.enable()


@main.command()
@click.option("--number", default=1, show_default=True, help="The seed: the same number, the same company.")
@click.option("--users", default=300, show_default=True, type=click.IntRange(0), help="How many people.")
@click.pass_obj
@with_store
def seed(store: Store, number: int, users: int) -> None:
    """Fill the store with a believable company. What is there already stays as it is."""
    from server.cli.progress import seed_with_progress
    from server.cli.terminal import console

    report = seed_with_progress(store, number=number, users=users, console=console(stderr=True))
    say(
        f"Made {report.profiles} profiles, {report.roles} roles, {report.users} users "
        f"and {report.copies} copies of profiles."
    )
