"""`access-profiles new-operation`: what an operation that the contract states still needs."""

import difflib
import subprocess
import sys

import click

from server.cli.root import main


@main.command("new-operation")
@click.argument("operation_id", metavar="ID")
def new_operation(operation_id: str) -> None:
    """Print what to write for the operation ID of openapi.yaml, and into which files.

    A handler, unless there is one, and for each clause a check and a fault (`conformance new-check`).
    """
    from server.contract.document import ContractMismatch, load_contract
    from server.contract.resolver import handler_file, handler_of, stub, stub_imports

    try:
        operations = {operation.operation_id: operation for operation in load_contract().operations}
        if operation_id not in operations:
            near = difflib.get_close_matches(operation_id, operations, n=1)
            meant = f" Do you mean {near[0]}?" if near else ""
            raise click.UsageError(f"openapi.yaml states no operation {operation_id}.{meant}")
        operation = operations[operation_id]
        there = handler_of(operation)
    except ContractMismatch as error:
        raise click.ClickException(str(error)) from None
    if there is None:
        click.echo(f"# Into {handler_file(operation)}:\n{stub_imports(operation)}\n\n{stub(operation)}")
    # What stands above must not come after what the other process prints.
    sys.stdout.flush()
    suite = [sys.executable, "-m", "conformance", "new-check", operation_id]
    raise click.exceptions.Exit(subprocess.run(suite, check=False).returncode)  # noqa: S603
