"""The files of a run: `results.json`, and the reports that are made from it."""

import os
import tempfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from conformance.report.document import Document, to_json

RESULTS = "results.json"

# The module and the function that render a format, and the file that it goes to.
_FORMATS = {
    "html": ("html", "render", "report.html"),
    "junit": ("junit", "render", "junit.xml"),
    "sarif": ("sarif", "render", "results.sarif"),
    "markdown": ("markdown", "render", "summary.md"),
    "badge": ("badge", "render", "badge.json"),
    "badge-svg": ("badge", "render_svg", "badge.svg"),
    "text": ("summary", "render", "summary.txt"),
}
FORMATS = tuple(_FORMATS)


def render(document: Document, form: str) -> str:
    """Return the document in one of `FORMATS`."""
    module, function, _ = _FORMATS[form]
    # Each is imported when it is asked for: a run that writes no page needs no template engine.
    text: str = getattr(import_module(f"conformance.report.{module}"), function)(document)
    return text


def prepare(folder: Path) -> None:
    """Make sure that reports can be written, and remove those of an earlier run.

    Raises:
        OSError: they cannot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (RESULTS, *(name for _, _, name in _FORMATS.values())):
        (folder / name).unlink(missing_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


def write(folder: Path, document: Document, formats: Iterable[str] = ()) -> None:
    """Write `results.json` and, from the same document, the formats that are asked for.

    Raises:
        OSError: one could not be written.
    """
    write_text(folder / RESULTS, to_json(document))
    for form in formats:
        write_text(folder / _FORMATS[form][2], render(document, form))


def write_text(file: Path, text: str) -> None:
    """Write a file whole or not at all: a reader never sees half of it.

    Raises:
        OSError: it could not be written. What stood there before stays.
    """
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(encoded(text))
        # A temporary file is for its owner alone; a report is for whom the folder is for.
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def encoded(text: str) -> bytes:
    """Return the text as UTF-8. Half of a surrogate pair becomes an escape, the one that JSON has for it."""
    return text.encode("utf-8", "backslashreplace")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
