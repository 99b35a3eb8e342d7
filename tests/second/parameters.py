"""Parameters of requests: ids in paths, queries, and preconditions (RFC 9110 §13)."""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from tests.second.faults import Document, Fault, invalid, pointer

_INTEGER = re.compile(r"-?[0-9]+", re.ASCII)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
# Empty members of a list are ignored (RFC 9110 §5.6.1.2).
_TAGS = re.compile(rf"\*|[ \t]*(?:{_TAG}[ \t]*)?(?:,[ \t]*(?:{_TAG}[ \t]*)?)*")
_LARGEST_ID = 2**63 - 1


def _integer(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        # Longer ones are far outside, and slow to read.
        if not _INTEGER.fullmatch(text) or len(text) > 100 or not low <= int(text) <= high:
            raise ValueError(f"A whole number from {low} to {high} belongs here.")
        return int(text)

    return read


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("true or false belongs here.")
    return text == "true"


def _text(longest: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > longest or _CONTROLS.search(text):
            raise ValueError(f"At most {longest} characters without controls belong here.")
        return text

    return read


def _unknown(text: str) -> str:
    raise ValueError("This operation takes no such parameter.")


def _twice(text: str) -> str:
    raise ValueError("It stands twice.")


_PATH_ID = _integer(1, _LARGEST_ID)
_PAGES: dict[str, Callable[[str], Any]] = {
    "limit": _integer(-(2**31), 2**31 - 1),
    "offset": _integer(-(2**31), 2**31 - 1),
}
PROFILE_FILTERS = {**_PAGES, "search": _text(255), "tags": _text(4096), "is_active": _boolean}
AUDIT_FILTERS = {**_PAGES, "action": _text(64), "user_id": _text(255)}


def path_ids(found: dict[str, str]) -> dict[str, int]:
    """Return the ids in a path.

    Raises:
        Refusal: 400, one is no id.
    """
    ids, faults = {}, []
    for name, text in found.items():
        try:
            ids[name] = _PATH_ID(decoded(text))
        except ValueError as error:
            faults.append(Fault(pointer(name), "type", str(error), "path"))
    if faults:
        raise invalid(faults)
    return ids


def query(text: str, known: dict[str, Callable[[str], Any]]) -> Document:
    """Return the parameters of a query.

    Raises:
        Refusal: 400, one is unknown, stands twice, or does not fit.
    """
    found: Document = {}
    faults = []
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        try:
            name = decoded(name, plus=True)
            reader = _twice if name in found else known.get(name, _unknown)
            found[name] = reader(decoded(value, plus=True))
        except ValueError as error:
            faults.append(Fault(pointer(name), "parameter", str(error), "query"))
    if faults:
        raise invalid(faults)
    return found


def decoded(text: str, *, plus: bool = False) -> str:
    """Return percent-encoded text in clear; raise ValueError when it is no UTF-8."""
    try:
        return unquote_to_bytes(text.replace("+", " ") if plus else text).decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("It is not UTF-8.") from None


def entity_tags(name: str, values: Sequence[str]) -> str | None:
    """Return the value of a header that holds entity tags; None when it is absent.

    Raises:
        Refusal: 400, it holds something else.
    """
    if not values:
        return None
    joined = ", ".join(values)
    if len(joined) > 4096 or not _TAGS.fullmatch(joined):
        raise invalid([Fault(pointer(name), "pattern", "Entity tags or * belong here.", "header")])
    return joined


def holds(if_match: str | None, tag: str) -> bool:
    """Return whether a request may be performed: tags are compared strongly."""
    return if_match in (None, "*") or tag in re.findall(_TAG, if_match or "")


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Return whether the client has this state already: tags are compared weakly."""
    tags = [found.removeprefix("W/") for found in re.findall(_TAG, if_none_match or "")]
    return if_none_match == "*" or tag in tags
