"""The options that say which server is meant, for every command that speaks to one."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from conformance.cli import config
from conformance.cli.config import Config
from conformance.cli.credentials import OptionError, SecretOptions
from conformance.cli.options import Chosen, TargetOptions, chosen_from
from conformance.cli.root import FILE
from conformance.contract.document import Contract
from conformance.http.proxy import ProxyUrlError
from conformance.http.target import TargetUrlError

Command = TypeVar("Command", bound="Callable[..., Any]")
_POSITIVE = click.FloatRange(min=0, min_open=True)
_OPTIONS = (
    click.argument("url", required=False),
    click.option(
        "--key", envvar="CONFORMANCE_KEY", help="An API key that may do everything. [CONFORMANCE_KEY]"
    ),
    click.option(
        "--viewer-key",
        envvar="CONFORMANCE_VIEWER_KEY",
        help="One that may only view. [CONFORMANCE_VIEWER_KEY]",
    ),
    click.option(
        "--role-key",
        "role_keys",
        multiple=True,
        metavar="ROLE=KEY",
        help="A key for a role: expired, revoked, scope:Roles:View …; env:NAME is taken from there.",
    ),
    click.option(
        "--credential",
        "credentials",
        multiple=True,
        metavar="[ROLE:]SCHEME=VALUE",
        help="What a security scheme of the contract takes; USER:PASSWORD for Basic; env:NAME is taken from "
        "there.",
    ),
    click.option(
        "--base", metavar="PATH", help="Where paths begin below URL, whatever the contract says of servers."
    ),
    click.option("--config", "config_file", type=FILE, help="Settings. [conformance.toml, when it is here]"),
    click.option("--timeout", type=_POSITIVE, help="Seconds for a whole request. [10]"),
    click.option("--ca-file", type=FILE, help="The authority whose TLS certificates are good."),
    click.option("--insecure", is_flag=True, help="Takes any TLS certificate."),
    click.option(
        "--proxy",
        envvar="CONFORMANCE_PROXY",
        metavar="URL",
        help="An HTTP proxy that all requests go through, like http://proxy:3128. [CONFORMANCE_PROXY]",
    ),
    click.option("--rate", type=_POSITIVE, help="Requests a second that may leave."),
    click.option("--read-only", is_flag=True, help="Sends nothing that could change something."),
)


def target_options(command: Command) -> Command:
    """Add URL and the options to a command; `take_target` reads them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def take_target(options: dict[str, Any], contract: Contract) -> tuple[Chosen, Config]:
    """Take the options out of those of a command: what they come to, and the file's settings.

    Raises:
        click.UsageError: they cannot be used.
    """
    path: Path | None = options.pop("config_file")
    here = Path(config.FILE_NAME)
    path = path or (here if here.is_file() else None)
    asked = TargetOptions(**{name: options.pop(name) for name in TargetOptions.__slots__})
    secrets = SecretOptions(**{name: options.pop(name) for name in SecretOptions.__slots__})
    try:
        settings = config.load(path, os.environ) if path else config.Config()
        chosen = chosen_from(asked, secrets, settings, contract, os.environ)
    except (config.ConfigError, OptionError, ProxyUrlError, TargetUrlError) as error:
        raise click.UsageError(str(error)) from error
    return chosen, settings
