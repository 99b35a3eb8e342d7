"""Pages of lists: which `limit` and `offset` are used."""

from typing import Any

from conformance.http.answer import Answer
from conformance.run import expect

DEFAULT_LIMIT = 25
LARGEST_LIMIT = 100
FAR = 2147483647
"""The largest `limit` and `offset`."""

IN_AND_OUT_OF_BOUNDS: tuple[dict[str, int], ...] = (
    {"limit": 0},
    {"limit": -1},
    {"limit": 1, "offset": 1},
    {"limit": LARGEST_LIMIT},
    {"limit": LARGEST_LIMIT + 1},
    {"limit": FAR, "offset": 2},
    {"limit": 2, "offset": -1},
)


def clamped(answer: Answer, name: str, query: dict[str, int]) -> list[Any]:
    """Demand the page that `limit` and `offset` of a query mean, within their bounds; return its rows."""
    rows = expect.rows(answer, name)
    limit, offset = query.get("limit", 0), max(0, query.get("offset", 0))
    limit = DEFAULT_LIMIT if limit < 1 else min(limit, LARGEST_LIMIT)
    expect.members(answer, limit=limit, offset=offset)
    due = min(limit, max(0, expect.member(answer, "total_count") - offset))
    expect.equal(len(rows), due, "the number of rows", answer)
    return rows
