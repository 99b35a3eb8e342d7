"""Keys and credentials by role, from the command line and `conformance.toml`."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from conformance.cli.config import Config, variable
from conformance.contract.document import Contract, Operation
from conformance.contract.security import Form
from conformance.http.credentials import Credential, CredentialError, of_scheme
from conformance.http.target import ADMIN, EXPIRED, REVOKED, SCOPE, VIEWER

Credentials = dict[str, dict[str, Credential]]
"""By role, then by the name of the scheme."""

_FROM_ENVIRONMENT = "env:"
_NAMED = 3


class OptionError(ValueError):
    """An option cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class SecretOptions:
    """What the command line says of keys and credentials. What is None or empty is left to the file."""

    key: str | None = field(default=None, repr=False)
    viewer_key: str | None = field(default=None, repr=False)
    role_keys: tuple[str, ...] = field(default=(), repr=False)
    credentials: tuple[str, ...] = field(default=(), repr=False)


def keys_by_role(
    options: SecretOptions, config: Config, contract: Contract, environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the keys that were given. The command line wins over the file.

    Raises:
        OptionError, ConfigError: a role is not known, or a value is no key.
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
    return {role: value for role, (_, value) in given.items()}


def credentials_by_role(
    options: SecretOptions, config: Config, contract: Contract, environment: Mapping[str, str]
) -> Credentials:
    """Return the credentials that were given for the schemes of a contract.

    Raises:
        OptionError, ConfigError: a scheme is not known, or a value is none of its credentials.
    """
    given = dict(_of_options(options, environment))
    for role, schemes in config.credentials.items():
        for scheme, name in schemes.items():
            if (role, scheme) not in given:
                place = f"{config.path}: credentials.{role}.{scheme}"
                given[role, scheme] = (place, variable(place, name, environment))
    found: Credentials = {}
    for (role, scheme), (place, text) in given.items():
        stated = contract.schemes.get(scheme)
        if stated is None:
            raise OptionError(
                f"{place}: the contract has no security scheme {scheme!r}. {_schemes(contract)}"
            )
        try:
            found.setdefault(role, {})[scheme] = of_scheme(stated, text)
        except CredentialError as error:
            raise OptionError(f"{place} is no credential of {scheme}: {error}.") from error
    return found


def with_keys(credentials: Credentials, keys: Mapping[str, str], contract: Contract) -> Credentials:
    """Return the credentials with each key as that of the first scheme that a key fits.

    Where nothing but bearer tokens is known, a key needs no scheme.

    Raises:
        OptionError: a key cannot be sent as that scheme wants it.
    """
    fitting = [each for each in contract.schemes.values() if each.form not in (Form.BASIC, Form.OTHER)]
    if not credentials and all(each.form is Form.BEARER for each in contract.schemes.values()):
        return {}
    found = {role: dict(held) for role, held in credentials.items()}
    for role, key in keys.items() if fitting else ():
        try:
            found.setdefault(role, {}).setdefault(fitting[0].name, of_scheme(fitting[0], key))
        except CredentialError as error:
            raise OptionError(f"The key of {role} cannot be sent for {fitting[0].name}: {error}.") from error
    return found


def lacking(credentials: Credentials, keys: Mapping[str, str], contract: Contract) -> str | None:
    """Return a sentence on the schemes that operations take and nothing was given for.

    Raises:
        OptionError: the contract has clauses, and there is no key with which to check them.
    """
    held = credentials.get(ADMIN, {})
    bearers = [each.name for each in contract.schemes.values() if each.form is Form.BEARER]
    known = {*held, *(bearers if ADMIN in keys and not credentials else ())}
    closed = [each for each in contract.operations if not _is_open(contract, each, known)]
    if not closed:
        return None
    if contract.clauses and not known:
        raise OptionError("An API key is needed. Give it with --key KEY or in CONFORMANCE_KEY.")
    schemes = dict.fromkeys(
        name
        for each in closed
        for names in contract.alternatives(each)
        for name in names
        if name in contract.schemes and name not in known
    )
    if not schemes:
        return None
    first = contract.schemes[next(iter(schemes))]
    value = "USER:PASSWORD" if first.form is Form.BASIC else "VALUE"
    return (
        f"Nothing was given for {_some([*schemes])}, and {_some([each.id for each in closed])} may refuse to "
        f"answer: give it with --credential {first.name}={value}."
    )


def _is_open(contract: Contract, operation: Operation, known: set[str]) -> bool:
    """Return whether somebody who has credentials for these schemes can call an operation."""
    alternatives = contract.alternatives(operation)
    return not alternatives or any(set(each) <= known for each in alternatives)


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return f"{', '.join(names[:_NAMED])} and {more} more" if more > 0 else ", ".join(names)


def _schemes(contract: Contract) -> str:
    return f"There are: {', '.join(contract.schemes)}." if contract.schemes else "It has none."


def _of_options(
    options: SecretOptions, environment: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield for each role and scheme the option and the text."""
    for text in options.credentials:
        named, equals, value = text.partition("=")
        if not equals or not named:
            raise OptionError(
                "--credential takes [ROLE:]SCHEME=VALUE, as in --credential basicAuth=env:USER_AND_PASSWORD."
            )
        role, _, scheme = named.rpartition(":")
        place = f"--credential {named}"
        yield (role or ADMIN, scheme), (place, _expanded(place, value, environment))


def _expanded(place: str, value: str, environment: Mapping[str, str]) -> str:
    if value.startswith(_FROM_ENVIRONMENT):
        return variable(place, value.removeprefix(_FROM_ENVIRONMENT), environment)
    return value


def _on_the_command_line(
    options: SecretOptions, environment: Mapping[str, str]
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
        places[role] = (place, _expanded(place, value, environment))
    return places


def _check_role(role: str, place: str, contract: Contract) -> None:
    scopes = [f"{SCOPE}{permission}" for permission in contract.permissions]
    roles = [ADMIN, VIEWER, EXPIRED, REVOKED, *scopes]
    if role not in roles:
        near = difflib.get_close_matches(role, roles, n=1)
        known = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(roles)}."
        raise OptionError(f"{place}: there is no role {role!r}. {known}")
