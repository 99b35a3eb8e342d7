"""Disks that get full, and get space again, under a running server.

A small file system of its own is the real thing, and takes the right to mount one. A limit on how large a
file the process may write takes no right, and fails the same writes.
"""

import os
import resource
import shutil
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path

from tests.limited import limit_files
from tests.processes import Limit
from tests.serving import Server


class SmallDisk(ABC):
    """A disk with one store on it.

    Attributes:
        told: what is said of the store once the disk is full.
        limit: what keeps another process from writing more than the disk has, if that is needed.
        server: the server that runs on it already, if one does.
    """

    told: str
    limit: Limit | None = None
    server: Server | None = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "profiles.db"
        self.url = f"sqlite:///{self.database}"

    @abstractmethod
    def fill(self, spare_bytes: int) -> None:
        """Leave this much space."""

    @abstractmethod
    def make_space(self) -> None:
        """Give the space back."""


class FileSystem(SmallDisk):
    """A file system of 16 megabytes."""

    told = "is full: database or disk is full. Make space on its disk."

    def fill(self, spare_bytes: int) -> None:
        """Write another file. The store may take what space is left meanwhile."""
        with (self.folder / "filling").open("wb", buffering=0) as filling, suppress(OSError):
            while (size := shutil.disk_usage(self.folder).free - spare_bytes) > 0:
                filling.write(bytes(min(size, 100_000)))

    def make_space(self) -> None:
        """Remove the other file."""
        (self.folder / "filling").unlink()


class FileLimit(SmallDisk):
    """The largest file that a process may write, as a quota sets it."""

    told = "has trouble with its disk: disk I/O error. Check the disk, its quota and"

    def fill(self, spare_bytes: int) -> None:
        """Set the limit a little above what the store's largest file holds."""
        size = spare_bytes
        if spare_bytes:
            size += max(path.stat().st_size for path in self.folder.glob("profiles.db*"))
        self.limit = partial(limit_files, size)
        self._limit_server(size)

    def make_space(self) -> None:
        """Take the limit away."""
        self.limit = None
        self._limit_server(resource.RLIM_INFINITY)

    def _limit_server(self, size: int) -> None:
        if self.server is not None:
            limits = (size, resource.RLIM_INFINITY)
            resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, limits)


@contextmanager
def file_system() -> Iterator[SmallDisk]:
    """Mount a file system.

    Raises:
        CalledProcessError: this process may not.
    """
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder]
        subprocess.run(mount, check=True, capture_output=True)
        try:
            yield FileSystem(Path(folder))
        finally:
            subprocess.run(["umount", folder], check=True, capture_output=True)


@contextmanager
def file_limit() -> Iterator[SmallDisk]:
    """Provide a folder for files that will be limited."""
    with tempfile.TemporaryDirectory() as folder:
        yield FileLimit(Path(folder))


def _can_mount() -> bool:
    if os.geteuid() != 0:
        return False
    try:
        with file_system():
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


SMALL_DISKS: Mapping[str, Callable[[], AbstractContextManager[SmallDisk]]] = {
    "file limit": file_limit,
    **({"file system": file_system} if _can_mount() else {}),
}
"""Every kind of small disk that can be had here."""
