"""`conformance clean`: removes what runs left on a server."""

from typing import Any

import click

from conformance.cli.root import cli, contract_option, load_contract, suite_of
from conformance.cli.target import take_target, target_options
from conformance.run.verdict import ExitCode


@cli.command(short_help="Remove what runs left on a server.")
@target_options
@contract_option
@click.option("--all", "everything", is_flag=True, help="Also what is not an hour old yet.")
@click.option("--yes", is_flag=True, help="Does not ask.")
def clean(contract_file: Any, everything: bool, yes: bool, **options: Any) -> None:
    """Remove what runs left on the server: names of the form cf-xxxxxxxx-, made more than an hour ago.

    Exit codes: 0 nothing is left, 2 wrong usage, 3 something is left.
    """
    import httpx

    from conformance.http.unreached import Unreached
    from conformance.run import clean_up
    from conformance.run.session import Workspace

    contract = load_contract(contract_file)
    content = suite_of(contract).content
    chosen, _ = take_target(options, contract)
    target = chosen.target
    for note in chosen.notes:
        click.echo(note, err=True)
    with Workspace(chosen.contract, target, seed=0) as workspace:
        session = workspace.session("clean")
        try:
            content.preflight(session)
            younger = None if everything else clean_up.AN_HOUR
            found = clean_up.leftovers(session, content, older_than=younger)
            if not found.total:
                click.echo(f"Nothing of earlier runs is left at {target.root}.")
                return
            if not yes and not click.confirm(f"Remove {found} from {target.root}?"):
                click.echo("Nothing was removed.")
                raise click.exceptions.Exit(ExitCode.INCOMPLETE)
            left = clean_up.remove(session, found)
        except (Unreached, httpx.TransportError) as error:
            click.echo(str(error), err=True)
            raise click.exceptions.Exit(ExitCode.INCOMPLETE) from error
    if left.total:
        click.echo("\n  ".join([f"The server did not remove {left}.", *left.reasons]), err=True)
        raise click.exceptions.Exit(ExitCode.INCOMPLETE)
    click.echo(f"Removed {found}.")
