"""The command that all others hang on, and the options that several of them share."""

from pathlib import Path

import click

import conformance
from conformance.contract.document import Contract

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
contract_option = click.option(
    "--contract", "contract_file", type=FILE, help="Another contract than the suite's own."
)
format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
profile_option = click.option(
    "--profile", "profiles", help="Profiles, with commas between. The default is all."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(conformance.__version__, prog_name="conformance")
def cli() -> None:
    """Proves whether a server keeps the access-profiles contract."""


def load_contract(contract_file: Path | None) -> Contract:
    """The contract of that file, or the suite's own.

    Raises:
        click.UsageError: it cannot be read.
    """
    from conformance.contract import document

    try:
        return document.load(contract_file)
    except document.ContractError as error:
        raise click.UsageError(str(error)) from error
