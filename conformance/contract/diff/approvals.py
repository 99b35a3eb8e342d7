"""The file of approved breaks: what a reviewer has let pass, why, who stands for it, and until when.

It is TOML, and names a change as the report in JSON does::

    [[approve]]
    rule = "request-property-max-length-decreased"
    subject = "Thing.name"
    message = "maxLength: 9 → 8"
    reason = "Nobody has ever sent more than 8."
    owner = "gateway team"
    expires = 2027-03-31

An entry that has expired approves nothing. One that names no change, or has expired, is stale.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from conformance.contract import dated_entries
from conformance.contract.dated_entries import EntriesError
from conformance.contract.diff.change import Approval, Change, Comparison, Severity
from conformance.contract.diff.rules import RULES

_FIELDS = ("rule", "subject", "message", "reason", "owner")


def load(path: Path) -> tuple[Approval, ...]:
    """Read the file.

    Raises:
        EntriesError: it is no such file, or an entry lacks something or names no rule.
    """
    return tuple(_entry(entry, place) for place, entry in dated_entries.load(path, "approve", _FIELDS))


def _entry(entry: dict[str, Any], place: str) -> Approval:
    if entry["rule"] not in RULES:
        raise EntriesError(f"{place}: there is no rule {entry['rule']!r}. See: conformance diff-rules")
    return Approval(**entry)


def approve(comparison: Comparison, approvals: Sequence[Approval], today: date) -> Comparison:
    """Return the comparison with what is approved marked so, and what is stale named."""
    valid = {_key(approval): approval for approval in approvals if approval.expires >= today}
    changes = tuple(_approved(change, valid.get(_key(change))) for change in comparison.changes)
    used = {_key(change) for change in changes if change.approval is not None}
    return replace(comparison, changes=changes, stale=tuple(_stale(approvals, used, today)))


def _approved(change: Change, approval: Approval | None) -> Change:
    return change if change.severity is Severity.SAFE else replace(change, approval=approval)


def _stale(approvals: Iterable[Approval], used: set[tuple[str, ...]], today: date) -> Iterable[str]:
    for approval in approvals:
        told = f"{approval.rule}, {approval.subject}: {approval.message}"
        if approval.expires < today:
            yield f"{told} (its last day was {approval.expires})"
        elif _key(approval) not in used:
            yield f"{told} (there is no such change)"


def _key(stated: Approval | Change) -> tuple[str, ...]:
    rule = stated.rule if isinstance(stated.rule, str) else stated.rule.id
    return rule, stated.subject, stated.message
