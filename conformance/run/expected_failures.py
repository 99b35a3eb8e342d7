"""The file of expected failures: what is known to be broken, why, who sees to it, and until when.

It is TOML::

    [[expect]]
    id = "AP-UPD-012"
    reason = "Our gateway keeps the old name for a minute."
    owner = "gateway team"
    expires = 2027-03-31

An entry that no longer fails, that has expired, or that names nothing is stale: the run says so and fails.
"""

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from conformance.run.verdict import Expectation, Status, Verdict

_FIELDS = ("id", "reason", "owner", "expires")
_FAILED = (Status.FAIL, Status.WARN)


class ExpectedFailuresError(ValueError):
    """The file of expected failures cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class ExpectedFailures:
    """The entries of one file, by the id of the verdict."""

    entries: dict[str, Expectation]

    def apply(self, verdicts: Iterable[Verdict], today: date) -> tuple[Verdict, ...]:
        """Return the verdicts with XFAIL and XPASS in them. What has expired is not expected any more."""
        return tuple(self.judged(verdict, today) for verdict in verdicts)

    def expired(self, today: date) -> list[Expectation]:
        """Return the entries whose last day is over."""
        return [entry for entry in self.entries.values() if entry.expires < today]

    def judged(self, verdict: Verdict, today: date) -> Verdict:
        """Return the verdict, as XFAIL or XPASS if it was expected to fail."""
        entry = self.entries.get(verdict.id)
        if entry is None or entry.expires < today:
            return verdict
        if verdict.status in _FAILED:
            return replace(verdict, status=Status.XFAIL, expectation=entry)
        if verdict.status is Status.PASS:
            reason = "it was expected to fail, and passes: take it out of the file of expected failures"
            return replace(verdict, status=Status.XPASS, reason=reason, expectation=entry)
        return verdict


NONE = ExpectedFailures({})


def load(path: Path, ids: Collection[str]) -> ExpectedFailures:
    """Read the file.

    Args:
        path: a TOML file with tables `[[expect]]`.
        ids: every id that a verdict can have.

    Raises:
        ExpectedFailuresError: it is no such file, or an entry lacks something or names nothing.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExpectedFailuresError(f"{path} cannot be read: {error}") from error
    stated = document.get("expect", [])
    if set(document) - {"expect"} or not isinstance(stated, list):
        raise ExpectedFailuresError(f"{path} may hold tables [[expect]] alone.")
    entries: dict[str, Expectation] = {}
    for number, entry in enumerate(stated, start=1):
        expectation = _entry(entry, f"{path}, entry {number}", ids)
        if expectation.verdict_id in entries:
            raise ExpectedFailuresError(f"{path}, entry {number}: {expectation.verdict_id} stands twice.")
        entries[expectation.verdict_id] = expectation
    return ExpectedFailures(entries)


def _entry(entry: Any, place: str, ids: Collection[str]) -> Expectation:
    if not isinstance(entry, dict) or set(entry) != set(_FIELDS):
        raise ExpectedFailuresError(f"{place}: an entry has just {', '.join(_FIELDS)}.")
    expires = entry["expires"]
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise ExpectedFailuresError(f"{place}: `expires` is to be a day, as in 2027-03-31, without quotes.")
    for name in _FIELDS[:3]:
        if not isinstance(entry[name], str) or not entry[name].strip():
            raise ExpectedFailuresError(f"{place}: `{name}` is to be text that is not empty.")
    if entry["id"] not in ids:
        near = get_close_matches(entry["id"], ids, 1)
        hint = f" Did you mean {near[0]}?" if near else " See: conformance list"
        raise ExpectedFailuresError(f"{place}: there is no {entry['id']!r}.{hint}")
    return Expectation(entry["id"], entry["reason"].strip(), entry["owner"].strip(), expires)
