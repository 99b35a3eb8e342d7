"""What a comparison finds: changes, each rated by a rule."""

from dataclasses import dataclass
from enum import StrEnum

from conformance.contract.diff.document import Document, Place
from conformance.contract.diff.words import Edit


class Severity(StrEnum):
    """What a change does to those who relied on the old contract."""

    BREAKING = "breaking"
    UNCLEAR = "unclear"
    SAFE = "safe"


class Party(StrEnum):
    """Who relies on a contract: those who call servers, and those who build them."""

    CONSUMERS = "consumers"
    SERVERS = "servers"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of change.

    Attributes:
        aspect: what the change is about. A change and its opposite have different rules of one aspect.
        breaks: who has to look, where the change is not safe.
    """

    id: str
    severity: Severity
    aspect: str
    breaks: frozenset[Party] = frozenset({Party.CONSUMERS})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of a contract.

    Attributes:
        subject: what changed, as a person names it.
        message: how it changed; with the subject it is a sentence.
        old: its place in the old version; of what was added, the place around it.
        new: its place in the new version, likewise.
        uses: the operations that it concerns; empty when it concerns all, or the document.
        words: of a clause, what became of each word.
        also_found_by: other programs that report the same.
    """

    rule: Rule
    subject: str
    message: str
    old: Place
    new: Place
    uses: tuple[str, ...] = ()
    words: tuple[Edit, ...] = ()
    also_found_by: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How its rule rates it."""
        return self.rule.severity


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that a comparison says.

    Attributes:
        unchecked: clauses that the new version adds and that the suite has no check for.
        stray_checks: checks of the suite whose clause the new version does not have.
        notes: what else a reader should know, as sentences.
    """

    old: Document
    new: Document
    changes: tuple[Change, ...]
    unchecked: tuple[str, ...] = ()
    stray_checks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, severity: Severity) -> tuple[Change, ...]:
        """Return the changes of that severity, in the order of the new file."""
        return tuple(change for change in self.changes if change.severity is severity)

    def broken(self, severity: Severity = Severity.BREAKING) -> tuple[Party, ...]:
        """Return who is concerned by changes of that severity."""
        concerned = {party for change in self.of(severity) for party in change.rule.breaks}
        return tuple(party for party in Party if party in concerned)
