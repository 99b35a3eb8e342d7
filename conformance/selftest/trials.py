"""One trial: the suite against a server that is wrong in one point, or legal in another way."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Self

from conformance.access_profiles import calls
from conformance.contract.document import Clause
from conformance.fuzz.phase import derived_id
from conformance.run.events import Decided, Event
from conformance.run.plan import Plan
from conformance.run.probing import probe
from conformance.run.registry import Check
from conformance.run.results import Results
from conformance.run.session import Workspace
from conformance.run.verdict import Status, Verdict
from conformance.runner import run_whole
from conformance.selftest.detectability import same_answers
from conformance.selftest.faults import SeededFault
from conformance.selftest.faulty_server import COMMAND, FaultyServer, HostError
from conformance.selftest.mutants import Mutant

_BROKEN = (Status.FAIL, Status.WARN)
PREFLIGHT = "preflight"
"""Stands for the id of a verdict where a run ended before there was one."""
_SCOPES = "scopes"
"""The profile whose clauses stand at one operation and hold for all."""
_ALARMS = (Status.FAIL, Status.WARN, Status.ERROR, Status.NOT_REACHED)


class Outcome(StrEnum):
    """What a trial came to."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    UNSOUND = "unsound"
    """The check fails on the right server too, so that its failing says nothing of the fault."""
    QUIET = "quiet"
    ALARM = "alarm"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one subject.

    Attributes:
        kind: fault, mutant or variant.
        name: which.
        group: the clause that a fault breaks, the operator of a mutant, the name of a variant.
        by: the ids of the verdicts that reported it.
        requests: how many were sent until the first report, or in all.
        seconds: how long that took.
        reason: why it survived, is equivalent or unsound, or what went wrong.
        verdicts: that on a fault, or those that raised a false alarm; with their evidence.
    """

    kind: str
    name: str
    group: str
    outcome: Outcome
    by: tuple[str, ...] = ()
    requests: int = 0
    seconds: float = 0.0
    reason: str = ""
    verdicts: tuple[Verdict, ...] = ()


class TrialServer:
    """A server that can be broken, and the suite before it. One trial at a time.

    A trial leaves nothing behind that the next one meets: each time that the server is told what to serve it
    holds what it held in the beginning, and the suite comes with a workspace of its own.
    """

    def __init__(
        self,
        plan_at: Callable[[FaultyServer], Plan],
        command: Sequence[str] = COMMAND,
        right: dict[Check, Verdict] | None = None,
    ) -> None:
        """Start the server.

        Args:
            plan_at: what is tried at a server.
            command: what starts it.
            right: what checks came to without a fault. Servers may share it, so that each is made once.

        Raises:
            HostError: it does not start.
        """
        self._right = {} if right is None else right
        self.server = FaultyServer(command)
        self.plan = plan_at(self.server)
        with self._workspace() as workspace:
            # A server that is in use: its data is not the suite's, and its first profile is gone.
            session = workspace.session("before")
            gone = calls.create(session)["id"]
            session.call("deleteAccessProfile", parameters={"profile_id": gone})
            calls.submit(session, {"name": "Here before"})
        self.server.keep()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.close()

    def _workspace(self) -> Workspace:
        return Workspace(self.plan.contract, self.plan.target, self.plan.seed)

    def _probe(self, clause: Clause, fault_id: str | None = None) -> Verdict:
        """Run one check on the server with a fault, or on the right one, and return its verdict.

        Raises:
            HostError: the fault cannot be served, or has crashed.
        """
        if fault_id is not None:
            self.server.serve("fault", fault_id)
        with self._workspace() as workspace:
            verdict = probe(self.plan.checks[clause.id], clause, workspace)
        self.server.restore()
        return verdict

    def _without_fault(self, clause: Clause) -> Verdict:
        """Return what the check of a clause comes to on the right server."""
        check = self.plan.checks[clause.id]
        if check not in self._right:
            self._right[check] = self._probe(clause)
        return self._right[check]

    def _is_sound(self, verdict_id: str) -> bool:
        """Return whether what has failed passes on the right server. What the contract gives does."""
        clause = self.plan.contract.clause(verdict_id)
        return clause is None or self._without_fault(clause).status not in _BROKEN

    def fault(self, seeded: SeededFault, *, precise: bool = False) -> Trial:
        """Try the check of the clause that the fault breaks, and if so the other checks of its operation."""
        clause = self.plan.contract.clause(seeded.clause_id)
        trial = Trial("fault", seeded.id, seeded.clause_id, Outcome.SURVIVED)
        if clause is None or clause.id not in self.plan.checks:
            return replace(trial, reason="the clause has no check")
        try:
            right = self._without_fault(clause)
            if right.status in _BROKEN:
                return replace(trial, outcome=Outcome.UNSOUND, reason=_unsound(right), verdicts=(right,))
            verdict = self._probe(clause, seeded.id)
            others = self._others(seeded) if precise else ()
        except HostError as error:
            return replace(trial, outcome=Outcome.ERROR, reason=str(error))
        trial = replace(trial, requests=verdict.requests, seconds=verdict.seconds, verdicts=(verdict,))
        if verdict.status is Status.ERROR:
            return replace(trial, outcome=Outcome.ERROR, reason=verdict.reason)
        if verdict.status in _BROKEN:
            return replace(trial, outcome=Outcome.KILLED, by=(clause.id, *others))
        return replace(trial, reason=verdict.reason or "its check passed")

    def _others(self, seeded: SeededFault) -> tuple[str, ...]:
        """Return the other clauses of the operation that a fault breaks."""
        contract = self.plan.contract
        stated = contract.clause(seeded.clause_id)
        others = [
            c for c in contract.clauses if stated and c.operation_id == stated.operation_id and c != stated
        ]
        return tuple(
            clause.id
            for clause in others
            if self._probe(clause, seeded.id).status in _BROKEN and self._is_sound(clause.id)
        )

    def mutant(self, mutant: Mutant, *, fuzz: bool = False) -> Trial:
        """Try the verdicts of the operation, the nearest first, until one fails."""
        trial = Trial("mutant", mutant.id, mutant.operator, Outcome.SURVIVED)
        begun = time.perf_counter()
        watch = _Watch()
        unsound: list[Clause] = []
        try:
            for ids in self._nearest(mutant, fuzz=fuzz):
                self.server.serve("mutant", mutant.id)
                plan = replace(self.plan, only=ids, omitted={} if fuzz else self.plan.omitted)
                watch.end(run_whole(plan, watch.observe))
                self.server.restore()
                failed, watch.by = watch.by, [each for each in watch.by if self._is_sound(each)]
                if watch.by:
                    break
                unsound += [c for c in self.plan.contract.clauses if c.id in failed]
            else:
                same = self._is_equivalent(mutant)
                if same:
                    trial = replace(trial, outcome=Outcome.EQUIVALENT, reason=same)
                elif unsound:
                    reason = _unsound(self._without_fault(unsound[0]))
                    trial = replace(trial, outcome=Outcome.UNSOUND, reason=reason)
        except HostError as error:
            return replace(trial, outcome=Outcome.ERROR, reason=str(error))
        if not watch.by:
            seconds = time.perf_counter() - begun
            reason = trial.reason or watch.missed() or "every verdict of its operation passed"
            return replace(trial, requests=watch.requests, seconds=seconds, reason=reason)
        return replace(
            trial,
            outcome=Outcome.KILLED,
            by=tuple(watch.by),
            requests=watch.first_requests,
            seconds=watch.seconds,
        )

    def _nearest(self, mutant: Mutant, *, fuzz: bool) -> Iterable[frozenset[str]]:
        """Return sets of ids: of what the mutant touches, of its operation, of what holds for all operations.

        What an answer holds is also seen by the checks of other operations: then all of them are asked.
        """
        contract = self.plan.contract
        derived = f"S.{mutant.operation_id}."
        answers, fuzzed = f"{derived}answers", frozenset({derived_id(mutant.operation_id)})
        clauses = [c for c in contract.clauses if c.id in self.plan.checks]
        own = frozenset(c.id for c in clauses if c.operation_id == mutant.operation_id)
        all_over = frozenset(c.id for c in clauses if c.operation_id is None or c.profile == _SCOPES)
        sets = [
            frozenset({f"{derived}{mutant.place}", answers}),
            frozenset(each for each in self._ids if each.startswith(derived)) - fuzzed,
            own,
            all_over,
        ]
        if mutant.constraint is None:
            sets.append(frozenset({answers, *(clause.id for clause in clauses)}))
        if fuzz:
            sets.append(fuzzed)
        return sets

    @cached_property
    def _ids(self) -> list[str]:
        return [each for phase in self.plan.phases for each in phase.ids(self.plan.contract)]

    def _is_equivalent(self, mutant: Mutant) -> str:
        """Return why no client can tell the mutant from the right server; empty when one can."""
        if mutant.constraint is None:
            return ""
        with self._workspace() as workspace:
            return same_answers(workspace.session(mutant.id), self.plan.content, mutant, self.server)

    def variant(self, name: str, *, seed: int, only: frozenset[str] | None) -> Trial:
        """Try a whole run, or a part of it: whatever it has against a legal server is an alarm."""
        trial = Trial("variant", f"{name}, seed {seed}", name, Outcome.QUIET)
        begun = time.perf_counter()
        try:
            self.server.serve("variant", name)
            results = run_whole(replace(self.plan, only=only, seed=seed))
            self.server.restore()
        except HostError as error:
            return replace(trial, outcome=Outcome.ERROR, reason=str(error))
        loud = tuple(v for v in results.verdicts if v.status in _ALARMS)
        trial = replace(
            trial, requests=sum(v.requests for v in results.verdicts), seconds=time.perf_counter() - begun
        )
        if results.obstacle is not None or not results.verdicts:
            return replace(trial, outcome=Outcome.ERROR, reason=results.obstacle or "nothing was checked")
        if any(v.status is Status.ERROR for v in loud):
            return replace(trial, outcome=Outcome.ERROR, reason=loud[0].reason, verdicts=loud)
        if loud:
            return replace(trial, outcome=Outcome.ALARM, by=tuple(v.id for v in loud), verdicts=loud)
        return trial


def _unsound(verdict: Verdict) -> str:
    [found] = verdict.findings
    told = f"expected {found.expected}, got {found.actual}"
    return f"the check of {verdict.id} fails on the right server too: {told}"


class _Watch:
    """What runs have reported so far."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._unreached: list[Verdict] = []
        self.by: list[str] = []
        self.requests = 0
        self.first_requests = 0
        self.seconds = 0.0

    def observe(self, event: Event) -> None:
        """Take one event of a run."""
        if not isinstance(event, Decided):
            return
        verdict = event.verdict
        self.requests += verdict.requests
        if verdict.status is Status.NOT_REACHED:
            self._unreached.append(verdict)
        if verdict.status in _BROKEN:
            if not self.by:
                self.first_requests, self.seconds = self.requests, time.perf_counter() - self._begun
            self.by.append(verdict.id)

    def end(self, results: Results) -> None:
        """Take the end of a run. A server that fails its preflight is reported before any verdict."""
        if results.obstacle is not None and not self.by:
            self.seconds = time.perf_counter() - self._begun
            self.by.append(PREFLIGHT)

    def missed(self) -> str:
        """Return what was not reached, if anything."""
        if not self._unreached:
            return ""
        first = self._unreached[0]
        return f"{len(self._unreached)} verdicts were not reached, like {first.id}: {first.reason}"
