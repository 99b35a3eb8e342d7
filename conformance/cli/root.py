"""The command that all others hang on, and the options that several of them share."""

import importlib
import shlex
import sys
import traceback
from pathlib import Path

import click

import conformance
from conformance.contract.document import Contract
from conformance.runner import Suite

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
contract_option = click.option(
    "--contract", "contract_file", type=FILE, help="Another contract than the suite's own."
)
format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
checks_option = click.option(
    "--checks",
    "packages",
    multiple=True,
    metavar="PACKAGE",
    help="Your own checks of its clauses. Installed ones are found (entry points conformance.checks).",
)


def once(_: click.Context, option: click.Parameter, lists: tuple[str, ...]) -> str | None:
    """Return the one list that was given, as the last of several would win; None for none."""
    if len(lists) > 1:
        raise click.UsageError(f"{option.opts[0]} is given more than once: give one list, with commas in it.")
    return next(iter(lists), None)


profile_option = click.option(
    "--profile",
    "profiles",
    multiple=True,
    callback=once,
    help="Profiles, with commas between. The default is all.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(conformance.__version__, prog_name="conformance")
def cli() -> None:
    """Prove whether a server keeps its contract: that of access profiles, or one of your own."""


def load_contract(contract_file: Path | None) -> Contract:
    """Return the contract of that file, or the suite's own.

    Raises:
        click.UsageError: it cannot be read.
    """
    from conformance.contract import document

    try:
        return document.load(contract_file)
    except document.ContractError as error:
        raise click.UsageError(str(error)) from error


def suite_of(contract: Contract, packages: tuple[str, ...] = ()) -> Suite:
    """Return what is brought to a contract, with the checks of these packages.

    Raises:
        click.UsageError: there is no such package, it cannot be imported, or it registers a check twice or
            without a docstring.
    """
    from conformance import runner

    sys.path.insert(0, str(Path.cwd()))
    try:
        suite = runner.suite_for(contract, packages)
    except (ImportError, ValueError) as error:
        raise click.UsageError(f"--checks {', '.join(packages)}: {error}") from error
    except SyntaxError as error:
        raise click.UsageError(f"{error.filename}:{error.lineno} is no Python: {error.msg}.") from error
    except Exception as error:
        place = _brought_line(error)
        if place is None:
            raise
        raise click.UsageError(f"{place} cannot be imported: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(str(Path.cwd()))
    return suite


def named(contract: Contract, packages: tuple[str, ...] = ()) -> str:
    """Return the options that name a contract, where it is not the suite's own, and packages of checks."""
    words = [] if contract.is_own else ["--contract", str(contract.path)]
    words += [word for package in packages for word in ("--checks", package)]
    return "".join(f" {shlex.quote(word)}" for word in words)


def _brought_line(error: Exception) -> str | None:
    """Return the last line, as file:line, that an error passed outside of the suite and of what imports."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = (*(str(Path(each.__file__ or "").parent) for each in (conformance, importlib)), "<frozen ")
    brought = [each for each in frames if not each.filename.startswith(inside)]
    return f"{brought[-1].filename}:{brought[-1].lineno}" if brought else None
