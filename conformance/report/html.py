"""The report as one HTML file: it needs no network, works from a mail, and is whole without scripts."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from conformance.report import words
from conformance.report.document import WRONG, Document, by_reason, place, shown, verdicts, wrong
from conformance.report.evidence import GONE
from conformance.report.figures import figures
from conformance.report.pages import page
from conformance.report.summary import residue

_SLOWEST = 10


def render(document: Document) -> str:
    """Return the results as a page."""
    document = shown(document)
    return page(
        "report.html.jinja",
        "report.js",
        document=document,
        figures=figures(document),
        counts=_counts(verdicts(document)),
        wrong=wrong(document),
        expected=[verdict for verdict in verdicts(document) if verdict["status"] == "XFAIL"],
        groups=_groups(document),
        grid=_grid(document),
        keywords=_keywords(document),
        unreached=_unreached(document),
        slowest=_slowest(document),
        unproved=by_reason(document, "NOT_REACHED"),
        skips=by_reason(document, "SKIP"),
        carded=(*WRONG, "XFAIL"),
        residue=residue(document),
        gone=GONE,
        place=lambda line: place(document, line),
    )


def _counts(found: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Return how many verdicts have each status, in the order in which statuses are told."""
    counts = Counter(verdict["status"] for verdict in found)
    return {status: counts[status] for status in words.STATUSES if counts[status]}


def _groups(document: Document) -> list[dict[str, Any]]:
    """Return the verdicts by operation, in the order of the contract; first those on every operation."""
    stated = {each["id"]: each for each in (document["coverage"] or {"operations": []})["operations"]}
    names = [verdict["operation"] for verdict in verdicts(document)]
    order = [name for name in dict.fromkeys([None, *stated, *names]) if name in set(names)]
    groups: dict[str | None, dict[str, Any]] = {
        name: {"id": name, "operation": stated.get(name), "clauses": [], "derived": []} for name in order
    }
    for kind in ("clauses", "derived"):
        for verdict in document[kind]:
            groups[verdict["operation"]][kind].append(verdict)
    for group in groups.values():
        group["counts"] = _counts([*group["clauses"], *group["derived"]])
        group["derived_counts"] = _counts(group["derived"])
    return list(groups.values())


def _grid(document: Document) -> dict[str, Any] | None:
    """Return operations by documented status: how often each was answered; None when it was not measured."""
    if document["coverage"] is None:
        return None
    operations = document["coverage"]["operations"]
    columns = sorted({status for operation in operations for status in operation["statuses"]})
    reached = [count for operation in operations for count in operation["statuses"].values()]
    return {
        "columns": columns,
        "operations": operations,
        "documented": len(reached),
        "reached": sum(count > 0 for count in reached),
    }


def _sides(constraint: dict[str, Any]) -> int:
    """From how many sides a constraint was met: kept, broken, or both."""
    return sum(constraint[side] > 0 for side in ("kept", "broken"))


def _keywords(document: Document) -> list[dict[str, Any]]:
    """For each keyword, how many constraints were met from both sides, from one, from none."""
    counts: dict[str, Counter[int]] = {}
    for constraint in (document["coverage"] or {"constraints": []})["constraints"]:
        counts.setdefault(constraint["keyword"], Counter())[_sides(constraint)] += 1
    return [
        {"keyword": keyword, "all": sum(sides.values()), "both": sides[2], "one": sides[1], "none": sides[0]}
        for keyword, sides in sorted(counts.items())
    ]


def _unreached(document: Document) -> list[dict[str, Any]]:
    constraints = (document["coverage"] or {"constraints": []})["constraints"]
    return [constraint for constraint in constraints if _sides(constraint) < 2]


def _slowest(document: Document) -> list[dict[str, Any]]:
    timed = sorted(verdicts(document), key=lambda verdict: -verdict["seconds"])
    return [verdict for verdict in timed[:_SLOWEST] if verdict["seconds"] > 0]
