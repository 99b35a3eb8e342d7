"""Exporting and importing through octets in memory."""

import hashlib
import io
import json
from collections.abc import Iterable
from typing import Any

from store.api import Store
from store.testsuite.samples import NOW
from store.transfer import export_records, import_records

Line = dict[str, Any]


def exported(store: Store) -> bytes:
    """Return the file that a store is exported to."""
    file = io.BytesIO()
    with store.read() as tx:
        export_records(tx.dump(), file, at=NOW)
    return file.getvalue()


def imported(store: Store, file: bytes) -> None:
    """Import a file into a store."""
    with store.write() as tx:
        import_records(tx, io.BytesIO(file))


def records_of(file: bytes) -> list[Line]:
    """Return the lines of a file between its first and its last."""
    return [json.loads(line) for line in file.splitlines()[1:-1]]


def file_of_records(records: Iterable[Line]) -> bytes:
    """Return a whole file of records, with the right numbers and checksum."""
    lines, counts = b"", dict[str, int]()
    for record in records:
        lines += json.dumps(record).encode() + b"\n"
        kind = record.get("kind", "")
        counts[kind] = counts.get(kind, 0) + 1
    first = {"format": "access-profiles", "version": 1, "exported_at": "2026-03-01T08:00:00Z"}
    last = {"kind": "end", "counts": counts, "sha256": hashlib.sha256(lines).hexdigest()}
    return json.dumps(first).encode() + b"\n" + lines + json.dumps(last).encode() + b"\n"
