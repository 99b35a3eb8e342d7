"""`conformance check`."""

from __future__ import annotations

import secrets
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.root import cli, contract_option, format_option, load_contract, profile_option
from conformance.cli.target import take_target, target_options
from conformance.verdict import ExitCode

if TYPE_CHECKING:
    from conformance.contract import Contract
    from conformance.runner import Plan

_NEED_EXTENSIONS = frozenset({"extensions", "users"})


@cli.command()
@target_options
@profile_option
@click.option(
    "--only", help="Ids of clauses or SCHEMA-<operation>, with commas between; * stands for any text."
)
@click.option("--seed", type=click.IntRange(min=0), help="Repeats the random choices of an earlier run.")
@contract_option
@click.option("--no-fuzz", is_flag=True, help="Checks the clauses alone, not the schemas.")
@click.option(
    "--max-examples",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Fuzzing, per operation.",
)
@format_option
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for results.json and junit.xml.",
)
@click.option("--strict", is_flag=True, help="Counts SHOULD as MUST.")
def check(form: str, output: Path | None, **options: Any) -> None:
    """Checks the server whose root is URL, like http://127.0.0.1:8080.

    Exit codes: 0 it conforms, 1 it does not, 2 wrong usage, 3 not all could be checked, 4 the suite failed.
    """
    from conformance import runner
    from conformance.report import files

    plan, note = _plan(options)
    if note:
        click.echo(note, err=True)
    if output is not None:
        try:
            files.prepare(output)
        except OSError as error:
            raise click.UsageError(f"No reports can be written to {output}: {error}") from error
    if form == "json":
        results = runner.run(plan)
        if results.obstacle:
            click.echo(results.obstacle, err=True)
        click.echo(files.results_json(results), nl=False)
    else:
        from rich.console import Console

        from conformance.report.text import TextReport

        report = TextReport(Console(highlight=False))
        report.begin(plan)
        results = runner.run(plan, report.observe)
        report.finish(results)
    if output is not None:
        try:
            files.write(output, results)
        except OSError as error:
            click.echo(f"The reports cannot be written to {output}: {error}.", err=True)
            raise click.exceptions.Exit(ExitCode.SUITE_FAILED) from error
    raise click.exceptions.Exit(results.exit_code)


def _plan(options: dict[str, Any]) -> tuple[Plan, str | None]:
    from conformance import catalogue
    from conformance.runner import Plan

    contract = load_contract(options["contract_file"])
    target, note, settings = take_target(options, contract)
    asked = settings.run
    named = _first(options["profiles"], asked.profiles)
    claimed = claimed_profiles(named, contract)
    skips = {name: f"--profile does not name {name}" for name in contract.profiles if name not in claimed}
    seed = asked.seed if options["seed"] is None else options["seed"]
    return Plan(
        contract=contract,
        catalogue=catalogue.load(),
        target=target,
        seed=secrets.randbelow(2**32) if seed is None else seed,
        profiles=claimed,
        only=_only(_first(options["only"], asked.only), contract),
        skips=skips,
        fuzz=not options["no_fuzz"],
        max_examples=options["max_examples"],
        # What was not claimed in so many words is found out by asking.
        optional=claimed if named is None else frozenset(),
        strict=options["strict"] or asked.strict,
    ), note


def _first(option: str | None, setting: tuple[str, ...] | None) -> str | None:
    """What the command line says, or else the file."""
    return ",".join(setting) if option is None and setting is not None else option


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


def _only(named: str | None, contract: Contract) -> frozenset[str] | None:
    from conformance.fuzz.engine import derived_id

    if named is None:
        return None
    ids = [clause.id for clause in contract.clauses] + [derived_id(o.id) for o in contract.operations]
    chosen: set[str] = set()
    for pattern in named.split(","):
        found = {i for i in ids if fnmatchcase(i.upper(), pattern.strip().upper())}
        if not found:
            raise click.UsageError(f"--only {pattern.strip()} matches no clause. See: conformance list")
        chosen |= found
    return frozenset(chosen)
