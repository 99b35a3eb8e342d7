"""Several servers side by side: each check by each server, differences first."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.report import words
from conformance.report.document import Document, shown, verdicts
from conformance.report.figures import figures

ABSENT = "–"
"""What stands where a server's results have not the check."""


class DifferentContracts(Exception):
    """The results are of different contracts, so that the same id need not mean the same."""


@dataclass(frozen=True, slots=True)
class Row:
    """One check.

    Attributes:
        statuses: what it came to, for each server in the order of the columns; None where it is not known.
    """

    id: str
    level: str
    text: str
    statuses: tuple[str | None, ...]

    @property
    def differs(self) -> bool:
        """Whether the servers do not agree."""
        return len(set(self.statuses)) > 1

    @property
    def is_claimed_by_all(self) -> bool:
        """Whether no server left it out: what one does not claim, it need not do as the others."""
        return not {None, "SKIP"} & set(self.statuses)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Checks by servers.

    Attributes:
        names: what the servers are called; no two are the same.
        documents: their results, in the same order.
        rows: those that differ first, of these what all claim, else in the order of the contract.
        agreed: how many of those on which they agree are not among them.
        partial: how many of those that some alone claim are not among them.
    """

    names: tuple[str, ...]
    documents: tuple[Document, ...]
    rows: tuple[Row, ...]
    agreed: int = 0
    partial: int = 0

    @property
    def differences(self) -> int:
        """How many rows differ of what all claim."""
        return sum(row.differs for row in self.rows if row.is_claimed_by_all)


def build(
    documents: Sequence[Document],
    *,
    only_differences: bool = False,
    claimed_by_all: bool = False,
    allow_different_contracts: bool = False,
) -> Matrix:
    """Set results side by side. A derived check is a row only where it is not passed by all.

    Raises:
        DifferentContracts: they are of different contracts, and that is not allowed.
    """
    documents = [shown(document) for document in documents]
    names = _names(documents)
    digests = {document["contract"]["sha256"] for document in documents}
    if len(digests) > 1 and not allow_different_contracts:
        stated = ", ".join(
            f"{name}: {document['contract']['version']} ({document['contract']['sha256'][:12]})"
            for name, document in zip(names, documents, strict=True)
        )
        raise DifferentContracts(
            f"The results are of different contracts, so that one id may mean two things ({stated})."
            " Check all servers with one contract, or give --allow-different-contracts."
        )
    rows = _rows(documents)
    claimed = [row for row in rows if row.is_claimed_by_all] if claimed_by_all else rows
    kept = [row for row in claimed if row.differs] if only_differences else claimed
    agreed, partial = len(claimed) - len(kept), len(rows) - len(claimed)
    return Matrix(tuple(names), tuple(documents), tuple(kept), agreed, partial)


def _names(documents: Sequence[Document]) -> list[str]:
    names: list[str] = []
    for document in documents:
        plain = document["label"] or document["target"]
        name, number = plain, 1
        while name in names:
            number += 1
            name = f"{plain} ({number})"
        names.append(name)
    return names


def _rows(documents: Sequence[Document]) -> list[Row]:
    found = [{verdict["id"]: verdict for verdict in verdicts(document)} for document in documents]
    stated = {verdict["id"] for document in documents for verdict in document["clauses"]}
    rows = []
    for verdict_id in dict.fromkeys(verdict_id for one in found for verdict_id in one):
        verdict = next(one[verdict_id] for one in found if verdict_id in one)
        statuses = tuple(one[verdict_id]["status"] if verdict_id in one else None for one in found)
        if verdict_id in stated or set(statuses) != {"PASS"}:
            rows.append(Row(verdict_id, verdict["level"], verdict["text"], statuses))
    return sorted(rows, key=lambda row: (not row.differs, not row.is_claimed_by_all and row.differs))


def text(matrix: Matrix) -> str:
    """Return the matrix for a terminal."""
    columns = [f"[{number}]" for number in range(1, len(matrix.names) + 1)]
    lines = [
        f"{column} {name}: {document['sentence']} index {figures(document).index}, "
        f"score {figures(document).score}"
        for column, name, document in zip(columns, matrix.names, matrix.documents, strict=True)
    ]
    width = max((len(row.id) for row in matrix.rows), default=0)
    lines += ["", _count(matrix), ""]
    if matrix.rows:
        lines.append("  ".join([" " * (width + 2), *(f"{column:<11}" for column in columns)]).rstrip())
    for row in matrix.rows:
        mark = "≠ " if row.differs else "  "
        cells = "  ".join(f"{status or ABSENT:<11}" for status in row.statuses)
        lines.append(f"{mark}{row.id:<{width}}  {cells}".rstrip())
    return "\n".join(lines) + "\n"


def html(matrix: Matrix) -> str:
    """Return the matrix as a page of one file."""
    from conformance.report.pages import page

    return page(
        "matrix.html.jinja", None, matrix=matrix, figures=figures, absent=ABSENT, heading=_count(matrix)
    )


def markdown(matrix: Matrix) -> str:
    """Return the matrix as a table of GitHub's Markdown."""
    from conformance.report.markdown import inline

    head = ["check", *(inline(name) for name in matrix.names)]
    lines = ["### " + _count(matrix), "", _line(head), _line(["---"] * len(head))]
    for title, figure in _FIGURES.items():
        lines.append(_line([title, *(inline(figure(document)) for document in matrix.documents)]))
    for row in matrix.rows:
        cells = [_signed(status) for status in row.statuses]
        lines.append(_line([f"<code>{inline(row.id)}</code>" + (" ≠" if row.differs else ""), *cells]))
    return "\n".join(lines) + "\n"


def to_json(matrix: Matrix) -> str:
    """Return the matrix for programs."""
    servers = [
        {
            "name": name,
            **{
                key: document[key]
                for key in ("target", "label", "exit_code", "sentence", "contract", "totals")
            },
        }
        for name, document in zip(matrix.names, matrix.documents, strict=True)
    ]
    rows = [
        {"id": row.id, "level": row.level, "text": row.text, "differs": row.differs, "statuses": row.statuses}
        for row in matrix.rows
    ]
    document = {"servers": servers, "differences": matrix.differences, "rows": rows}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


_FIGURES: dict[str, Callable[[Document], str]] = {
    "verdict": lambda document: document["sentence"],
    "claimed of all": lambda document: figures(document).index,
    "passed of claimed": lambda document: figures(document).score,
}


def _count(matrix: Matrix) -> str:
    claimed = sum(row.is_claimed_by_all for row in matrix.rows) + matrix.agreed
    told = f"{len(matrix.names)} servers: {matrix.differences:,} of {claimed:,} checks that all claim differ"
    if some := len(matrix.rows) + matrix.agreed - claimed + matrix.partial:
        told += f"; {some:,} are claimed by some alone" + (" and left out" if matrix.partial else "")
    return told + (f"; {matrix.agreed:,} on which they agree are left out" if matrix.agreed else "")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _signed(status: str | None) -> str:
    return ABSENT if status is None else f"{words.STATUSES[status].sign} {words.STATUSES[status].name}"
