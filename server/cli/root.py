"""The command that all others hang on, and how they get the store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import update_wrapper
from typing import Concatenate, ParamSpec

import click

from domain.errors import DomainError
from server.process.settings import Settings, load_settings, variable
from store.api import Store

P = ParamSpec("P")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="access-profiles", prog_name="access-profiles")
@click.option("--store", metavar="URL", help=f"Where everything is kept. [env: {variable('store')}]")
@click.pass_context
def main(context: click.Context, store: str | None) -> None:
    """Serve access profiles, and look after the store that keeps them.

    Settings come from the environment: `access-profiles config show` lists them.
    """
    try:
        context.obj = load_settings(**({"store": store} if store else {}))
    except ValueError as error:
        raise click.UsageError(str(error)) from None


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a store refuses into a sentence and exit 1."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """Open the store of the settings, and turn its refusals into sentences."""
    from store.registry import open_store

    try:
        store = open_store(settings.store)
    except (ValueError, DomainError) as error:
        raise click.ClickException(str(error)) from None
    try:
        with refusals():
            yield store
    finally:
        store.close()


def with_store(
    command: Callable[Concatenate[Store, P], None],
) -> Callable[Concatenate[Settings, P], None]:
    """Give a command the store, ready to use, in place of the settings."""

    def run(settings: Settings, /, *args: P.args, **kwargs: P.kwargs) -> None:
        with opened(settings) as store:
            store.check_ready()
            command(store, *args, **kwargs)

    return update_wrapper(run, command)
