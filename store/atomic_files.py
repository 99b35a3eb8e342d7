"""Putting files in their place whole: whoever looks sees the old file or the new one, never a part."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import DomainError


class FileRefused(DomainError):
    """A file cannot be read, or not be written where it should be."""


@contextmanager
def new_file(target: Path, *, force: bool) -> Iterator[Path]:
    """Give the path of an empty file beside `target`; at the end it is synced and takes that name.

    Nothing is left when the block raises. Only this user may read the file.

    Args:
        target: where the file shall be.
        force: whether it may replace a file.

    Raises:
        FileRefused: there is a file already, or none can be written there.
    """
    _check_free(target, force=force)
    with written_beside(target) as part:
        yield part
        _check_free(target, force=force)
        sync(part)
        part.replace(target)
        sync(target.parent)


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """Give the path of an empty file in the folder of `target`; at the end it is gone, if it is still there.

    Raises:
        FileRefused: no file can be written there.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        os.close(descriptor)
        part = Path(name)
        try:
            yield part
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise FileRefused(f"{target} cannot be written: {error.strerror}.") from error


def sync(path: Path) -> None:
    """Wait until a file's content, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_free(target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise FileRefused(f"{target} is a folder: name a file.")
    if target.exists() and not force:
        raise FileRefused(f"{target} exists already. Choose another name, or replace it with --force.")
