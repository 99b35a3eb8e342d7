"""The command line: `access-profiles`."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial, update_wrapper
from importlib.metadata import version
from typing import Any, Concatenate, ParamSpec

import click
from pydantic import ValidationError
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from domain.errors import DomainError
from domain.records import ApiKey
from server.clock import system_clock
from server.settings import PREFIX, Settings
from store.api import Store
from store.registry import open_store

P = ParamSpec("P")

# What people named is printed as it is: a name may look like markup.
_plain_console = partial(Console, soft_wrap=True, markup=False, highlight=False, emoji=False)
out = _plain_console()
err = _plain_console(stderr=True)

WIDTH_OF_A_PIPE = 1000
"""Columns where no terminal says how many there are: enough for a row to stay on its line."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("access-profiles"), prog_name="access-profiles")
@click.option("--store", metavar="URL", help=f"Where everything is kept. [env: {PREFIX}STORE]")
@click.pass_context
def main(context: click.Context, store: str | None) -> None:
    """Serve access profiles, and look after the store that keeps them.

    Settings come from the environment: `access-profiles config show` lists them.
    """
    given = {"store": store} if store else {}
    try:
        context.obj = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = (f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
        raise click.UsageError("; ".join(problems)) from None


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """Open the store of the settings, and turn its refusals into sentences."""
    try:
        store = open_store(settings.store)
    except (ValueError, DomainError) as error:
        raise click.ClickException(str(error)) from None
    try:
        yield store
    except DomainError as error:
        raise click.ClickException(str(error)) from None
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


@main.command()
@click.option(
    "--demo", is_flag=True, help="First migrate, seed a demo company and make a key, where missing."
)
@click.option("--host", help=f"The address to listen on. [env: {PREFIX}HOST]")
@click.option(
    "--port", type=click.IntRange(0, 65535), help=f"The port; 0 takes a free one. [env: {PREFIX}PORT]"
)
@click.pass_obj
def serve(settings: Settings, demo: bool, host: str | None, port: int | None) -> None:
    """Serve the API until Ctrl-C."""
    from server import serving

    changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings.model_copy(update=changes)
    with opened(settings) as store:
        serving.serve(settings, store, demo=demo, out=out)


@main.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when the tables are not up to date.")
@click.pass_obj
def migrate(settings: Settings, check: bool) -> None:
    """Bring the store's tables to the revision that this program needs."""
    with opened(settings) as store:
        if not check:
            store.migrate()
        store.check_ready()
    err.print("The store's tables are up to date.")


@main.command()
@click.option("--number", default=1, show_default=True, help="The seed: the same number, the same company.")
@click.option("--users", default=300, show_default=True, type=click.IntRange(0), help="How many people.")
@click.pass_obj
@with_store
def seed(store: Store, number: int, users: int) -> None:
    """Fill the store with a believable company. What is there already stays as it is."""
    from server.progress import seed_with_progress

    report = seed_with_progress(store, number=number, users=users, console=err)
    err.print(
        f"Made {report.profiles} profiles, {report.roles} roles, {report.users} users "
        f"and {report.copies} copies of profiles."
    )


@main.group()
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command("create")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, help="A permission, such as AccessProfiles:View. Repeatable."
)
@click.option("--all-scopes", is_flag=True, help="Everything, also what later versions add.")
@click.option("--expires-in", metavar="DAYS", type=click.IntRange(1), help="After how many days it expires.")
@click.pass_obj
@with_store
def create_key(
    store: Store, name: str, scopes: tuple[str, ...], all_scopes: bool, expires_in: int | None
) -> None:
    """Make an API key and print it, once. NAME tells it from others and can be used again after revoking.

    The key alone goes to standard output: KEY=$(access-profiles keys create ci --all-scopes)
    """
    from domain.credentials import ALL_SCOPES
    from server.contract import load_contract
    from server.security import issue_key

    known = sorted({operation.permission for operation in load_contract().operations})
    if unknown := [scope for scope in scopes if scope not in known]:
        raise click.UsageError(f"There is no permission {unknown[0]}. Known: {', '.join(known)}.")
    if bool(scopes) == all_scopes:
        raise click.UsageError(f"Give --all-scopes, or one or more --scope of: {', '.join(known)}.")
    now = system_clock()
    issued = issue_key(
        name,
        [ALL_SCOPES] if all_scopes else sorted(set(scopes)),
        now=now,
        expires_at=None if expires_in is None else now + timedelta(days=expires_in),
    )
    with store.write() as tx:
        tx.api_keys.add(issued.record)
    err.print("The key is shown once and kept only as a hash:")
    click.echo(issued.key)


@keys.command("list")
@click.option("--format", "output_format", type=click.Choice(["table", "json"]), default="table")
@click.pass_obj
@with_store
def list_keys(store: Store, output_format: str) -> None:
    """List API keys: never the key, only how it begins."""
    with store.read() as tx:
        rows = [_key_facts(key, system_clock()) for key in tx.api_keys.list()]
    if output_format == "json":
        click.echo(json.dumps(rows, indent=2))
        return
    _print_table(
        {
            "name": row["name"],
            "begins with": row["key_prefix"],
            "scopes": " ".join(row["scopes"]),
            "created": row["created_at"][:10],
            "expires": (row["expires_at"] or "never")[:10],
            "state": row["state"],
        }
        for row in rows
    )


@keys.command("revoke")
@click.argument("name")
@click.pass_obj
@with_store
def revoke_key(store: Store, name: str) -> None:
    """Revoke the API key called NAME. Every server on this store refuses it from its next request on."""
    with store.write() as tx:
        key = tx.api_keys.revoke(name, system_clock())
    err.print(f"Revoked {key.name} ({key.key_prefix}).")


@main.group()
def config() -> None:
    """Look at the settings."""


@config.command("show")
@click.option("--format", "output_format", type=click.Choice(["table", "json"]), default="table")
@click.pass_obj
def show_config(settings: Settings, output_format: str) -> None:
    """Show every setting: its value, the variable that sets it, and what it is for."""
    rows = settings.described()
    if output_format == "json":
        click.echo(json.dumps(rows, indent=2))
        return
    _print_table(
        {"variable": row["variable"], "value": str(row["value"]), "what it is for": row["description"]}
        for row in rows
    )


def _print_table(rows: Iterable[dict[str, str]]) -> None:
    """Print rows with their names as heads. What does not fit is folded, never cut."""
    table = Table(box=SIMPLE)
    for row in rows:
        if not table.columns:
            for name in row:
                table.add_column(name, overflow="fold")
        table.add_row(*row.values())
    console = out if out.is_terminal else _plain_console(width=WIDTH_OF_A_PIPE)
    console.print(table)


def _key_facts(key: ApiKey, now: datetime) -> dict[str, Any]:
    if key.revoked_at is not None:
        state = "revoked"
    elif key.expires_at is not None and key.expires_at <= now:
        state = "expired"
    else:
        state = "active"
    return {
        "id": key.id,
        "name": key.name,
        "key_prefix": key.key_prefix,
        "scopes": list(key.scopes),
        "created_at": key.created_at.isoformat(timespec="seconds"),
        "expires_at": key.expires_at and key.expires_at.isoformat(timespec="seconds"),
        "state": state,
    }


if __name__ == "__main__":
    sys.exit(main())
