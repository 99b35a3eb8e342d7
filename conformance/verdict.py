"""What a check can come to, and what a run amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.client import Answer
    from conformance.exchange import Exchange


class Status(StrEnum):
    """The outcome of one check. Only PASS is a pass."""

    PASS = "PASS"  # noqa: S105  no password
    FAIL = "FAIL"
    WARN = "WARN"
    SKIP = "SKIP"
    NOT_REACHED = "NOT_REACHED"
    ERROR = "ERROR"


class ExitCode(IntEnum):
    """What the command `conformance check` says to the shell."""

    CONFORMS = 0
    DOES_NOT_CONFORM = 1
    USAGE = 2
    INCOMPLETE = 3
    SUITE_FAILED = 4
    INTERRUPTED = 130


class Violation(Exception):
    """The server broke the clause: what was expected, and what came back."""

    def __init__(self, expected: str, actual: str, answers: Sequence[Answer] = ()) -> None:
        super().__init__(f"expected {expected}, got {actual}")
        self.expected = expected
        self.actual = actual
        self.answers = tuple(answers)


class Unreached(Exception):
    """What the clause speaks about never came about, so that nothing is proved."""


class WouldWrite(Unreached):
    """The clause can be proved by changing something alone, and the run only reads."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with what shows it.

    Attributes:
        code: what Schemathesis calls it (`ST202`), when it found it.
        pointer: what of the contract is broken, when it is more than the clause says (RFC 6901).
        steps: the calls that lead to it, for a person, when there are several.
    """

    expected: str
    actual: str
    exchanges: tuple[Exchange, ...] = ()
    code: str | None = None
    curl: str | None = None
    pointer: str | None = None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one check.

    Attributes:
        pointer: where the contract states what was checked (RFC 6901).
        phase: the part of the run that decided it.
        derived: whether it comes from the schemas of the contract, and not from a clause.
    """

    id: str
    status: Status
    level: str
    profile: str
    text: str
    operation_id: str | None
    line: int
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    requests: int = 0
    seconds: float = 0.0
    pointer: str = ""
    phase: str = "probe"
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of a run, over clauses alone."""

    clauses: int
    claimed: int
    passed: int

    @property
    def index(self) -> str:
        """How much of the contract was claimed."""
        return f"{self.claimed}/{self.clauses}"

    @property
    def score(self) -> str:
        """How much of what was claimed was passed."""
        return f"{self.passed}/{self.claimed}"


def totals(verdicts: Iterable[Verdict]) -> Totals:
    """Counts clauses: all, those that were claimed, and those that passed."""
    stated = [verdict for verdict in verdicts if not verdict.derived]
    claimed = [verdict for verdict in stated if verdict.status is not Status.SKIP]
    return Totals(len(stated), len(claimed), sum(verdict.status is Status.PASS for verdict in claimed))


def exit_code(verdicts: Sequence[Verdict], *, strict: bool = False) -> ExitCode:
    """The one answer to "does it conform?". A run in which nothing passed is never a yes."""
    statuses = {verdict.status for verdict in verdicts}
    if Status.ERROR in statuses:
        return ExitCode.SUITE_FAILED
    if Status.FAIL in statuses or (strict and Status.WARN in statuses):
        return ExitCode.DOES_NOT_CONFORM
    if Status.NOT_REACHED in statuses or Status.PASS not in statuses:
        return ExitCode.INCOMPLETE
    return ExitCode.CONFORMS
