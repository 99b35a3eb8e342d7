"""What was asked for, on the command line and in `conformance.toml`, made into a target."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from conformance.cli.config import Config
from conformance.cli.credentials import (
    OptionError,
    SecretOptions,
    credentials_by_role,
    keys_by_role,
    lacking,
    with_keys,
)
from conformance.contract.document import Contract
from conformance.http.proxy import Proxy
from conformance.http.target import Target, server_root
from conformance.http.transport import tls_context

TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class TargetOptions:
    """What the command line says of the target. What is None or empty is left to the file."""

    url: str | None = None
    base: str | None = None
    timeout: float | None = None
    ca_file: Path | None = None
    insecure: bool = False
    rate: float | None = None
    proxy: str | None = None
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the options come to.

    Attributes:
        contract: the one that was given, with its paths beginning where those of the target do.
        notes: what people should know of it, a sentence each.
    """

    target: Target
    contract: Contract
    notes: tuple[str, ...]


def chosen_from(
    options: TargetOptions,
    secrets: SecretOptions,
    config: Config,
    contract: Contract,
    environment: Mapping[str, str],
) -> Chosen:
    """Return what was chosen, on the command line or else in the file.

    Raises:
        OptionError, ConfigError, TargetUrlError, ProxyUrlError: it cannot be used.
    """
    stated = config.target
    root, contract, note = _place(options, config, contract)
    keys = keys_by_role(secrets, config, contract, environment)
    credentials = with_keys(credentials_by_role(secrets, config, contract, environment), keys, contract)
    notes = (note, *contract.notes, lacking(credentials, keys, contract))
    proxy = options.proxy or stated.proxy
    target = Target(
        root=root,
        keys=keys,
        credentials=credentials,
        timeout=options.timeout or stated.timeout or TIMEOUT,
        headers=tuple(stated.headers.items()),
        ca_file=options.ca_file or stated.ca_file,
        verify=stated.verify and not options.insecure,
        rate=options.rate or stated.rate,
        read_only=options.read_only or config.run.read_only,
        proxy=Proxy.parse(proxy) if proxy else None,
    )
    try:
        tls_context(target)
    except OSError as error:
        raise OptionError(f"{target.ca_file} holds no certificates that can be read: {error}.") from error
    return Chosen(target, contract, tuple(each for each in notes if each))


def _place(options: TargetOptions, config: Config, contract: Contract) -> tuple[str, Contract, str | None]:
    """Return the root of the target, the contract with its paths beginning there, and a note on that."""
    url = options.url or config.target.url
    if not url:
        raise OptionError("A URL is needed. Give the server's root, like http://127.0.0.1:8080.")
    base = options.base if options.base is not None else config.target.base
    if base is not None:
        root, _ = server_root(url, ())
        return root, replace(contract, servers=("/" + base.strip("/") if base.strip("/") else "",)), None
    infer = options.url is not None or not config.target.prefix_in_url
    root, note = server_root(url, contract.servers if infer else ())
    base = url.rstrip("/").removeprefix(root)
    # Whoever has clauses knows all of its servers. Those of others are for different places, and this is one.
    is_one = note is not None and not contract.clauses
    return root, contract.based_at(base) if is_one else contract, note
