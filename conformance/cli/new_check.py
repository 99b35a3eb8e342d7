"""`conformance new-check`: what to begin a check and a fault with."""

import re
import textwrap
from collections.abc import Collection, Sequence
from itertools import groupby
from pathlib import Path

import click

from conformance.cli.root import checks_option, cli, contract_option, load_contract, suite_of
from conformance.contract.document import Clause, Contract, Operation

_CHECK = '''

@check("{id}")
def {name}(session: Session) -> None:
    """Says what it sends, and what the answers are to be.

{text}
    """
    answer = {call}
    expect.status(answer, {status})
'''
_CHECK_IMPORTS = """from conformance.run import expect
from conformance.run.registry import check
from conformance.run.session import Session
"""
_FAULT = """{comment}
    "{id}/another_status": on({touched}).refuse(418),
"""
_NEW_FAULTS = """from conformance.selftest.combinators import on
from conformance.selftest.middleware import Fault

FAULTS: dict[str, Fault] = {{
{faults}}}
"""


@cli.command("new-check", short_help="Print what to begin a check and a fault with.")
@click.argument("named", metavar="ID", nargs=-1, required=True)
@contract_option
@checks_option
def new_check(named: tuple[str, ...], contract_file: Path | None, packages: tuple[str, ...]) -> None:
    """Print what to begin a check and a fault with, and into which files, for each clause ID.

    ID is that of a clause, or of an operation: it stands for its clauses. What there is already is left out.
    """
    contract = load_contract(contract_file)
    suite = suite_of(contract, packages)
    clauses = [clause for each in named for clause in _clauses(contract, each)]
    if contract_file is not None and not suite.has_selftest:
        lacking = [clause for clause in clauses if clause.id not in suite.checks]
        if lacking:
            click.echo(_checks(contract, "a module of your package", lacking, is_new=True))
        else:
            click.echo(f"Each clause of {' '.join(named)} has a check.", err=True)
        return
    _print_missing(contract, named, {clause.id for clause in clauses})


def _print_missing(contract: Contract, named: Sequence[str], ids: Collection[str]) -> None:
    """Print the checks and faults that clauses of access profiles lack, file by file."""
    from conformance import runner
    from conformance.selftest.faults import FAULTS
    from conformance.selftest.missing import missing

    every = missing(contract, runner.checks(), (fault.clause_id for fault in FAULTS))
    lacking = [each for each in every if each.clause.id in ids]
    for (kind, file, is_new), group in groupby(
        sorted(lacking, key=lambda each: (each.kind, each.file)),
        lambda each: (each.kind, each.file, each.is_first),
    ):
        code = _checks if kind == "check" else _faults
        click.echo(code(contract, file, [each.clause for each in group], is_new=is_new))
    if not lacking:
        click.echo(f"Each clause of {' '.join(named)} has a check and a fault.", err=True)


def _clauses(contract: Contract, named: str) -> list[Clause]:
    found = [clause for clause in contract.clauses if named in (clause.id, clause.operation_id)]
    if not found and contract.operation(named) is None:
        raise click.UsageError(f"{contract.path.name} has no clause and no operation {named}.")
    return found


def _checks(contract: Contract, file: str, clauses: Sequence[Clause], *, is_new: bool) -> str:
    """Return what goes into a file of checks, below a line that names it."""
    checks = "".join(_CHECK.format(**_words(contract, clause)) for clause in clauses)
    return f"# Into {file}:\n" + (_CHECK_IMPORTS if is_new else "") + checks


def _faults(contract: Contract, file: str, clauses: Sequence[Clause], *, is_new: bool) -> str:
    """Return what goes into a file of faults, below a line that names it."""
    faults = "".join(_FAULT.format(**_words(contract, clause)) for clause in clauses)
    return (
        f"# Into {file}:\n{_NEW_FAULTS.format(faults=faults)}"
        if is_new
        else (f"# Into FAULTS of {file}:\n{faults}")
    )


def _words(contract: Contract, clause: Clause) -> dict[str, str]:
    own = contract.operation(clause.operation_id) if clause.operation_id else None
    called = own or contract.operations[0]
    text = " ".join(clause.text.split())
    return {
        "id": clause.id,
        "name": clause.id.lower().replace("-", "_"),
        "text": textwrap.fill(f"The clause: {text}", 110, initial_indent=" " * 4, subsequent_indent=" " * 4),
        "comment": textwrap.fill(
            f"The clause: {text}", 110, initial_indent="    # ", subsequent_indent="    # "
        ),
        "call": _call(called),
        "status": str(min(contract.statuses(called))),
        "touched": "" if own is None else f'"{own.id}"',
    }


def _call(operation: Operation) -> str:
    """Return the call of an operation, with `...` for what its path takes."""
    parameters = ", ".join(f'"{name}": ...' for name in re.findall(r"{(\w+)}", operation.path))
    return f'session.call("{operation.id}"' + (f", parameters={{{parameters}}})" if parameters else ")")
