"""Runs what documents show."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, TypeAlias

from tests.serving import ROOT

Ran: TypeAlias = subprocess.CompletedProcess[str]

CONFORMANCE = f'conformance() {{ "{sys.executable}" -m conformance "$@"; }}\n'
"""A function of the shell that stands for the installed command."""


def blocks(page: str, language: str) -> list[str]:
    """Return the blocks of code of a document in a language, as they stand there."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    return found


def ran(*command: str, folder: Path = ROOT, code: int | None = 0, **options: Any) -> Ran:
    """Run a command to its end, which has that exit code; None for any."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **options)
    assert code in (None, done.returncode), done.stdout + done.stderr
    return done


def python(*arguments: str, **options: Any) -> Ran:
    """Run Python."""
    return ran(sys.executable, *arguments, **options)


def pasted(script: str, folder: Path, **variables: str) -> Ran:
    """Run lines as a reader would paste them into a shell, in a folder, with nothing else around."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **variables}
    return ran("bash", "-eu", "-c", script, folder=folder, env=environment)
