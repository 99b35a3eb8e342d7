"""The figures of a run: of clauses, or of derived checks where the contract has no clauses."""

from dataclasses import dataclass

from conformance.report.document import Document

_GOOD = ("PASS", "XPASS")


@dataclass(frozen=True, slots=True)
class Figures:
    """How much was claimed, and how much of that passed.

    Attributes:
        what: what is counted, as in "241 clauses".
        index: how much of all was claimed, as in "200/241".
        score: how much of what was claimed passed.
    """

    what: str
    all: int
    claimed: int
    index: str
    score: str


def figures(document: Document) -> Figures:
    """Return the figures of a run."""
    totals = document["totals"]
    if totals["clauses"] or not document["derived"]:
        return Figures("clauses", totals["clauses"], totals["claimed"], totals["index"], totals["score"])
    statuses = [verdict["status"] for verdict in document["derived"]]
    claimed = [status for status in statuses if status != "SKIP"]
    passed = sum(status in _GOOD for status in claimed)
    index, score = f"{len(claimed)}/{len(statuses)}", f"{passed}/{len(claimed)}"
    return Figures("checks", len(statuses), len(claimed), index, score)
