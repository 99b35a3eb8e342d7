"""Files of what is let pass for a time: TOML tables whose entries say why, who sees to it, and until when."""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

LAST_DAY = "expires"


class EntriesError(ValueError):
    """The file cannot be used; the message says where and why."""


def load(path: Path, table: str, fields: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each entry of the tables `[[table]]`, with what to call its place.

    Args:
        path: a TOML file with such tables alone.
        table: their name.
        fields: what an entry has, all of it text that is not empty, and beside it a last day, `expires`.

    Raises:
        EntriesError: it is no such file, or an entry lacks something.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EntriesError(f"{path} cannot be read: {error}") from error
    stated = document.get(table, [])
    if set(document) - {table} or not isinstance(stated, list):
        raise EntriesError(f"{path} may hold tables [[{table}]] alone.")
    for number, entry in enumerate(stated, start=1):
        place = f"{path}, entry {number}"
        _check(entry, place, fields)
        yield place, entry


def _check(entry: Any, place: str, fields: Sequence[str]) -> None:
    every = (*fields, LAST_DAY)
    if not isinstance(entry, dict) or set(entry) != set(every):
        raise EntriesError(f"{place}: an entry has just {', '.join(every)}.")
    expires = entry[LAST_DAY]
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise EntriesError(f"{place}: `expires` is to be a day, as in 2027-03-31, without quotes.")
    for name in fields:
        if not isinstance(entry[name], str) or not entry[name].strip():
            raise EntriesError(f"{place}: `{name}` is to be text that is not empty.")
