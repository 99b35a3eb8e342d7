"""Writing a file of records."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import IO

from msgspec import json

from store.api import Record
from store.api.transfer import NAMES
from store.transfer.documents import FORMAT, VERSION, Header, Trailer, encode


def export_records(records: Iterable[Record], file: IO[bytes], *, at: datetime) -> Mapping[str, int]:
    """Write records as they come, and return how many there are of each kind.

    Args:
        records: what a store's `dump` yields.
        file: where to write.
        at: the time that the first line tells, UTC.
    """
    counts: Counter[str] = Counter()
    checksum = sha256()
    file.write(json.encode(Header(FORMAT, VERSION, at)) + b"\n")
    for record in records:
        line = encode(record)
        checksum.update(line)
        counts[NAMES[type(record)]] += 1
        file.write(line)
    file.write(json.encode(Trailer(dict(counts), checksum.hexdigest())) + b"\n")
    return counts
