"""What the clauses are: `conformance list` and `conformance explain`."""

import difflib
import json
from pathlib import Path
from typing import Any

import click

from conformance.cli.planning import claimed_profiles
from conformance.cli.root import (
    checks_option,
    cli,
    contract_option,
    format_option,
    load_contract,
    named,
    profile_option,
    suite_of,
)
from conformance.contract.document import Clause, Contract, Level
from conformance.run.plan import Statement
from conformance.runner import Suite

_MOST_NEAR = 3


@cli.command("list")
@profile_option
@contract_option
@checks_option
@click.option(
    "--derived", is_flag=True, help="Also what the schemas state, and other checks without a clause."
)
@format_option
def list_clauses(
    profiles: str | None, contract_file: Path | None, packages: tuple[str, ...], form: str, *, derived: bool
) -> None:
    """List the clauses and whether each has a check."""
    contract = load_contract(contract_file)
    suite = suite_of(contract, packages)
    claimed = claimed_profiles(profiles, contract)
    clauses = [clause for clause in contract.clauses if clause.profile in claimed]
    more = _derived(contract, suite) if derived else []
    if form == "json":
        rows = [
            *(_row(clause, suite) for clause in clauses),
            *(_derived_row(contract, *each) for each in more),
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if not contract.clauses and not derived:
        click.echo(
            f"{contract.path} states no clauses (x-clauses): its {len(contract.operations)} operations are "
            f"checked by their schemas. See: conformance list --derived{named(contract, packages)}"
        )
    width = max([10, *(len(clause.id) for clause in clauses)])
    for clause in clauses:
        unchecked = "" if clause.id in suite.checks else " (no check)"
        click.echo(f"{clause.id:<{width}}  {clause.level:<8}{clause.profile:<12}{clause.text}{unchecked}")
    for verdict_id, statement in more:
        click.echo(f"{verdict_id}  {statement.text}")


def _derived(contract: Contract, suite: Suite) -> list[tuple[str, Statement]]:
    """Return what is checked without a clause, by its ids."""
    told = (
        (each, suite.explain(contract, each)) for each in suite.ids(contract) if not contract.clause(each)
    )
    return [(verdict_id, statement) for verdict_id, statement in told if statement is not None]


def _row(clause: Clause, suite: Suite) -> dict[str, Any]:
    return {
        "id": clause.id,
        "level": clause.level,
        "profile": clause.profile,
        "operation": clause.operation_id,
        "line": clause.line,
        "checked": clause.id in suite.checks,
        "text": clause.text,
    }


def _derived_row(contract: Contract, verdict_id: str, statement: Statement) -> dict[str, Any]:
    return {
        "id": verdict_id,
        "level": Level.MUST,
        "line": contract.line(statement.pointer),
        "checked": True,
        "text": statement.text,
    }


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
    options = named(contract, packages)
    clause = contract.clause(clause_id) or contract.clause(clause_id.upper())
    if clause is not None:
        _explain_clause(contract, clause, suite, options)
        return
    statement = suite.explain(contract, clause_id)
    if statement is not None:
        _explain_derived(contract, clause_id, statement, suite, options)
        return
    near = _near(contract, suite, clause_id)
    hint = f"Did you mean one of {', '.join(near)}?" if near else f"See: conformance list --derived{options}"
    raise click.UsageError(f"The contract has no clause {clause_id}. {hint}")


def _near(contract: Contract, suite: Suite, wanted: str) -> list[str]:
    """Return the ids that are most like one that there is not: clauses of its family, if it has one."""
    known = {each.upper(): each for each in suite.ids(contract)}
    family = wanted.upper().rstrip("0123456789")
    kin = [each.id.upper() for each in contract.clauses if family and each.id.startswith(family)]
    cutoff = 0.0 if kin else 0.6
    return [
        known[each] for each in difflib.get_close_matches(wanted.upper(), kin or known, _MOST_NEAR, cutoff)
    ]


def _explain_clause(contract: Contract, clause: Clause, suite: Suite, options: str) -> None:
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
    click.echo(f"  run it     conformance check URL --only {clause.id}{options}")


def _explain_derived(
    contract: Contract, verdict_id: str, statement: Statement, suite: Suite, options: str
) -> None:
    where = ".".join(verdict_id.split(".")[1:])
    click.echo(f"{verdict_id}  MUST, from the schemas\n")
    click.echo(f"  demands    {statement.text}")
    click.echo(f"  stated at  {contract.path}:{contract.line(statement.pointer)}  ({statement.pointer})")
    click.echo(f"  checked    {statement.how}")
    if suite.has_selftest:
        click.echo(f"  prove it   conformance selftest --part mutants --only '{where}*'")
    click.echo(f"  run it     conformance check URL --only '{verdict_id}'{options}")
