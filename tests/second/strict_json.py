"""JSON as RFC 8259 defines it, and as the contract narrows it down."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.second.faults import Document, Refusal

_DEEPEST = 64
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_LONGEST_INTEGER = 40


def parse(octets: bytes) -> Any:
    """Return the value of a JSON text; numbers with a fraction or an exponent are decimals.

    Raises:
        Refusal: 400, it is no JSON, names a member twice, or is nested too deep.
    """
    _measure_depth(octets)
    try:
        text = octets.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_no_constant,
            parse_float=_decimal,
            parse_int=lambda digits: int(digits) if len(digits) <= _LONGEST_INTEGER else _decimal(digits),
        )
        json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except UnicodeError as error:
        raise _refusal("is not UTF-8, or has half a surrogate pair") from error
    except ValueError as error:
        raise _refusal(f"cannot be read ({error})") from error
    return value


def _refusal(why: str) -> Refusal:
    return Refusal(400, "invalid_json", f"The JSON text {why}.")


def _measure_depth(octets: bytes) -> None:
    depth = 0
    for sign in re.findall(rb"[\[\]{}]", _STRING.sub(b"", octets)):
        depth += 1 if sign in b"[{" else -1
        if depth > _DEEPEST:
            raise _refusal(f"is nested deeper than {_DEEPEST}")


def _members(pairs: list[tuple[str, Any]]) -> Document:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _refusal("has an object with two members of one name")
    return members


def _no_constant(name: str) -> Any:
    raise _refusal(f"holds {name}, which is no number of JSON")


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:
        # Its exponent alone is beyond every limit.
        return Decimal("-Infinity" if digits.startswith("-") else "Infinity")
