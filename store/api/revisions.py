"""Revisions of a store's tables."""

from dataclasses import dataclass

BASE = "base"
"""The revision before the first: there are no tables."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A state of the tables that a store can be brought to.

    Attributes:
        name: what it is called.
        summary: what it brings, in a sentence.
        drops: what is lost when it is taken back, as the end of a sentence.
        is_present: whether the tables are at this revision.
    """

    name: str
    summary: str
    drops: str
    is_present: bool
