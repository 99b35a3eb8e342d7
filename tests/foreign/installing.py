"""Installs a target once for each lock file, in `.foreign/NAME` of the project, whoever else wants it."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.serving import ROOT

CACHE = ROOT / ".foreign"
PACKAGES = Path(__file__).parent / "packages"
PATIENCE_SECONDS = 600


class Unavailable(Exception):
    """A target cannot run on this machine; the message says why, and what to do."""


class Packages(Protocol):
    """What a target consists of."""

    @property
    def lock(self) -> Path:
        """The file that holds each package's version and hash."""

    def commands(self, folder: Path, /) -> list[list[str]]:
        """Return the commands that install into an empty folder."""


@dataclass(frozen=True, slots=True)
class PythonPackages:
    """Packages from a Python index, in an environment of their own; whose `bin/python` sees them alone.

    Attributes:
        name: `requirements-foreign-NAME.txt` locks them.
        dependencies: whether what they depend on is locked and installed as well.
    """

    name: str
    dependencies: bool = True

    @property
    def lock(self) -> Path:
        return PACKAGES / f"requirements-foreign-{self.name}.txt"

    def commands(self, folder: Path) -> list[list[str]]:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq"]
        install = ["install", "--no-compile", "--require-hashes", "-r", str(self.lock)]
        return [
            [sys.executable, "-m", "venv", "--without-pip", str(folder)],
            [
                *pip,
                "--python",
                str(folder / "bin" / "python"),
                *install,
                *([] if self.dependencies else ["--no-deps"]),
            ],
        ]


@dataclass(frozen=True, slots=True)
class NodePackages:
    """Packages from an npm registry, in `node_modules`; `packages/NAME` locks them."""

    name: str

    @property
    def lock(self) -> Path:
        return PACKAGES / self.name / "package-lock.json"

    def commands(self, folder: Path) -> list[list[str]]:
        copied = [str(self.lock.parent / name) for name in (".npmrc", "package.json", "package-lock.json")]
        return [["cp", *copied, str(folder)], ["npm", "ci", "--prefix", str(folder)]]


def installed(name: str, packages: Packages) -> Path:
    """Return the folder in which the packages of a target are, after installing them where they are not.

    Raises:
        Unavailable: they cannot be installed.
    """
    folder = CACHE / name
    stamp = folder / ".installed"
    wanted = hashlib.sha256(packages.lock.read_bytes()).hexdigest()
    with _alone(name):
        if stamp.exists() and stamp.read_text() == wanted:
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for command in packages.commands(folder):
            _run(name, command, folder)
        stamp.write_text(wanted)
    return folder


def _run(name: str, command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, check=False, capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{name} could not be installed: {error}") from error
    if done.returncode:
        raise Unavailable(f"{name} could not be installed:\n{done.stdout}{done.stderr}")


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Keep others that want the same target waiting; the lock goes with the process that holds it."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
