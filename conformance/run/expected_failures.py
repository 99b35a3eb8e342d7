"""The file of expected failures: what is known to be broken, why, who sees to it, and until when.

It is TOML::

    [[expect]]
    id = "AP-UPD-012"
    reason = "Our gateway keeps the old name for a minute."
    owner = "gateway team"
    expires = 2027-03-31

An entry that no longer fails, that has expired, or that names nothing is stale: the run says so and fails.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from conformance.contract import dated_entries
from conformance.contract.dated_entries import EntriesError
from conformance.run.verdict import Expectation, Status, Verdict

_FIELDS = ("id", "reason", "owner")
_FAILED = (Status.FAIL, Status.WARN)


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
        EntriesError: it is no such file, or an entry lacks something or names nothing.
    """
    entries: dict[str, Expectation] = {}
    for place, entry in dated_entries.load(path, "expect", _FIELDS):
        expectation = _entry(entry, place, ids)
        if expectation.verdict_id in entries:
            raise EntriesError(f"{place}: {expectation.verdict_id} stands twice.")
        entries[expectation.verdict_id] = expectation
    return ExpectedFailures(entries)


def _entry(entry: dict[str, Any], place: str, ids: Collection[str]) -> Expectation:
    if entry["id"] not in ids:
        near = get_close_matches(entry["id"], ids, 1)
        hint = f" Did you mean {near[0]}?" if near else " See: conformance list"
        raise EntriesError(f"{place}: there is no {entry['id']!r}.{hint}")
    return Expectation(entry["id"], entry["reason"].strip(), entry["owner"].strip(), entry["expires"])
