"""How reports call the statuses, and how they write figures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatusWords:
    """One status for a reader.

    Attributes:
        name: the status in words, as in "3 failed".
        sign: one character that tells it apart without colour.
    """

    name: str
    sign: str


STATUSES = {
    "ERROR": StatusWords("could not be checked", "⚠"),
    "FAIL": StatusWords("failed", "✕"),
    "WARN": StatusWords("warned", "!"),
    "NOT_REACHED": StatusWords("not reached", "○"),
    "XPASS": StatusWords("passed unexpectedly", "↑"),
    "XFAIL": StatusWords("failed as expected", "≈"),
    "SKIP": StatusWords("skipped", "–"),
    "PASS": StatusWords("passed", "✓"),
}
"""What somebody has to look into comes first."""


def counted(counts: dict[str, int]) -> str:
    """Return how many of each status, as in "3 failed, 238 passed"."""
    return ", ".join(
        f"{counts[status]:,} {words.name}" for status, words in STATUSES.items() if counts.get(status)
    )


def duration(seconds: float) -> str:
    """Return a time as people read it: `12 ms`, `1.3 s`, `2 min 5 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
