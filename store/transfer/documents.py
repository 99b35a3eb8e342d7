"""Records as JSON objects and back, exactly.

A line is checked by reading it into a struct that mirrors the record, because only structs refuse members
that they do not know. The mirrors are made from the records' own types, and hold what is true of all of
them: instants have a time zone, numbers are whole, not negative and fit 64 bits, octets are a SHA-256 in
Base64.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, defstruct, json

from store.api import Record
from store.api.transfer import KINDS, NAMES

FORMAT = "access-profiles"
VERSION = 1

SHA256_OCTETS = 32

_STRICT: Mapping[type, Any] = {
    bytes: Annotated[bytes, Meta(min_length=SHA256_OCTETS, max_length=SHA256_OCTETS)],
    datetime: Annotated[datetime, Meta(tz=True)],
    int: Annotated[int, Meta(ge=0, le=2**63 - 1)],
}


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """The first line.

    Attributes:
        format: `FORMAT`.
        version: the version of the format.
        exported_at: when the export began, UTC.
    """

    format: str
    version: int
    exported_at: datetime


class Trailer(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="end"):
    """The last line.

    Attributes:
        counts: how many records of each kind there are, in the order of the kinds.
        sha256: of the lines between the first and the last, with their ends, as hexadecimal digits.
    """

    counts: dict[str, int]
    sha256: str


def _strict(annotation: Any) -> Any:
    """Return the type that is read where a record has a type."""
    if is_dataclass(annotation):
        return _mirror(annotation)
    if not (parts := get_args(annotation)):
        return _STRICT.get(annotation, annotation)
    strict = [part if part is ... else _strict(part) for part in parts]
    if isinstance(annotation, UnionType):
        return reduce(or_, strict)
    origin: Any = get_origin(annotation)
    return origin[tuple(strict)]


def _mirror(record_type: Any, kind: str | None = None) -> type[Struct]:
    """Return the struct with the parts of a record, and its kind where it is a whole one."""
    hints = get_type_hints(record_type)
    return defstruct(
        record_type.__name__,
        [(part.name, _strict(hints[part.name])) for part in fields(record_type)],
        frozen=True,
        forbid_unknown_fields=True,
        tag_field=kind and "kind",
        tag=kind,
    )


_lines: json.Decoder[Any] = json.Decoder(
    reduce(or_, [_mirror(record_type, kind) for kind, record_type in KINDS.items()], Trailer)
)
_records: Mapping[str, json.Decoder[Record]] = {
    kind: json.Decoder(record_type) for kind, record_type in KINDS.items()
}
_encoder = json.Encoder()


def encode(record: Record) -> bytes:
    """Return a record as a line, with its end."""
    return b'{"kind":"%s",%s\n' % (NAMES[type(record)].encode(), _encoder.encode(record)[1:])


def decode(line: bytes) -> Record | Trailer:
    """Return what a line after the first holds.

    Raises:
        MsgspecError: it is no JSON, its kind or a member is not known, or a value is not one of its type.
    """
    checked = _lines.decode(line)
    if isinstance(checked, Trailer):
        return checked
    # To read it once more is faster than to make the record of the struct.
    return _records[checked.__struct_config__.tag].decode(line)
