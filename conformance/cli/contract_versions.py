"""Where the versions of a contract come from: files and commits of git. And what redocly says of two."""

import json
import os
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import click

from conformance.contract import reading
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
    try:
        if path.is_file() and not merge_base:
            return read(reading.octets(path), named)
        commit, origin = _commit(named, file.parent, merge_base=merge_base)
        return read(
            _shown(commit, origin, file.parent, file),
            str(file),
            origin,
            partial(_shown, commit, origin, file.parent),
        )
    except ContractError as error:
        raise click.UsageError(str(error)) from None


def _commit(named: str, folder: Path, *, merge_base: bool) -> tuple[str, str]:
    """Return the commit's hash, and what people call it."""
    found = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{named}^{{commit}}")
    if found.returncode:
        reason = found.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        told = f" ({reason})" if reason else ""
        raise click.UsageError(f"{named} is no file, and no commit that git knows{told}. {_NO_HISTORY}")
    commit = found.stdout.decode().strip()
    if not merge_base:
        return commit, named
    base = _git(folder, "merge-base", commit, "HEAD")
    if base.returncode:
        raise click.UsageError(f"{named} and the present branch have no commit in common. {_NO_HISTORY}")
    commit = base.stdout.decode().strip()
    return commit, f"{named} at {commit[:9]}"


def _shown(commit: str, origin: str, folder: Path, file: Path) -> bytes:
    """Return what a commit holds in the place of a file of the working tree.

    Raises:
        ContractError: it has none.
    """
    shown = _git(folder, "show", f"{commit}:./{Path(os.path.relpath(file, folder)).as_posix()}")
    if shown.returncode:
        raise ContractError(f"{origin} holds no {file}. Another path is given with --file.")
    return shown.stdout


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
            (Path(folder) / name).write_text(document.bundled, encoding="utf-8")
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
