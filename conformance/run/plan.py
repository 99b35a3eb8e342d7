"""What a run is to do, the phases that it is made of, and what each of them gets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from conformance.contract.document import Clause, Contract
from conformance.http.deadline import Deadline
from conformance.http.target import Target
from conformance.run.content import Content
from conformance.run.coverage import Ledger
from conformance.run.expected_failures import NONE, ExpectedFailures
from conformance.run.registry import Registry
from conformance.run.session import Workspace
from conformance.run.verdict import Verdict

ADDED_SEED = 1_000_003
"""What the second seed of a certifying run is ahead of the first."""
JOBS = 4


class Mode(StrEnum):
    """How thorough a run is."""

    QUICK = "quick"
    STANDARD = "standard"
    CERTIFY = "certify"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a verdict is about, for people.

    Attributes:
        text: what is demanded.
        pointer: where the contract states it (RFC 6901).
        how: how it is checked.
    """

    text: str
    pointer: str
    how: str


class Phase(Protocol):
    """A part of a run that decides verdicts."""

    @property
    def name(self) -> str:
        """How it is called, on the command line and in reports."""

    @property
    def summary(self) -> str:
        """What it does, in a few words."""

    @property
    def budgets(self) -> Mapping[Mode, float]:
        """Its share of `--budget`, in seconds of a brisk server. A mode that is not named leaves it out."""

    def ids(self, contract: Contract) -> Sequence[str]:
        """Return the ids of all verdicts that it can decide, in the order in which it does."""

    def explain(self, contract: Contract, verdict_id: str) -> Statement | None:
        """Return what one of its verdicts is about; None for ids of others."""

    def run(self, run: "Run") -> None:
        """Decide what is asked for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do.

    Attributes:
        checks: how each clause is checked.
        content: what is known of the API beside its contract.
        phases: what a run can be made of, in order.
        only: the ids that are asked for; None asks for all.
        skips: why a profile is not claimed, for those that are not.
        optional: the profiles that are not claimed after all when the server has not what they are about.
        omitted: the names of the phases that are not wanted, each with the reason.
        excluded: the operations that are never called.
        budget: seconds for all phases together; None for no limit. How much is tried hangs on mode and seed.
        jobs: how many checks run at a time.
        max_examples: how many requests Schemathesis draws for an operation; None for what the mode has.
        strict: whether a SHOULD counts as a MUST.
        expected: the failures that are expected.
        allow_stale: whether that list may be out of date.
        label: what the server is called in reports.
        packages: those whose checks were asked for beside the suite's own.
    """

    contract: Contract
    checks: Registry
    target: Target
    seed: int
    profiles: frozenset[str]
    mode: Mode = Mode.STANDARD
    content: Content = field(default_factory=Content)
    phases: tuple[Phase, ...] = ()
    only: frozenset[str] | None = None
    skips: dict[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    omitted: dict[str, str] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()
    budget: float | None = None
    jobs: int = JOBS
    max_examples: int | None = None
    strict: bool = False
    expected: ExpectedFailures = NONE
    allow_stale: bool = False
    label: str | None = None
    packages: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Let whoever speaks to the target know what is known of its keys."""
        known = replace(self.target, key_prefixes=self.content.key_prefixes)
        object.__setattr__(self, "target", known)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds with which everything is done once."""
        return (self.seed, self.seed + ADDED_SEED) if self.mode is Mode.CERTIFY else (self.seed,)

    def asks_for(self, verdict_id: str) -> bool:
        """Return whether this id is asked for."""
        return self.only is None or verdict_id in self.only

    def budget_of(self, phase: Phase) -> float | None:
        """Return the seconds that a phase may take; None where none were asked for."""
        if self.budget is None:
            return None
        wanted = (each for each in self.phases if self.mode in each.budgets and each.name not in self.omitted)
        return phase.budgets[self.mode] * self.budget / sum(each.budgets[self.mode] for each in wanted)

    def clauses(self) -> list[Clause]:
        """Return the clauses that are asked for, in the order of the contract."""
        return [clause for clause in self.contract.clauses if self.asks_for(clause.id)]

    def without(self, profiles: frozenset[str], reason: str) -> "Plan":
        """Return the plan without the claim to some profiles."""
        dropped = profiles & self.profiles
        skips = {**self.skips, **dict.fromkeys(dropped, reason)}
        return replace(self, profiles=self.profiles - dropped, skips=skips)


@dataclass(frozen=True, slots=True)
class Run:
    """What a phase gets: the plan, the server, its time, and where its verdicts go.

    Attributes:
        ledger: what was reached of the contract so far, in all phases.
        decide: is told each verdict as it falls, in one thread.
        deadline: when the phase has to come to an end.
    """

    plan: Plan
    workspace: Workspace
    ledger: Ledger
    decide: Callable[[Verdict], None]
    deadline: Deadline
