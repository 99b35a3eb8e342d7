"""The command `conformance`."""

from __future__ import annotations

import json
import secrets
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import conformance
from conformance.verdict import ExitCode

if TYPE_CHECKING:
    from conformance.contract import Contract
    from conformance.runner import Plan

_NEED_EXTENSIONS = frozenset({"extensions", "users"})
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_contract = click.option(
    "--contract", "contract_file", type=_FILE, help="Another contract than the suite's own."
)
_format = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
_profile = click.option("--profile", "profiles", help="Profiles, with commas between. The default is all.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(conformance.__version__, prog_name="conformance")
def cli() -> None:
    """Proves whether a server keeps the access-profiles contract."""


@cli.command()
@click.argument("url")
@click.option("--key", envvar="CONFORMANCE_KEY", help="An API key that may do everything. [CONFORMANCE_KEY]")
@click.option(
    "--viewer-key", envvar="CONFORMANCE_VIEWER_KEY", help="One that may only view. [CONFORMANCE_VIEWER_KEY]"
)
@_profile
@click.option(
    "--only", help="Ids of clauses or SCHEMA-<operation>, with commas between; * stands for any text."
)
@click.option("--seed", type=click.IntRange(min=0), help="Repeats the random choices of an earlier run.")
@_contract
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
@_format
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


@cli.command("list")
@_profile
@_contract
@_format
def list_clauses(profiles: str | None, contract_file: Path | None, form: str) -> None:
    """Lists the clauses and whether each has a check."""
    from conformance import catalogue

    contract, checks = _load(contract_file), catalogue.load()
    claimed = _profiles(profiles, contract)
    clauses = [clause for clause in contract.clauses if clause.profile in claimed]
    if form == "json":
        rows = [
            {
                "id": clause.id,
                "level": clause.level,
                "profile": clause.profile,
                "operation": clause.operation_id,
                "line": clause.line,
                "checked": clause.id in checks,
                "text": clause.text,
            }
            for clause in clauses
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for clause in clauses:
        unchecked = "" if clause.id in checks else " (no check)"
        click.echo(f"{clause.id:<12}{clause.level:<8}{clause.profile:<12}{clause.text}{unchecked}")


@cli.command()
@click.argument("clause_id", metavar="ID")
@_contract
def explain(clause_id: str, contract_file: Path | None) -> None:
    """Says what a clause demands, where it stands, and how it is checked."""
    from conformance import catalogue

    contract, checks = _load(contract_file), catalogue.load()
    clause = contract.clause(clause_id) or contract.clause(clause_id.upper())
    if clause is None:
        near = [c.id for c in contract.clauses if c.id.startswith(clause_id.upper().rstrip("0123456789"))]
        hint = f" Did you mean one of {', '.join(near)}?" if clause_id and near else " See: conformance list"
        raise click.UsageError(f"The contract has no clause {clause_id}.{hint}")
    how = checks[clause.id].explanation if clause.id in checks else "This suite has no check for it."
    click.echo(f"{clause.id}  {clause.level}, profile {clause.profile}\n")
    click.echo(f"  demands    {clause.text}")
    click.echo(f"  operation  {clause.operation_id or 'every operation'}")
    click.echo(f"  stated at  {contract.path}:{clause.line}  ({clause.pointer})")
    click.echo(f"  checked    {how}")
    click.echo(f"  run it     conformance check URL --only {clause.id}")


def main() -> None:
    """The entry point: runs the command and exits with a code of the suite's own list."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs the command and returns the exit code."""
    try:
        return int(cli.main(arguments, prog_name="conformance", standalone_mode=False) or 0)
    except click.exceptions.Abort:
        click.echo("Interrupted. What the run had made was removed, if the server let it.", err=True)
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except SystemExit:
        # click's own way out when nobody reads the report any more. Its 1 would say "does not conform".
        return ExitCode.SUITE_FAILED
    except Exception as error:  # noqa: BLE001  whatever goes wrong here, it must not look like a verdict
        import traceback

        # The trace shows code and no values, so that no key is in it.
        traceback.print_tb(error.__traceback__)
        click.echo(f"The suite itself failed: {type(error).__name__}: {error}", err=True)
        return ExitCode.SUITE_FAILED


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

    contract = _load(contract_file)
    try:
        root, note = server_root(url, contract.servers)
    except TargetUrlError as error:
        raise click.UsageError(str(error)) from error
    if not key:
        raise click.UsageError("An API key is needed. Give it with --key KEY or in CONFORMANCE_KEY.")
    for option, value in (("--key", key), ("--viewer-key", viewer_key or "x")):
        if not value.isascii() or not value.isprintable() or " " in value:
            raise click.UsageError(f"{option} is no API key: it holds characters that no header can.")
    claimed = _profiles(profiles, contract)
    skips = {name: f"--profile does not name {name}" for name in contract.profiles if name not in claimed}
    if profiles is None and not viewer_key:
        claimed -= {"scopes"}
        skips["scopes"] = "it takes a second key that may only view: give it with --viewer-key"
    return Plan(
        contract=contract,
        catalogue=catalogue.load(),
        target=Target(root, key, viewer_key or None, timeout),
        seed=secrets.randbelow(2**32) if seed is None else seed,
        profiles=claimed,
        only=_only(only, contract),
        skips=skips,
        fuzz=not no_fuzz,
        max_examples=max_examples,
        optional=frozenset() if profiles else _NEED_EXTENSIONS & claimed,
        strict=strict,
    ), note


def _load(contract_file: Path | None) -> Contract:
    from conformance import contract

    try:
        return contract.load(contract_file)
    except contract.ContractError as error:
        raise click.UsageError(str(error)) from error


def _profiles(named: str | None, contract: Contract) -> frozenset[str]:
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
