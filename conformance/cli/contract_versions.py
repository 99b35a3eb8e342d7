"""Where the versions of a contract come from: files and commits of git. And what redocly says of two."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import click

from conformance.contract.diff.document import Document, read
from conformance.contract.document import ContractError

REDOCLY = "@redocly/cli@2.77.0"
REDOCLY_SECONDS = 120
GIT_SECONDS = 60

_NO_HISTORY = "In CI, fetch the history first (actions/checkout: `fetch-depth: 0`)."


def read_version(named: str, file: Path, *, merge_base: bool = False) -> Document:
    """Return the contract that a file or a commit holds.

    Args:
        named: the path of a file, or else what git calls a commit: `main`, `HEAD~1`, a tag.
        file: the contract's path in the working tree; a commit is asked for the file of that path.
        merge_base: take the commit where the present branch left the named one.

    Raises:
        click.UsageError: there is no such version, or it is no contract.
    """
    path = Path(named)
    if path.is_file() and not merge_base:
        data, name, origin = _read_file(path), named, named
    else:
        data, origin = _of_commit(named, file, merge_base=merge_base)
        name = str(file)
    try:
        document = read(data, name, origin)
        _validate(document, origin)
    except ContractError as error:
        raise click.UsageError(str(error)) from None
    return document


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}.") from None


def _of_commit(named: str, file: Path, *, merge_base: bool) -> tuple[bytes, str]:
    folder = file.parent
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{named}^{{commit}}")
    if found.returncode:
        reason = found.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        told = f" ({reason})" if reason else ""
        raise click.UsageError(f"{named} is no file, and no commit that git knows{told}. {_NO_HISTORY}")
    commit, origin = found.stdout.decode().strip(), named
    if merge_base:
        base = _git(folder, "merge-base", commit, "HEAD")
        if base.returncode:
            raise click.UsageError(f"{named} and the present branch have no commit in common. {_NO_HISTORY}")
        commit = base.stdout.decode().strip()
        origin = f"{named} at {commit[:9]}"
    shown = _git(folder, "show", f"{commit}:./{file.name}")
    if shown.returncode:
        raise click.UsageError(f"{origin} holds no {file}. Another path is given with --file.")
    return shown.stdout, origin


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("git")
    if program is None:
        raise click.UsageError("git is not installed. Without it, give two files.")
    try:
        return subprocess.run(  # noqa: S603  no shell, and what people typed comes after --end-of-options
            [program, "-C", str(folder), *arguments],
            capture_output=True,
            check=False,
            timeout=GIT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise click.UsageError(f"git did not answer in {GIT_SECONDS} seconds.") from None


def _validate(document: Document, origin: str) -> None:
    """Refuse what OpenAPI's own schema refuses, where the validator is installed.

    Raises:
        ContractError: it does.
    """
    try:
        from openapi_spec_validator import validate
        from openapi_spec_validator.validation.exceptions import OpenAPIValidationError, ValidatorDetectError
    except ImportError:
        return
    try:
        validate(document.root)
    except (OpenAPIValidationError, ValidatorDetectError) as error:
        place = "/".join(str(step) for step in getattr(error, "absolute_path", ()))
        told = getattr(error, "message", "its version of OpenAPI is not known")
        where = f" at /{place}" if place else ""
        raise ContractError(
            f"The contract {document.name} of {origin} is not valid{where}: {told[:300]}"
        ) from error


def ask_redocly(old: Document, new: Document) -> Any:
    """Return what `redocly diff` says of two versions, as its JSON. npm fetches redocly at the first call.

    Raises:
        click.UsageError: npx is not installed.
        ValueError: redocly did not answer; the text says why.
    """
    npx = shutil.which("npx")
    if npx is None:
        raise click.UsageError("--with-node needs npx, which comes with node.")
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    with tempfile.TemporaryDirectory() as folder:
        for name, document in (("old.yaml", old), ("new.yaml", new)):
            (Path(folder) / name).write_text(document.text, encoding="utf-8")
        command = [npx, "--yes", REDOCLY, "diff", "old.yaml", "new.yaml", "--format=json", "--fail-on=none"]
        try:
            ran = subprocess.run(  # noqa: S603  a fixed command
                command,
                cwd=folder,
                env=os.environ | quiet,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=REDOCLY_SECONDS,
            )
            return json.loads(ran.stdout)
        except subprocess.TimeoutExpired:
            raise ValueError(f"it took more than {REDOCLY_SECONDS} seconds") from None
        except ValueError:
            told = ran.stderr.decode(errors="replace").strip().splitlines()
            raise ValueError(told[-1][:200] if told else f"it exited with {ran.returncode}") from None
