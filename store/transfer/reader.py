"""Reading a file of records, and finding out what is wrong with it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import IO

from msgspec import MsgspecError, json

from domain.errors import DomainError
from store.api import Record, WriteTransaction
from store.api.transfer import NAMES, Unloadable
from store.transfer.documents import FORMAT, VERSION, Header, Trailer, decode

_OTHER_FORMAT = "This is no file that access-profiles export wrote"

FIRST_RECORD_LINE = 2


class Unreadable(DomainError):
    """A file is no export, is damaged, or holds what no store can keep. Nothing was imported."""


def import_records(
    tx: WriteTransaction,
    file: IO[bytes],
    *,
    watch: Callable[[Iterable[Record]], Iterable[Record]] = iter,
) -> Mapping[str, int]:
    """Load an empty store from a file, and return how many records there were of each kind.

    Args:
        tx: the transaction, which must not be committed when this raises.
        file: where to read from, line by line.
        watch: what the records go through on their way, to tell how far it is.

    Raises:
        Unreadable: the file is no export, is damaged, or holds what no store can keep.
        NotEmpty: the store keeps something.
    """
    counts: Counter[str] = Counter()
    try:
        tx.load(watch(_records(file, counts)))
    except Unloadable as error:
        raise Unreadable(f"Line {error.number + FIRST_RECORD_LINE - 1}: {error.reason}") from None
    return counts


def _records(file: IO[bytes], counts: Counter[str]) -> Iterator[Record]:
    """Yield the records of a file and count them; end only when the last line agrees."""
    _check_header(file.readline())
    checksum = sha256()
    number = FIRST_RECORD_LINE
    for number, line in enumerate(file, start=FIRST_RECORD_LINE):
        found = _decoded(number, line)
        if isinstance(found, Trailer):
            if found.counts != counts or found.sha256 != checksum.hexdigest():
                raise Unreadable(
                    "The records are not those that were exported: their numbers or their checksum differ "
                    f"from what line {number} says. The file was damaged or changed."
                )
            if file.readline():
                raise Unreadable(f"Line {number + 1} comes after what should be the last line.")
            return
        checksum.update(line)
        counts[NAMES[type(found)]] += 1
        yield found
    raise Unreadable(f"The file was cut off: it ends after line {number}, and its last line is missing.")


def _check_header(line: bytes) -> None:
    try:
        header = json.decode(line, type=Header)
    except MsgspecError as error:
        raise Unreadable(f"{_OTHER_FORMAT}: line 1 is not its first line. {error}.") from None
    if header.format != FORMAT:
        raise Unreadable(f'{_OTHER_FORMAT}: its format is "{header.format}", not "{FORMAT}".')
    if header.version != VERSION:
        raise Unreadable(
            f"The file has version {header.version} of the format and this program reads version {VERSION}. "
            "Install the version of access-profiles that wrote it, or a later one."
        )


def _decoded(number: int, line: bytes) -> Record | Trailer:
    try:
        return decode(line)
    except (MsgspecError, UnicodeDecodeError) as error:
        if not line.endswith(b"\n"):
            raise Unreadable(f"The file was cut off: it ends within line {number}.") from None
        raise Unreadable(f"Line {number} cannot be read: {error}.") from None
