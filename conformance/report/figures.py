"""The figures of a run: of clauses, or of derived checks where the contract has no clauses."""

from dataclasses import dataclass

from conformance.report.document import Document

_GOOD = ("PASS", "XPASS")


@dataclass(frozen=True, slots=True)
class Figures:
    """How much was claimed, and how much of that passed.

    Attributes:
        what: what is counted, as in "241 clauses".
    """

    what: str
    all: int
    claimed: int
    passed: int

    @property
    def index(self) -> str:
        """How much of all was claimed."""
        return f"{self.claimed}/{self.all}"

    @property
    def score(self) -> str:
        """How much of what was claimed passed."""
        return f"{self.passed}/{self.claimed}"


def figures(document: Document) -> Figures:
    """Return the figures of a run."""
    totals = document["totals"]
    if totals["clauses"] or not document["derived"]:
        return Figures("clauses", totals["clauses"], totals["claimed"], totals["passed"])
    return derived(document)


def derived(document: Document) -> Figures:
    """Return the figures of the checks that come from schemas."""
    statuses = [verdict["status"] for verdict in document["derived"]]
    claimed = [status for status in statuses if status != "SKIP"]
    passed = sum(status in _GOOD for status in claimed)
    return Figures("checks", len(statuses), len(claimed), passed)
