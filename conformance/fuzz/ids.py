"""Ids in paths: a request that may change something names what the run made, or what nobody has.

The fuzzer runs against servers with data of others, and draws ids like 1 and 7, and such as it saw in
an answer.
"""

import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

_LARGEST = 2**63 - 1
_EDGES = (_LARGEST, _LARGEST - 1)
_NUMBERS = ("profile_id", "role_id", "key_id")


class Made:
    """The ids of what the fuzzer made, by the name of the path parameter that takes them."""

    def __init__(self) -> None:
        self._ids: dict[str, set[str]] = {}

    def add(self, parameter: str, value: Any) -> None:
        """Remembers an id."""
        self._ids.setdefault(parameter, set()).add(str(value))

    def __contains__(self, item: tuple[str, Any]) -> bool:
        parameter, value = item
        return unquote(str(value)) in self._ids.get(parameter, ())


def guarded(parameters: Mapping[str, Any], made: Made, prefix: str) -> dict[str, Any]:
    """The path parameters, with one that nobody has in place of each id that was not made here.

    What is no id stays as wrong as it is. Budgets and virtual keys need no care: they are sought below users.
    """
    safe = dict(parameters)
    for parameter, value in parameters.items():
        if (parameter, value) in made:
            continue
        if parameter in _NUMBERS:
            safe[parameter] = unheld(value)
        elif parameter == "user_id" and is_user_id(unquote(str(value))):
            safe[parameter] = f"{prefix}nobody-{zlib.crc32(str(value).encode('utf-8', 'replace'))}"
    return safe


def unheld(value: Any) -> Any:
    """A number that no object has for an id, or the value when it cannot be an id.

    A lenient server may read `"7.0"` as 7: what looks like a number gets more digits before it.
    """
    text = str(value).strip()
    if text.isdecimal():
        number = int(text)
        is_id = 0 < number <= _LARGEST and number not in _EDGES
        return _LARGEST - 2 - number % 1000 if is_id else value
    try:
        is_positive = float(text) > 0
    except ValueError:
        return value
    return f"900000000000{text}" if is_positive and text[0].isdecimal() else value


def is_user_id(text: str) -> bool:
    """Whether the contract takes this for the id of a user."""
    controls = any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in text)
    return 0 < len(text) <= 255 and text[0] != "." and "/" not in text and not controls
