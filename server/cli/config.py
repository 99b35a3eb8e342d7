"""`access-profiles config`: look at the settings."""

import json

import click

from server.cli.output import print_table
from server.cli.root import main
from server.process.settings import Settings


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
    print_table(
        {"variable": row["variable"], "value": str(row["value"]), "what it is for": row["description"]}
        for row in rows
    )
