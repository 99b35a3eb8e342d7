"""Clauses, profiles and error codes: what the contract says that no schema can."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.contract.diff.change import Change
from conformance.contract.diff.document import Document, Node
from conformance.contract.diff.json_schema import ERROR_CODES
from conformance.contract.diff.objects import change
from conformance.contract.diff.operations import operations
from conformance.contract.diff.words import edits, likeness

REUSED_BELOW = 0.3
"""Texts that share less than this are two clauses, whatever their id says."""

RENAMED_FROM = 0.9
"""Texts that share at least this are one clause, also under two ids."""

_LEVELS = ("MAY", "SHOULD", "MUST")
_CODE = re.compile(r"`([a-z][a-z0-9_]*)`")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of one version: what it says, and where."""

    id: str
    level: str
    profile: str
    text: str
    operation: str | None
    node: Node

    def named(self, codes: frozenset[str]) -> frozenset[str]:
        """Return those of the error codes that its text names."""
        return frozenset(_CODE.findall(self.text)) & codes


def clauses(document: Document) -> dict[str, Clause]:
    """Return every clause by its id, those of the root first."""
    holders: list[tuple[str | None, Node]] = [(None, document.top)]
    holders += [(operation.id, operation.node) for operation in operations(document).values()]
    found = {}
    for operation, holder in holders:
        stated = holder.get("x-clauses")
        for node in stated.elements() if stated else []:
            told: dict[str, Any] = node.value if isinstance(node.value, dict) else {}
            level, profile, text = (str(told.get(key, "")) for key in ("level", "profile", "text"))
            clause_id = str(told.get("id", ""))
            found[clause_id] = Clause(clause_id, level, profile, " ".join(text.split()), operation, node)
    return found


def compare_clauses(old: Document, new: Document) -> Iterator[Change]:
    """Yield every change of a clause."""
    before, after = clauses(old), clauses(new)
    operations_before, operations_after = (
        {operation.id for operation in operations(document).values()} for document in (old, new)
    )
    codes_before, codes_after = error_codes(old).keys(), error_codes(new).keys()
    gone = [clause for clause_id, clause in before.items() if clause_id not in after]
    fresh = {clause_id: clause for clause_id, clause in after.items() if clause_id not in before}
    for clause in gone:
        renamed = next((c for c in fresh.values() if likeness(clause.text, c.text) >= RENAMED_FROM), None)
        if renamed is not None:
            fresh.pop(renamed.id)
            message = f"id: {clause.id} → {renamed.id}"
            yield _told("clause-id-changed", clause, renamed, message)
            yield from _clause(clause, renamed, frozenset(codes_before | codes_after))
        else:
            where = new.top.at(*clause.node.tokens[:-1])
            alone = clause.operation is None or clause.operation in operations_after
            rule = "clause-removed" if alone else "clause-removed-with-operation"
            found = change(rule, clause.node, where, f"clause {clause.id}", "removed")
            yield replace(found, uses=_uses(clause), words=edits(clause.text, ""))
    for clause in fresh.values():
        yield _added(clause, old, operations_before)
    for clause_id, clause in after.items():
        if clause_id in before:
            yield from _clause(before[clause_id], clause, frozenset(codes_before | codes_after))
    yield from _lost_codes(after.values(), frozenset(codes_before - codes_after))


def _lost_codes(stated: Any, lost: frozenset[str]) -> Iterator[Change]:
    for clause in stated:
        for code in sorted(clause.named(lost)):
            message = f"names the error code {code}, which is gone"
            yield _told("clause-names-removed-error-code", clause, clause, message)


def _added(clause: Clause, old: Document, operations_before: set[str]) -> Change:
    if clause.operation is not None and clause.operation not in operations_before:
        rule = "clause-added-with-operation"
    else:
        rule = "clause-added" if clause.level == "MUST" else "clause-added-as-advice"
    where = old.top.at(*clause.node.tokens[:-1])
    found = change(rule, where, clause.node, f"clause {clause.id}", f"added, {clause.level}")
    return replace(found, uses=_uses(clause), words=edits("", clause.text))


def _clause(old: Clause, new: Clause, codes: frozenset[str]) -> Iterator[Change]:
    if old.level != new.level:
        order = [_LEVELS.index(each.level) if each.level in _LEVELS else -1 for each in (old, new)]
        rule = f"clause-level-{'raised' if order[1] > order[0] else 'lowered'}"
        yield _told(rule, old, new, f"level: {old.level} → {new.level}")
    if old.profile != new.profile:
        yield _told("clause-profile-changed", old, new, f"profile: {old.profile} → {new.profile}")
    if old.operation != new.operation:
        before, after = old.operation or "every operation", new.operation or "every operation"
        yield _told("clause-moved", old, new, f"of {before} → of {after}")
    if old.text != new.text:
        yield _reworded(old, new, codes)


def _reworded(old: Clause, new: Clause, codes: frozenset[str]) -> Change:
    was, is_now = old.named(codes), new.named(codes)
    rule, message = "clause-reworded", "reworded"
    if likeness(old.text, new.text) < REUSED_BELOW:
        rule, message = "clause-id-reused", "says something else under the same id"
    elif was != is_now:
        told = [f"{', '.join(sorted(each)) or 'none'}" for each in (was, is_now)]
        rule, message = "clause-error-code-changed", f"error code: {told[0]} → {told[1]}"
    return replace(_told(rule, old, new, message), words=edits(old.text, new.text))


def _told(rule: str, old: Clause, new: Clause, message: str) -> Change:
    return replace(change(rule, old.node, new.node, f"clause {new.id}", message), uses=_uses(new))


def _uses(clause: Clause) -> tuple[str, ...]:
    return (clause.operation,) if clause.operation else ()


def error_codes(document: Document) -> dict[str, str]:
    """Return the catalogue of error codes: each with its index."""
    catalogue = document.top.find(*ERROR_CODES, "enum")
    if catalogue is None or not isinstance(catalogue.value, list):
        return {}
    return {str(code): str(index) for index, code in enumerate(catalogue.value)}


def compare_error_codes(old: Document, new: Document) -> Iterator[Change]:
    """Yield every error code that came or went. Programs tell errors apart by them."""
    before, after = error_codes(old), error_codes(new)
    stated = clauses(new)
    for code in before:
        if code not in after:
            by = [clause.id for clause in stated.values() if clause.named(frozenset({code}))]
            message = f"removed; named by {', '.join(by)}" if by else "removed"
            places = old.top.at(*ERROR_CODES, "enum", before[code]), new.top.at(*ERROR_CODES, "enum")
            yield change("error-code-removed", *places, f"error code {code}", message)
    for code, index in after.items():
        if code not in before:
            places = old.top.at(*ERROR_CODES, "enum"), new.top.at(*ERROR_CODES, "enum", index)
            yield change("error-code-added", *places, f"error code {code}", "added")


def compare_profiles(old: Document, new: Document) -> Iterator[Change]:
    """Yield every change of the profiles that a server can claim."""
    before, after = (
        dict(stated.members()) if (stated := each.top.get("x-profiles")) else {} for each in (old, new)
    )
    for name in {**before, **after}:
        places = old.top.at("x-profiles", name), new.top.at("x-profiles", name)
        if name not in after:
            yield change("profile-removed", *places, f"profile {name}", "removed")
        elif name not in before:
            yield change("profile-added", *places, f"profile {name}", "added")
        elif (texts := [str(each[name].value) for each in (before, after)])[0].split() != texts[1].split():
            words = edits(*texts)
            yield replace(change("profile-reworded", *places, f"profile {name}", "reworded"), words=words)
