"""The comparison as a plain document, for programs."""

from dataclasses import asdict
from typing import Any

from conformance.contract.diff.change import Approval, Change, Comparison, Severity
from conformance.contract.diff.document import Document


def plain(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as what JSON can hold."""
    return {
        "schema_version": 1,
        "old": _version(comparison.old),
        "new": _version(comparison.new),
        "totals": {severity.value: len(comparison.of(severity)) for severity in Severity},
        "breaks": [party.value for party in comparison.broken()],
        "changes": [_change(change) for change in comparison.changes],
        "unchecked_clauses": list(comparison.unchecked),
        "stray_checks": list(comparison.stray_checks),
        "notes": list(comparison.notes),
        "stale_approvals": list(comparison.stale),
    }


def _version(document: Document) -> dict[str, str]:
    return {"file": document.name, "origin": document.origin, "version": document.version}


def _approval(approval: Approval) -> dict[str, str]:
    return {"reason": approval.reason, "owner": approval.owner, "expires": approval.expires.isoformat()}


def _change(change: Change) -> dict[str, Any]:
    return {
        "rule": change.rule.id,
        "severity": change.severity.value,
        "breaks": list(change.concerns(Severity.BREAKING)),
        "consumers": change.consumers.value,
        "servers": change.servers.value,
        "subject": change.subject,
        "message": change.message,
        "proof": change.proof,
        "old": asdict(change.old),
        "new": asdict(change.new),
        "operations": list(change.uses),
        "words": [asdict(edit) for edit in change.words],
        "also_found_by": list(change.also_found_by),
        "approval": _approval(change.approval) if change.approval is not None else None,
    }
