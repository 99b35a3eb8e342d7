"""Ids in requests: one that may change something names what the run made, or what nobody has.

The fuzzer runs against servers with data of others, and draws ids like 1 and 7, and such as it saw in
an answer.
"""

import zlib
from typing import Any
from urllib.parse import unquote

from conformance.contract.resources import Parameters, Resource, Resources
from conformance.contract.texts import fits
from conformance.run.inventory import Inventory

_LARGEST = 2**63 - 1
_EDGES = (_LARGEST, _LARGEST - 1)


def guarded(parameters: Parameters, resources: Resources, made: Inventory, prefix: str) -> Parameters:
    """Return path parameters with one that nobody has in place of each id that was not made here.

    What is no id stays as wrong as it is. What has no path of its own needs no care: it is sought below what
    has one.
    """
    safe = dict(parameters)
    for name, value in parameters.items():
        resource = resources.of(name)
        if resource is not None and resource.is_root and not made.holds(name, unquote(str(value))):
            safe[name] = unheld(resource, value, prefix)
    return safe


def unheld(resource: Resource, value: Any, prefix: str) -> Any:
    """Return an id that no object has, or the value when it cannot be an id."""
    if resource.takes_number:
        return _unheld_number(value)
    text = unquote(str(value))
    is_id = text[:1] not in ("", ".") and "/" not in text and fits(resource.schema)(text)
    return f"{prefix}nobody-{zlib.crc32(str(value).encode('utf-8', 'replace'))}" if is_id else value


def is_id(resource: Resource, value: Any) -> bool:
    """Return whether the contract takes a value for an id."""
    if resource.takes_number:
        return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST
    return fits(resource.schema)(value)


def _unheld_number(value: Any) -> Any:
    """Return a number that no object has for an id.

    A lenient server may read `"7.0"` as 7: what looks like a number gets more digits before it.
    """
    text = str(value).strip()
    if text.isdecimal():
        number = int(text)
        is_held = 0 < number <= _LARGEST and number not in _EDGES
        return _LARGEST - 2 - number % 1000 if is_held else value
    try:
        is_positive = float(text) > 0
    except ValueError:
        return value
    return f"900000000000{text}" if is_positive and text[0].isdecimal() else value
