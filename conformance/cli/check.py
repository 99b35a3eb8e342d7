"""`conformance check`."""

from __future__ import annotations

import secrets
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.root import cli, contract_option, format_option, load_contract, profile_option

if TYPE_CHECKING:
    from conformance.contract import Contract
    from conformance.runner import Plan

_NEED_EXTENSIONS = frozenset({"extensions", "users"})


@cli.command()
@click.argument("url")
@click.option("--key", envvar="CONFORMANCE_KEY", help="An API key that may do everything. [CONFORMANCE_KEY]")
@click.option(
    "--viewer-key", envvar="CONFORMANCE_VIEWER_KEY", help="One that may only view. [CONFORMANCE_VIEWER_KEY]"
)
@profile_option
@click.option(
    "--only", help="Ids of clauses or SCHEMA-<operation>, with commas between; * stands for any text."
)
@click.option("--seed", type=click.IntRange(min=0), help="Repeats the random choices of an earlier run.")
@contract_option
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), default=10.0, show_default=True, help="Seconds."
)
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
def check(url: str, form: str, output: Path | None, **options: Any) -> None:
    """Checks the server whose root is URL, like http://127.0.0.1:8080.

    Exit codes: 0 it conforms, 1 it does not, 2 wrong usage, 3 not all could be checked, 4 the suite failed.
    """
    from conformance import runner
    from conformance.report import files

    plan, note = _plan(url, **options)
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
        files.write(output, results)
    raise click.exceptions.Exit(results.exit_code)


def _plan(
    url: str,
    *,
    key: str | None,
    viewer_key: str | None,
    profiles: str | None,
    only: str | None,
    seed: int | None,
    contract_file: Path | None,
    timeout: float,
    no_fuzz: bool,
    max_examples: int,
    strict: bool,
) -> tuple[Plan, str | None]:
    from conformance import catalogue
    from conformance.client import Target, TargetUrlError, server_root
    from conformance.runner import Plan

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
    if profiles is None and not viewer_key:
        claimed -= {"scopes"}
        skips["scopes"] = "it takes a second key that may only view: give it with --viewer-key"
    return Plan(
        contract=contract,
        catalogue=catalogue.load(),
        target=Target(root, {"admin": key, **({"viewer": viewer_key} if viewer_key else {})}, timeout),
        seed=secrets.randbelow(2**32) if seed is None else seed,
        profiles=claimed,
        only=_only(only, contract),
        skips=skips,
        fuzz=not no_fuzz,
        max_examples=max_examples,
        optional=frozenset() if profiles else _NEED_EXTENSIONS & claimed,
        strict=strict,
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
