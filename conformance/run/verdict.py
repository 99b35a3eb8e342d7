"""What a check can come to, and what a run amounts to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum, StrEnum

from conformance.http.answer import Answer
from conformance.http.evidence import Exchange


class Status(StrEnum):
    """The outcome of one check. Only PASS is a pass."""

    PASS = "PASS"  # noqa: S105  no password
    FAIL = "FAIL"
    WARN = "WARN"
    SKIP = "SKIP"
    NOT_REACHED = "NOT_REACHED"
    ERROR = "ERROR"
    XFAIL = "XFAIL"
    """It failed, as the file of expected failures says."""
    XPASS = "XPASS"
    """It was expected to fail, and does not: the file is stale."""


class ExitCode(IntEnum):
    """What the command `conformance check` says to the shell."""

    CONFORMS = 0
    DOES_NOT_CONFORM = 1
    USAGE = 2
    INCOMPLETE = 3
    SUITE_FAILED = 4
    STALE = 5
    INTERRUPTED = 130


class Violation(Exception):
    """The server broke a clause: what was expected, and what came back.

    Attributes:
        clause_id: the clause, where it is another one than is being checked; that one cannot be checked then.
    """

    def __init__(
        self, expected: str, actual: str, answers: Sequence[Answer] = (), *, clause_id: str = ""
    ) -> None:
        super().__init__(f"expected {expected}, got {actual}")
        self.expected = expected
        self.actual = actual
        self.answers = tuple(answers)
        self.clause_id = clause_id


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with what shows it.

    Attributes:
        code: what Schemathesis calls it (`ST202`), when it found it.
        pointer: what of the contract is broken, when it is more than the clause says (RFC 6901).
        steps: the calls that lead to it, for a person, when there are several.
        cause: what findings at many places have in common, in a few words.
        setup: the calls before them that made, changed or removed what the requests name.
    """

    expected: str
    actual: str
    exchanges: tuple[Exchange, ...] = ()
    code: str | None = None
    curl: str | None = None
    pointer: str | None = None
    steps: tuple[str, ...] = ()
    cause: str = ""
    setup: tuple[Exchange, ...] = ()


def unanswered(exchanges: Sequence[Exchange], problem: str = "") -> Finding:
    """Return the finding that a server ends connections without an answer; the last request shows it."""
    actual = "none, twice, while the server answers other requests" + (f": {problem}" if problem else "")
    return Finding(
        "an HTTP answer", actual, tuple(exchanges[-1:]), cause="a connection ends without an answer"
    )


@dataclass(frozen=True, slots=True)
class Expectation:
    """A failure that is known, and who sees to it until when."""

    verdict_id: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one check.

    Attributes:
        pointer: where the contract states what was checked (RFC 6901).
        phase: the part of the run that decided it.
        derived: whether it comes from the schemas of the contract, and not from a clause.
        blames: the other clause that is broken, so that this one could not be tried. The findings are of it.
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
    expectation: Expectation | None = None
    blames: str = ""


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


_GOOD = (Status.PASS, Status.XPASS)
# From the best to the worst.
_RANK = (Status.SKIP, Status.PASS, Status.NOT_REACHED, Status.WARN, Status.ERROR, Status.FAIL)


def worse(one: Verdict, other: Verdict) -> Verdict:
    """Return the worse of two verdicts on the same thing, with the requests and the time of both."""
    worst = max(one, other, key=lambda verdict: _RANK.index(verdict.status))
    requests, seconds = one.requests + other.requests, one.seconds + other.seconds
    return replace(worst, requests=requests, seconds=seconds)


def totals(verdicts: Iterable[Verdict]) -> Totals:
    """Count clauses: all, those that were claimed, and those that passed. An expected failure is no pass."""
    stated = [verdict for verdict in verdicts if not verdict.derived]
    claimed = [verdict for verdict in stated if verdict.status is not Status.SKIP]
    return Totals(len(stated), len(claimed), sum(verdict.status in _GOOD for verdict in claimed))


def exit_code(
    verdicts: Sequence[Verdict], *, strict: bool = False, stale: bool = False, by_name: bool = False
) -> ExitCode:
    """Return the one answer to "does it conform?". A run in which nothing passed is never a yes.

    Who asks for verdicts by their names asks something else, "is it as I know it?". To that, a failure that
    is expected is a yes.

    Args:
        verdicts: all of the run.
        strict: whether a SHOULD counts as a MUST.
        stale: whether the file of expected failures is out of date.
        by_name: whether some verdicts were asked for by their names.
    """
    statuses = {verdict.status for verdict in verdicts}
    if Status.FAIL in statuses or (strict and Status.WARN in statuses):
        return ExitCode.DOES_NOT_CONFORM
    if Status.ERROR in statuses:
        return ExitCode.SUITE_FAILED
    enough = (*_GOOD, Status.XFAIL) if by_name else _GOOD
    if Status.NOT_REACHED in statuses or not statuses.intersection(enough):
        return ExitCode.INCOMPLETE
    if stale or Status.XPASS in statuses:
        return ExitCode.STALE
    return ExitCode.CONFORMS
