"""`access-profiles keys`: make, list and revoke API keys."""

import json
from datetime import datetime, timedelta
from typing import Any

import click

from domain.records import ApiKey
from server.cli.output import print_table, say
from server.cli.root import main, with_store
from server.process.clock import system_clock
from store.api import Store


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
    from server.contract.document import load_contract
    from server.http.authentication import issue_key

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
    say("The key is shown once and kept only as a hash:")
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
    print_table(
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
    say(f"Revoked {key.name} ({key.key_prefix}).")


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
