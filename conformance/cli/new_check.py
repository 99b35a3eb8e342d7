"""`conformance new-check`: what to begin a check and a fault with."""

import re

import click

from conformance.cli.root import cli, load_contract
from conformance.contract.document import Clause, Contract, Operation

_CHECK = '''# Into {file}:
@check("{id}")
def {name}(session: Session) -> None:
    """Says what it sends, and what the answers are to be.

    The clause: {text}
    """
    answer = {call}
    expect.status(answer, {status})
'''
_FAULT = """# Into {file}:
@breaks("{id}")
async def {name}_is_broken(request: Request, inner: Inner, state: State) -> Response:
    # The clause: {text}
    return {response}
"""


@cli.command("new-check")
@click.argument("named", metavar="ID", nargs=-1, required=True)
def new_check(named: tuple[str, ...]) -> None:
    """Prints what to begin a check and a fault with, and into which files, for each clause ID.

    ID is that of a clause, or of an operation: it stands for its clauses. What there is already is left out.
    """
    from conformance import runner
    from conformance.selftest.faults import FAULTS
    from conformance.selftest.missing import missing

    contract = load_contract(None)
    ids = {clause.id for each in named for clause in _clauses(contract, each)}
    lacking = [
        each
        for each in missing(contract, runner.checks(), (fault.clause_id for fault in FAULTS))
        if each.clause.id in ids
    ]
    for each in sorted(lacking, key=lambda each: each.kind):
        form = _CHECK if each.kind == "check" else _FAULT
        click.echo(form.format(file=each.file, **_words(contract, each.clause)))
    if not lacking:
        click.echo(f"Each clause of {' '.join(named)} has a check and a fault.", err=True)


def _clauses(contract: Contract, named: str) -> list[Clause]:
    found = [clause for clause in contract.clauses if named in (clause.id, clause.operation_id)]
    if not found and contract.operation(named) is None:
        raise click.UsageError(f"{contract.path.name} has no clause and no operation {named}.")
    return found


def _words(contract: Contract, clause: Clause) -> dict[str, str]:
    operation = contract.operation(clause.operation_id) if clause.operation_id else None
    return {
        "id": clause.id,
        "name": clause.id.lower().replace("-", "_"),
        "text": " ".join(clause.text.split()),
        "call": "session.browse()" if operation is None else _call(operation),
        "status": "200" if operation is None else str(min(contract.statuses(operation))),
        "response": (
            "refusal(418)"
            if operation is None
            else f'refusal(418) if request.operation_id == "{operation.id}" else await inner(request)'
        ),
    }


def _call(operation: Operation) -> str:
    """The call of an operation, with `...` for what its path takes."""
    parameters = ", ".join(f'"{name}": ...' for name in re.findall(r"{(\w+)}", operation.path))
    return f'session.call("{operation.id}"' + (f", parameters={{{parameters}}})" if parameters else ")")
