"""From the options of a command to the plan of a run."""

from __future__ import annotations

import secrets
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.root import load_contract

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conformance.contract import Contract
    from conformance.known_failures import KnownFailures
    from conformance.plan import Phase, Plan

_NEED_EXTENSIONS = frozenset({"extensions", "users"})


def plan_of(
    url: str,
    *,
    key: str | None,
    viewer_key: str | None,
    profiles: str | None,
    mode: str,
    only: str | None,
    without: str | None,
    seed: int | None,
    contract_file: Path | None,
    timeout: float,
    expect_file: Path | None,
    **rest: Any,
) -> tuple[Plan, str | None]:
    """The plan that the options of `conformance check` make, and a note for the person, if there is one.

    Raises:
        click.UsageError: they do not go together; the message says what to do.
    """
    from conformance import catalogue
    from conformance.client import Target, TargetUrlError, server_root
    from conformance.plan import Mode, Plan

    if without and mode == Mode.CERTIFY:
        raise click.UsageError("--mode certify leaves nothing out: give it without --without.")
    contract = load_contract(contract_file)
    try:
        root, note = server_root(url, contract.servers)
    except TargetUrlError as error:
        raise click.UsageError(str(error)) from error
    if not key:
        raise click.UsageError("An API key is needed. Give it with --key KEY or in CONFORMANCE_KEY.")
    for option, value in (("--key", key), ("--viewer-key", viewer_key or "x")):
        if not value.isascii() or not value.isprintable() or " " in value:
            raise click.UsageError(f"{option} is no API key: it holds characters that no header can.")
    claimed = claimed_profiles(profiles, contract)
    skips = {name: f"--profile does not name {name}" for name in contract.profiles if name not in claimed}
    if profiles is None and not viewer_key and mode != Mode.CERTIFY:
        claimed -= {"scopes"}
        skips["scopes"] = "it takes a second key that may only view: give it with --viewer-key"
    return Plan(
        contract=contract,
        catalogue=catalogue.load(),
        target=Target(root, key, viewer_key or None, timeout),
        seed=secrets.randbelow(2**32) if seed is None else seed,
        profiles=claimed,
        mode=Mode(mode),
        only=_only(only, contract),
        skips=skips,
        # What is to be certified must be there.
        optional=frozenset() if profiles or mode == Mode.CERTIFY else _NEED_EXTENSIONS & claimed,
        left_out=_left_out(without),
        known=_known(expect_file, contract),
        **rest,
    ), note


def claimed_profiles(named: str | None, contract: Contract) -> frozenset[str]:
    """The profiles that `--profile` names, or all.

    Raises:
        click.UsageError: there is no such profile.
    """
    if named is None:
        return frozenset(contract.profiles)
    names = frozenset(name.strip() for name in named.split(",") if name.strip())
    if not names or names - contract.profiles.keys():
        raise click.UsageError(f"There is no profile {named!r}. There are: {', '.join(contract.profiles)}.")
    # Roles and users are resources of the extensions.
    return names | (_NEED_EXTENSIONS & contract.profiles.keys() if "users" in names else set())


def verdict_ids(contract: Contract) -> list[str]:
    """Every id that a verdict can have."""
    from conformance import fuzzing

    derived = (fuzzing.derived_id(operation.id) for operation in contract.operations)
    return [*(clause.id for clause in contract.clauses), *derived]


def _only(named: str | None, contract: Contract) -> frozenset[str] | None:
    if named is None:
        return None
    ids = verdict_ids(contract)
    chosen: set[str] = set()
    for pattern in _names(named) or [named]:
        found = {i for i in ids if fnmatchcase(i.upper(), pattern.upper())}
        if not found:
            raise click.UsageError(f"--only {pattern} matches no clause. See: conformance list")
        chosen |= found
    return frozenset(chosen)


def _left_out(named: str | None) -> dict[Phase, str]:
    from conformance.plan import Phase

    names = _names(named or "")
    possible = [str(phase) for phase in Phase if phase is not Phase.PROBE]
    for name in names:
        if name not in possible:
            raise click.UsageError(f"--without {name} names no phase. There are: {', '.join(possible)}.")
    return {Phase(name): f"--without {name}" for name in names}


def _known(expect_file: Path | None, contract: Contract) -> KnownFailures:
    from conformance import known_failures

    if expect_file is None:
        return known_failures.NONE
    try:
        return known_failures.load(expect_file, verdict_ids(contract))
    except known_failures.KnownFailuresError as error:
        raise click.UsageError(str(error)) from error


def _names(text: str) -> Sequence[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
