"""What a comparison finds: changes, each rated by a rule, for consumers and for servers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from conformance.contract.diff.document import Document, Place
from conformance.contract.diff.words import Edit


class Severity(StrEnum):
    """What a change does to those who relied on the old contract; the worst first."""

    BREAKING = "breaking"
    UNCLEAR = "unclear"
    SAFE = "safe"


class Party(StrEnum):
    """Who relies on a contract: those who call servers, and those who build them."""

    CONSUMERS = "consumers"
    SERVERS = "servers"


class Effect(StrEnum):
    """What becomes of the values that a schema allows."""

    LOST = "lost"
    GAINED = "gained"


def worst(severities: Iterable[Severity]) -> Severity:
    """Return the worst of them; safe when there is none."""
    found = set(severities)
    return next((severity for severity in Severity if severity in found), Severity.SAFE)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of change.

    Attributes:
        aspect: what the change is about. A change and its opposite have different rules of one aspect.
        effects: what it does to the values of a schema, unless something else in the schema does so anyhow.
        is_certain: whether it is known to have the effects, or only may.
    """

    id: str
    consumers: Severity
    servers: Severity
    aspect: str
    effects: frozenset[Effect] = frozenset()
    is_certain: bool = True

    @property
    def severity(self) -> Severity:
        """How bad it is for the party that it is worse for."""
        return worst((self.consumers, self.servers))


@dataclass(frozen=True, slots=True)
class Approval:
    """What a reviewer has let pass: a change, why, who stands for it, and its last day."""

    rule: str
    subject: str
    message: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of a contract.

    Attributes:
        subject: what changed, as a person names it.
        message: how it changed; with the subject it is a sentence.
        old: its place in the old version; of what was added, the place around it.
        new: its place in the new version, likewise.
        consumers: what it does to those who call servers.
        servers: what it does to those who build them.
        proof: a value that only one of the versions allows, or what was tried to find one, as a sentence.
        uses: the operations that it concerns; empty when it concerns all, or the document.
        words: of a clause, what became of each word.
        also_found_by: other programs that report the same.
        approval: a reviewer's, where there is one. What is approved breaks nobody any more.
    """

    rule: Rule
    subject: str
    message: str
    old: Place
    new: Place
    consumers: Severity
    servers: Severity
    proof: str = ""
    uses: tuple[str, ...] = ()
    words: tuple[Edit, ...] = ()
    also_found_by: tuple[str, ...] = ()
    approval: Approval | None = None

    def for_party(self, party: Party) -> Severity:
        """Return what it does to one of the parties."""
        return self.consumers if party is Party.CONSUMERS else self.servers

    @property
    def severity(self) -> Severity:
        """How bad it is for the party that it is worse for."""
        return worst((self.consumers, self.servers))

    def concerns(self, severity: Severity) -> tuple[Party, ...]:
        """Return the parties for which it is as bad as that."""
        return tuple(party for party in Party if self.for_party(party) is severity)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that a comparison says.

    Attributes:
        unchecked: clauses that the new version adds and that the suite has no check for.
        stray_checks: checks of the suite whose clause the new version does not have.
        notes: what else a reader should know, as sentences.
        stale: the approvals that approve nothing, and why.
    """

    old: Document
    new: Document
    changes: tuple[Change, ...]
    unchecked: tuple[str, ...] = ()
    stray_checks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()

    def of(self, severity: Severity) -> tuple[Change, ...]:
        """Return the changes that are as bad as that for somebody, in the order of the new file."""
        return tuple(change for change in self.changes if change.severity is severity)

    def verdict(self, party: Party) -> Severity:
        """Return the worst that it does to one of the parties, but for what is approved."""
        return worst(change.for_party(party) for change in self.changes if change.approval is None)

    def broken(self) -> tuple[Party, ...]:
        """Return whom it breaks."""
        return tuple(party for party in Party if self.verdict(party) is Severity.BREAKING)
