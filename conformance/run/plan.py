"""What a run is to do, and how much time each part of it may take."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.run.expected_failures import NONE, KnownFailures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.contract.document import Clause, Contract
    from conformance.http.target import Target
    from conformance.run.registry import Catalogue

ADDED_SEED = 1_000_003
"""What the second seed of a certifying run is ahead of the first."""


class Phase(StrEnum):
    """A part of a run that checks something, in the order in which they run."""

    PROBE = "probe"
    RAW = "raw"
    BOUNDARY = "boundary"
    FUZZ = "fuzz"
    MODEL = "model"
    RACE = "race"


class Mode(StrEnum):
    """How thorough a run is."""

    QUICK = "quick"
    STANDARD = "standard"
    CERTIFY = "certify"


PHASES: Mapping[Phase, str] = {
    Phase.PROBE: "a check for each clause",
    Phase.RAW: "what an HTTP library does not send",
    Phase.BOUNDARY: "each side of every constraint of a request",
    Phase.FUZZ: "random requests, drawn by Schemathesis",
    Phase.MODEL: "random histories, beside a model of the clauses",
    Phase.RACE: "requests at one instant",
}

BUDGETS: Mapping[Mode, Mapping[Phase, float]] = {
    Mode.QUICK: {Phase.PROBE: 5},
    Mode.STANDARD: {
        Phase.PROBE: 25,
        Phase.RAW: 10,
        Phase.BOUNDARY: 20,
        Phase.FUZZ: 30,
        Phase.MODEL: 8,
        Phase.RACE: 7,
    },
    Mode.CERTIFY: {
        Phase.PROBE: 120,
        Phase.RAW: 60,
        Phase.BOUNDARY: 120,
        Phase.FUZZ: 600,
        Phase.MODEL: 60,
        Phase.RACE: 60,
    },
}
"""Seconds by phase, for a server that answers within `BRISK` seconds; a slower one gets more in proportion.

A phase that a mode does not name is not run.
"""

BRISK = 0.02
JOBS = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do.

    Attributes:
        only: the ids that are asked for; None asks for all.
        skips: why a profile is not claimed, for those that are not.
        optional: the profiles that are not claimed after all when the server has not what they are about.
        left_out: the phases that are not wanted, each with the reason.
        budget: seconds for all phases together; None for what the mode gives each.
        jobs: how many checks run at a time.
        max_examples: how many requests Schemathesis draws for an operation; None for what the mode has.
        strict: whether a SHOULD counts as a MUST.
        known: the failures that are expected.
        allow_stale: whether that list may be out of date.
        label: what the server is called in reports.
    """

    contract: Contract
    catalogue: Catalogue
    target: Target
    seed: int
    profiles: frozenset[str]
    mode: Mode = Mode.STANDARD
    only: frozenset[str] | None = None
    skips: dict[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    left_out: dict[Phase, str] = field(default_factory=dict)
    budget: float | None = None
    jobs: int = JOBS
    max_examples: int | None = None
    strict: bool = False
    known: KnownFailures = NONE
    allow_stale: bool = False
    label: str | None = None

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds with which everything is done once."""
        return (self.seed, self.seed + ADDED_SEED) if self.mode is Mode.CERTIFY else (self.seed,)

    def asks_for(self, verdict_id: str) -> bool:
        """Whether this id is asked for."""
        return self.only is None or verdict_id in self.only

    def why_not(self, profile: str | None) -> str | None:
        """Why what belongs to a profile is skipped; None when it is claimed."""
        if profile is None or profile in self.profiles:
            return None
        return self.skips.get(profile, f"the profile {profile} is not claimed")

    def why_not_phase(self, phase: Phase) -> str | None:
        """Why a phase is not run; None when it is."""
        if phase in self.left_out:
            return self.left_out[phase]
        return None if phase in BUDGETS[self.mode] else f"--mode {self.mode} leaves it out"

    def budget_of(self, phase: Phase, slowness: float = 1.0) -> float:
        """Seconds that a phase may take, on a server so many times as slow as a brisk one."""
        budgets = BUDGETS[self.mode]
        if self.budget is None:
            return budgets[phase] * slowness
        wanted = sum(seconds for each, seconds in budgets.items() if each not in self.left_out)
        return budgets[phase] * self.budget / wanted

    def why_not_clause(self, clause: Clause) -> str | None:
        """Why a clause is skipped; None when it is to be checked."""
        if self.mode is Mode.QUICK and self.only is None and clause.id not in self.contract.first_clauses:
            return f"--mode {self.mode} takes the first clause of each operation, and those of all operations"
        # A clause of `strict` about roles asks nothing of a server that does not claim to have roles.
        home = self.contract.claim_for(clause.operation_id) if clause.operation_id else None
        return self.why_not(clause.profile) or self.why_not(home)

    def clauses(self) -> list[Clause]:
        """The clauses that are asked for, in the order of the contract."""
        return [clause for clause in self.contract.clauses if self.asks_for(clause.id)]

    def without(self, profiles: frozenset[str], reason: str) -> Plan:
        """The plan without the claim to some profiles."""
        dropped = profiles & self.profiles
        skips = {**self.skips, **dict.fromkeys(dropped, reason)}
        return replace(self, profiles=self.profiles - dropped, skips=skips)
