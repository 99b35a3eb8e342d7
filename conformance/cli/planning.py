"""From the options of a command to the plan of a run."""

import secrets
from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import Any

import click

from conformance.cli.root import load_contract, named, suite_of
from conformance.cli.target import take_target
from conformance.contract.dated_entries import EntriesError
from conformance.contract.document import Contract
from conformance.run.expected_failures import ExpectedFailures
from conformance.run.plan import JOBS, Plan
from conformance.runner import Suite

_NEED_EXTENSIONS = frozenset({"extensions", "users"})


def plan_of(options: dict[str, Any]) -> tuple[Plan, tuple[str, ...]]:
    """Return the plan that the options of `conformance check` make, and notes for the person.

    Raises:
        click.UsageError: they do not go together; the message says what to do.
    """
    from conformance import runner
    from conformance.run.plan import Mode

    stated = load_contract(options["contract_file"])
    suite = suite_of(stated, options["packages"])
    chosen, settings = take_target(options, stated)
    contract = chosen.contract
    asked = settings.run
    mode = Mode(options["mode"] or asked.mode or Mode.STANDARD)
    if options["without"] and mode is Mode.CERTIFY:
        raise click.UsageError("--mode certify leaves nothing out: give it without --without.")
    profiles = options["profiles"]
    if profiles is None and asked.profiles is not None:
        profiles = ",".join(asked.profiles)
    claimed = claimed_profiles(profiles, contract)
    seed = asked.seed if options["seed"] is None else options["seed"]
    return runner.planned(
        contract,
        chosen.target,
        secrets.randbelow(2**32) if seed is None else seed,
        suite=suite,
        profiles=claimed,
        mode=mode,
        only=_only(
            options["only"] or asked.only or (), suite.ids(contract), named(stated, options["packages"])
        ),
        skips={name: f"--profile does not name {name}" for name in contract.profiles if name not in claimed},
        # What was not claimed in so many words is found out by asking; what is to be certified must be there.
        optional=frozenset() if profiles or mode is Mode.CERTIFY else claimed,
        omitted=_omitted(options["without"], suite),
        excluded=_excluded(options["exclude"], contract),
        budget=options["budget"] or asked.budget,
        jobs=options["jobs"] or settings.target.parallel or JOBS,
        max_examples=options["max_examples"],
        strict=options["strict"] or asked.strict,
        expected=_expected(options["expect_file"] or asked.expect, suite.ids(contract)),
        allow_stale=options["allow_stale"],
        packages=options["packages"],
        label=options["label"] or settings.target.label,
    ), chosen.notes


def claimed_profiles(named: str | None, contract: Contract) -> frozenset[str]:
    """Return the profiles that `--profile` names, or all.

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


def _only(lists: Sequence[str], ids: Sequence[str], options: str) -> frozenset[str] | None:
    if not lists:
        return None
    chosen: set[str] = set()
    known = {each.upper(): each for each in ids}
    # A name in a contract may hold what is part of a pattern, or parts a list.
    given = ([named] if named.upper() in known else _names([named]) or [named] for named in lists)
    for pattern in chain.from_iterable(given):
        exact = {known[pattern.upper()]} if pattern.upper() in known else set()
        found = exact or {i for i in ids if fnmatchcase(i.upper(), pattern.upper())}
        if not found:
            raise click.UsageError(
                f"--only {pattern} matches no clause. See: conformance list --derived{options}"
            )
        chosen |= found
    return frozenset(chosen)


def _omitted(lists: Sequence[str], suite: Suite) -> dict[str, str]:
    _, *others = (phase.name for phase in suite.phases)
    names = _names(lists)
    for name in names:
        if name not in others:
            raise click.UsageError(f"--without {name} names no phase. There are: {', '.join(others)}.")
    return {name: f"--without {name}" for name in names}


def _excluded(lists: Sequence[str], contract: Contract) -> frozenset[str]:
    chosen: set[str] = set()
    for pattern in _names(lists):
        found = {
            each.id
            for each in contract.operations
            if fnmatchcase(each.id, pattern) or f"{each.method} {each.path}" == pattern
        }
        if not found:
            raise click.UsageError(f"--exclude {pattern} matches no operation of the contract.")
        chosen |= found
    return frozenset(chosen)


def _expected(expect_file: Path | None, ids: Sequence[str]) -> ExpectedFailures:
    from conformance.run import expected_failures

    if expect_file is None:
        return expected_failures.NONE
    try:
        return expected_failures.load(expect_file, ids)
    except EntriesError as error:
        raise click.UsageError(str(error)) from error


def _names(lists: Sequence[str]) -> Sequence[str]:
    """Return the names of all lists; commas part those of one."""
    return [name.strip() for text in lists for name in text.split(",") if name.strip()]
