"""The whole self-test: which trials there are, and how they are shared out among servers."""

import itertools
import queue
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import partial
from typing import TypeVar

from conformance import runner
from conformance.contract.document import Contract
from conformance.run.plan import Plan
from conformance.run.registry import Check, Registry
from conformance.run.verdict import Verdict
from conformance.selftest.faults import FAULTS
from conformance.selftest.faulty_server import COMMAND, FaultyServer
from conformance.selftest.mutants import mutants
from conformance.selftest.trials import Outcome, Trial, TrialServer
from conformance.selftest.variants import VARIANTS

FAULT, MUTANT, VARIANT = KINDS = ("fault", "mutant", "variant")

_BUDGET = 3600
"""Seconds for one run: a trial ends by itself, on a busy machine as well."""

LEAST_FAULTS_KILLED = 0.98
LEAST_MUTANTS_KILLED = 0.95
"""Shares of what can be told from a right server at all."""

Task = tuple[str, "Callable[[TrialServer], Trial]"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the self-test is asked for.

    Attributes:
        jobs: how many servers are broken at once.
        only: patterns of names, clauses or kinds of mutants; none asks for all.
        sample: how many faults and how many mutants are tried, and how many checks each variant meets.
        seeds: with how many seeds each variant is met.
        precise: whether it is looked at which other clauses a fault breaks.
        fuzz: whether Schemathesis is asked about mutants that nothing else has killed.
        server: the command that starts the server to be broken.
    """

    seed: int = 1
    jobs: int = 1
    kinds: tuple[str, ...] = KINDS
    only: tuple[str, ...] = ()
    sample: int | None = None
    seeds: int = 1
    precise: bool = False
    fuzz: bool = False
    server: tuple[str, ...] = COMMAND


@dataclass(frozen=True, slots=True)
class Proof:
    """What the self-test came to."""

    contract: Contract
    scope: Scope
    trials: tuple[Trial, ...]
    begun: datetime
    seconds: float
    seeded: dict[str, int] = field(default_factory=dict)
    """How many there are of each kind, tried or not."""

    def of(self, kind: str, *outcomes: Outcome) -> list[Trial]:
        """Return the trials of a kind, or those of them that came to one of these outcomes."""
        return [t for t in self.trials if t.kind == kind and (not outcomes or t.outcome in outcomes)]

    def rate(self, kind: str) -> float | None:
        """Return the share of faults or mutants that were killed; None when none was tried."""
        killed, survived = len(self.of(kind, Outcome.KILLED)), len(self.of(kind, Outcome.SURVIVED))
        return killed / (killed + survived) if killed + survived else None

    @property
    def errors(self) -> list[Trial]:
        """The trials that failed for a reason of their own."""
        return [trial for trial in self.trials if trial.outcome is Outcome.ERROR]

    @property
    def unsound(self) -> list[Trial]:
        """The trials of checks that fail on the right server too."""
        return [trial for trial in self.trials if trial.outcome is Outcome.UNSOUND]

    @property
    def holds(self) -> bool:
        """Whether the suite is as strong and as quiet as it promises."""
        return not self.unsound and (
            (self.rate(FAULT) or 0) >= (LEAST_FAULTS_KILLED if self.of(FAULT) else 0)
            and (self.rate(MUTANT) or 0) >= (LEAST_MUTANTS_KILLED if self.rate(MUTANT) is not None else 0)
            and not self.of(VARIANT, Outcome.ALARM)
        )


def prove(
    contract: Contract,
    checks: Registry,
    scope: Scope,
    observe: Callable[[Trial, int], None] = lambda _trial, _total: None,
) -> Proof:
    """Make every trial that is asked for. Each is told to `observe` as it ends, with how many there are.

    Raises:
        HostError: the server under test does not start.
    """
    begun, clock = datetime.now(UTC), time.perf_counter()
    tasks = tasks_of(contract, scope)
    done: dict[str, Trial] = {}
    right: dict[Check, Verdict] = {}
    with ExitStack() as stack:
        servers: queue.SimpleQueue[TrialServer] = queue.SimpleQueue()
        opened = []
        for _ in range(min(scope.jobs, len(tasks))):
            server = stack.enter_context(trial_server(contract, checks, scope, right))
            opened.append(server)
            servers.put(server)

        def attempt(task: Callable[[TrialServer], Trial]) -> Trial:
            server = servers.get()
            try:
                return task(server)
            finally:
                servers.put(server)

        pool = stack.enter_context(ThreadPoolExecutor(max(1, len(opened))))
        running = {pool.submit(attempt, task): name for name, task in tasks}
        try:
            for ended in as_completed(running):
                trial = done[running[ended]] = ended.result()
                observe(trial, len(tasks))
        except BaseException:
            # Nobody waits for what is under way: without its server it ends at once.
            pool.shutdown(wait=False, cancel_futures=True)
            for server in opened:
                server.server.kill()
            raise
    trials = tuple(done[name] for name, _ in tasks)
    seeded = {FAULT: len(FAULTS), MUTANT: len(mutants(contract.document)), VARIANT: len(VARIANTS)}
    return Proof(contract, scope, trials, begun, time.perf_counter() - clock, seeded)


def trial_server(
    contract: Contract, checks: Registry, scope: Scope, right: dict[Check, Verdict] | None = None
) -> TrialServer:
    """Return a server that can be broken, and the suite before it; `right` is what all of them know.

    Raises:
        HostError: the server does not start.
    """
    return TrialServer(lambda server: _plan(contract, checks, scope, server), scope.server, right)


def tasks_of(contract: Contract, scope: Scope) -> list[Task]:
    """Return the trials that are asked for, in the order in which they are told of."""
    return [*_faults(scope), *_mutants(contract, scope), *_variants(contract, scope)]


def _faults(scope: Scope) -> list[Task]:
    wanted = [p for p in FAULTS if FAULT in scope.kinds and _is_asked_for(scope, p.id, p.clause_id)]
    take = partial(TrialServer.fault, precise=scope.precise)
    return [(f"{FAULT} {p.id}", partial(_on, take, p)) for p in sampled(wanted, scope)]


def _mutants(contract: Contract, scope: Scope) -> list[Task]:
    every = mutants(contract.document) if MUTANT in scope.kinds else []
    wanted = [m for m in every if _is_asked_for(scope, m.id, m.operator, m.operation_id)]
    take = partial(TrialServer.mutant, fuzz=scope.fuzz)
    return [(f"{MUTANT} {m.id}", partial(_on, take, m)) for m in sampled(wanted, scope)]


def _variants(contract: Contract, scope: Scope) -> list[Task]:
    names = [name for name in VARIANTS if VARIANT in scope.kinds and _is_asked_for(scope, name)]
    ids = [clause.id for clause in contract.clauses]
    tasks: list[Task] = []
    for seed in range(scope.seed, scope.seed + scope.seeds):
        for name in names:
            # Each variant meets other checks, so that together they meet many.
            drawn = sampled(ids, replace(scope, seed=seed + 1000 * names.index(name)))
            only = None if scope.sample is None else frozenset(drawn)
            take = partial(TrialServer.variant, seed=seed, only=only)
            tasks.append((f"{VARIANT} {name} {seed}", partial(_on, take, name)))
    return tasks


def _on(take: Callable[[TrialServer, T], Trial], subject: T, server: TrialServer) -> Trial:
    return take(server, subject)


def sampled(every: Sequence[T], scope: Scope) -> list[T]:
    """Return all, or as many as the scope asks for: spread over the whole, and the same for one seed."""
    if scope.sample is None or scope.sample >= len(every):
        return list(every)
    draw = random.Random(scope.seed)  # noqa: S311  repeatable, and nothing is kept secret by it
    edges = [len(every) * number // scope.sample for number in range(scope.sample + 1)]
    return [every[draw.randrange(first, after)] for first, after in itertools.pairwise(edges)]


def _is_asked_for(scope: Scope, *names: str) -> bool:
    return not scope.only or any(
        fnmatchcase(name.upper(), pattern.upper()) for name in names for pattern in scope.only
    )


def _plan(contract: Contract, checks: Registry, scope: Scope, server: FaultyServer) -> Plan:
    plan = runner.planned(
        contract,
        server.target,
        scope.seed,
        omitted=dict.fromkeys(("fuzz", "model"), "the self-test asks for what is not drawn"),
        budget=_BUDGET,
        # One trial at a time on each server: what a fault remembers of one check is not for another.
        jobs=1,
    )
    return replace(plan, checks=checks)
