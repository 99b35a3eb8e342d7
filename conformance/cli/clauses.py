"""What the clauses are: `conformance list` and `conformance explain`."""

import difflib
import json
import shlex
from pathlib import Path

import click

from conformance.cli.planning import claimed_profiles
from conformance.cli.root import (
    checks_option,
    cli,
    contract_option,
    format_option,
    load_contract,
    profile_option,
    suite_of,
)
from conformance.contract.document import Clause, Contract
from conformance.run.plan import Statement
from conformance.runner import Suite


@cli.command("list")
@profile_option
@contract_option
@checks_option
@format_option
def list_clauses(
    profiles: str | None, contract_file: Path | None, packages: tuple[str, ...], form: str
) -> None:
    """List the clauses and whether each has a check."""
    contract = load_contract(contract_file)
    checks = suite_of(contract, packages).checks
    claimed = claimed_profiles(profiles, contract)
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
    if not contract.clauses:
        first = next(iter(suite_of(contract, packages).ids(contract)), "")
        click.echo(
            f"{contract.path} states no clauses (x-clauses): its {len(contract.operations)} operations are "
            f"checked by their schemas. See: conformance explain '{first}'{_named(contract)}"
        )
    for clause in clauses:
        unchecked = "" if clause.id in checks else " (no check)"
        click.echo(f"{clause.id:<12}{clause.level:<8}{clause.profile:<12}{clause.text}{unchecked}")


@cli.command(short_help="Say what an id demands, and how that is checked.")
@click.argument("clause_id", metavar="ID")
@contract_option
@checks_option
def explain(clause_id: str, contract_file: Path | None, packages: tuple[str, ...]) -> None:
    """Say what ID demands, where it stands, how it is checked, and which faults prove the check.

    ID is that of a clause (AP-GET-001), or of what the schemas state (S.createRole.body.name.maxLength).
    """
    contract = load_contract(contract_file)
    suite = suite_of(contract, packages)
    clause = contract.clause(clause_id) or contract.clause(clause_id.upper())
    if clause is not None:
        _explain_clause(contract, clause, suite)
        return
    statement = suite.explain(contract, clause_id)
    if statement is not None:
        _explain_derived(contract, clause_id, statement, suite)
        return
    raise click.UsageError(f"The contract has no clause {clause_id}.{_hint(contract, suite, clause_id)}")


def _hint(contract: Contract, suite: Suite, wanted: str) -> str:
    """Return the end of a sentence about an id that there is not: some that are near."""
    near = [c.id for c in contract.clauses if c.id.startswith(wanted.upper().rstrip("0123456789"))]
    if not near:
        known = {each.upper(): each for each in suite.ids(contract)}
        near = [known[each] for each in difflib.get_close_matches(wanted.upper(), known)]
    return f" Did you mean one of {', '.join(near)}?" if wanted and near else " See: conformance list"


def _explain_clause(contract: Contract, clause: Clause, suite: Suite) -> None:
    checks = suite.checks
    how = checks[clause.id].explanation if clause.id in checks else "This suite has no check for it."
    click.echo(f"{clause.id}  {clause.level}, profile {clause.profile}\n")
    click.echo(f"  demands    {clause.text}")
    click.echo(f"  operation  {clause.operation_id or 'every operation'}")
    click.echo(f"  stated at  {contract.path}:{clause.line}  ({clause.pointer})")
    click.echo(f"  checked    {how}")
    if suite.has_selftest:
        from conformance.selftest.faults import FAULTS

        proofs = ", ".join(seeded.name for seeded in FAULTS if seeded.clause_id == clause.id)
        click.echo(f"  proved by  {proofs or 'nothing: no fault breaks it'}")
        click.echo(f"  prove it   conformance selftest --only {clause.id}")
    click.echo(f"  run it     conformance check URL --only {clause.id}{_named(contract)}")


def _explain_derived(contract: Contract, verdict_id: str, statement: Statement, suite: Suite) -> None:
    where = ".".join(verdict_id.split(".")[1:])
    click.echo(f"{verdict_id}  MUST, from the schemas\n")
    click.echo(f"  demands    {statement.text}")
    click.echo(f"  stated at  {contract.path}:{contract.line(statement.pointer)}  ({statement.pointer})")
    click.echo(f"  checked    {statement.how}")
    if suite.has_selftest:
        click.echo(f"  prove it   conformance selftest --part mutants --only '{where}*'")
    click.echo(f"  run it     conformance check URL --only '{verdict_id}'{_named(contract)}")


def _named(contract: Contract) -> str:
    """Return the option that names a contract, where it is not the suite's own."""
    return "" if contract.is_own else f" --contract {shlex.quote(str(contract.path))}"
