"""What was asked for, on the command line and in `conformance.toml`, made into a target."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance.cli.config import Config, variable
from conformance.contract.document import Contract
from conformance.http.target import ADMIN, EXPIRED, REVOKED, SCOPE, VIEWER, Target, server_root
from conformance.http.transport import tls_context

TIMEOUT = 10.0
_FROM_ENVIRONMENT = "env:"


class OptionError(ValueError):
    """An option cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """What the command line says of the target. What is None or empty is left to the file."""

    url: str | None = None
    key: str | None = None
    viewer_key: str | None = None
    role_keys: tuple[str, ...] = ()
    timeout: float | None = None
    ca_file: Path | None = None
    insecure: bool = False
    rate: float | None = None
    read_only: bool = False


def target_from(
    options: TargetOptions, config: Config, contract: Contract, environment: Mapping[str, str]
) -> tuple[Target, str | None]:
    """The target, and a note when its root had to be inferred from a URL that goes deeper.

    Raises:
        OptionError, ConfigError, TargetUrlError: it cannot be made.
    """
    stated = config.target
    url = options.url or stated.url
    if not url:
        raise OptionError("A URL is needed. Give the server's root, like http://127.0.0.1:8080.")
    infer = options.url is not None or not stated.prefix_in_url
    root, note = server_root(url, contract.servers if infer else ())
    target = Target(
        root=root,
        keys=keys_by_role(options, config, contract, environment),
        timeout=options.timeout or stated.timeout or TIMEOUT,
        headers=tuple(stated.headers.items()),
        ca_file=options.ca_file or stated.ca_file,
        verify=stated.verify and not options.insecure,
        rate=options.rate or stated.rate,
        read_only=options.read_only or config.run.read_only,
    )
    try:
        tls_context(target)
    except OSError as error:
        raise OptionError(f"{target.ca_file} holds no certificates that can be read: {error}.") from error
    return target, note


def keys_by_role(
    options: TargetOptions, config: Config, contract: Contract, environment: Mapping[str, str]
) -> dict[str, str]:
    """The keys that were given. The command line wins over the file.

    Raises:
        OptionError, ConfigError: a role is not known, a value is no key, or none may do everything.
    """
    given = _on_the_command_line(options, environment)
    for role, name in config.keys.items():
        if role not in given:
            place = f"{config.path}: keys.{role}"
            given[role] = (place, variable(place, name, environment))
    for role, (place, value) in given.items():
        _check_role(role, place, contract)
        if not value.isascii() or not value.isprintable() or " " in value or not value:
            raise OptionError(f"{place} is no API key: it holds characters that no header can, or nothing.")
    if ADMIN not in given:
        raise OptionError("An API key is needed. Give it with --key KEY or in CONFORMANCE_KEY.")
    return {role: value for role, (_, value) in given.items()}


def _on_the_command_line(
    options: TargetOptions, environment: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """For each role the option and the key."""
    places: dict[str, tuple[str, str]] = {}
    if options.key:
        places[ADMIN] = ("--key", options.key)
    if options.viewer_key:
        places[VIEWER] = ("--viewer-key", options.viewer_key)
    for text in options.role_keys:
        role, equals, value = text.partition("=")
        if not equals:
            raise OptionError("--role-key takes ROLE=KEY, as in --role-key expired=env:EXPIRED_KEY.")
        place = f"--role-key {role}"
        if value.startswith(_FROM_ENVIRONMENT):
            value = variable(place, value.removeprefix(_FROM_ENVIRONMENT), environment)
        places[role] = (place, value)
    return places


def _check_role(role: str, place: str, contract: Contract) -> None:
    scopes = [f"{SCOPE}{permission}" for permission in contract.permissions]
    roles = [ADMIN, VIEWER, EXPIRED, REVOKED, *scopes]
    if role not in roles:
        near = difflib.get_close_matches(role, roles, n=1)
        known = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(roles)}."
        raise OptionError(f"{place}: there is no role {role!r}. {known}")
