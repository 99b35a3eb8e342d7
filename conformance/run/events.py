"""What a run tells while it lasts."""

from dataclasses import dataclass

from conformance.run.verdict import Verdict


@dataclass(frozen=True, slots=True)
class PhaseBegun:
    """A phase begins; it may take so many seconds, if it has a budget."""

    name: str
    summary: str = ""
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict was reached."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Noted:
    """Something about the server that people should know, and that is no verdict."""

    text: str


Event = PhaseBegun | Decided | Noted
