"""Reads what a request holds value by value, and gathers what is wrong with it."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tests.second.faults import Document, Fault, pointer

Place = tuple[str | int, ...]
Reader = Callable[[Any, Place], Any]

WHITE_SPACE = " \t\n\r\v\f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_LARGEST_AMOUNT = 10**9
_MICRODOLLAR = Decimal("0.000001")


class Form:
    """Reads a body member by member and gathers what is wrong with it."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, at: Place, code: str, message: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(pointer(*at), code, message))

    def text(self, value: Any, at: Place, *, barred: str = "") -> Any:
        """1 to 255 characters, no controls."""
        if not isinstance(value, str):
            self.fault(at, "type", "Text belongs here.")
        elif not 1 <= len(value) <= 255:
            self.fault(at, "maxLength" if value else "minLength", "It takes 1 to 255 characters.")
        elif _CONTROLS.search(value) or any(sign in value for sign in barred):
            self.fault(at, "pattern", "It has a character that may not stand here.")
        return value

    def name(self, value: Any, at: Place) -> Any:
        """Read text with something in it but white space, which goes at both ends."""
        if isinstance(value, str) and 1 <= len(value) <= 255 and not value.strip(WHITE_SPACE):
            self.fault(at, "pattern", "A name is more than white space.")
        self.text(value, at)
        return value.strip(WHITE_SPACE) if isinstance(value, str) else value

    def description(self, value: Any, at: Place) -> Any:
        """Read any text without NUL, or null."""
        if value is not None and not isinstance(value, str):
            self.fault(at, "type", "Text or null belongs here.")
        elif value and "\x00" in value:
            self.fault(at, "pattern", "NUL may not stand here.")
        return value

    def flag(self, value: Any, at: Place, *, or_null: bool = False) -> Any:
        """Read true or false."""
        if not isinstance(value, bool) and not (or_null and value is None):
            self.fault(at, "type", "true or false belongs here.")
        return value

    def whole(self, value: Any, at: Place, low: int, high: int, *, or_null: bool = False) -> Any:
        """Read a whole number from `low` to `high`, be it written 3 or 3.0."""
        if value is None and or_null:
            return None
        if not _is_number(value) or not _is_whole(value):
            self.fault(at, "type", "A whole number belongs here.")
        elif not low <= value <= high:
            self.fault(at, "minimum" if value < low else "maximum", f"It runs from {low} to {high}.")
        else:
            return int(value)
        return value

    def amount(self, value: Any, at: Place) -> Any:
        """Read dollars, rounded to six decimals, half to even."""
        if not _is_number(value):
            self.fault(at, "type", "A number of dollars belongs here.")
        elif not 0 <= value <= _LARGEST_AMOUNT:
            self.fault(at, "minimum" if value < 0 else "maximum", f"It runs from 0 to {_LARGEST_AMOUNT}.")
        else:
            return abs(float(Decimal(value).quantize(_MICRODOLLAR)))
        return value

    def choice(self, value: Any, at: Place, *, among: tuple[str, ...]) -> Any:
        """Read one of some words."""
        if not isinstance(value, str):
            self.fault(at, "type", "Text belongs here.")
        elif value not in among:
            self.fault(at, "enum", f"One of {', '.join(among)} belongs here.")
        return value

    def many(self, value: Any, at: Place, item: Reader) -> Any:
        """Read a list, each item of which is read."""
        if not isinstance(value, list):
            self.fault(at, "type", "A list belongs here.")
            return []
        return [item(entry, (*at, place)) for place, entry in enumerate(value)]

    def members(
        self,
        value: Any,
        at: Place,
        readers: Mapping[str, Reader],
        *,
        required: tuple[str, ...] = (),
        ignored: tuple[str, ...] = (),
    ) -> Document:
        """Read an object of known members. Those that the server sets are left out, whatever they hold."""
        if not isinstance(value, dict):
            self.fault(at, "type", "An object belongs here.")
            return {}
        for name in required:
            if name not in value:
                self.fault((*at, name), "required", f"{name} is missing.")
        found: Document = {}
        for name, member in value.items():
            if name in readers:
                found[name] = readers[name](member, (*at, name))
            elif name not in ignored:
                self.fault((*at, name), "additionalProperties", "This API knows no such field.")
        return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_whole(value: int | Decimal) -> bool:
    return isinstance(value, int) or (value.is_finite() and value == value.to_integral_value())
