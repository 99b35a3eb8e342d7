"""Searches for a history that contradicts the clauses, and makes it short."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from conformance.contract.texts import without_trace
from conformance.http.answer import Answer
from conformance.http.deadline import Deadline
from conformance.http.unreached import Unreached
from conformance.model.history import Contradiction, History, Step
from conformance.model.machines import Hooks, Machine, Stop
from conformance.model.shrink import shrink

_MOST_PARTS = 5
"""How often a search may begin anew."""
_MOST_ATTEMPTS = 200
"""How often a failure is tried again to make it shorter."""


class Look(Enum):
    """When what is shown is compared with the model."""

    ALWAYS = auto()
    AFTER_THE_LAST_STEP = auto()
    AT_THE_END = auto()


@dataclass(frozen=True)
class Failure:
    """A history that contradicts a clause.

    Attributes:
        steps: what was done, to be done again.
        lines: what was called, for a reader.
        answers: the answers of the last step.
        is_at_the_end: whether it was seen only when everything was looked at, after the last step.
    """

    contradiction: Contradiction
    steps: tuple[Step, ...]
    lines: tuple[str, ...]
    answers: tuple[Answer, ...]
    is_at_the_end: bool


@dataclass(frozen=True)
class Attempt:
    """What taking steps anew came to: the failure, if any, what was called and what was answered last."""

    failure: Failure | None
    lines: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass
class Exploration:
    """What a search came to.

    Attributes:
        histories: how many went to their end without a contradiction.
        steps: how many steps these had.
        failure: the first history that failed, as it was found.
        obstacle: what ended the search before its time and is no verdict on the server.
    """

    histories: int = 0
    steps: int = 0
    failure: Failure | None = None
    obstacle: Exception | None = None


@dataclass(frozen=True)
class Scope:
    """How far to search.

    Attributes:
        seed: the same one draws the same histories.
        histories: at most so many.
        steps: so many in each.
        fewest: what is searched beyond the deadline, as nothing is proved by fewer.
    """

    seed: int
    histories: int
    steps: int
    fewest: int = 0


def explore(
    machine: type[Machine],
    begin: Callable[[], History],
    scope: Scope,
    deadline: Deadline,
    last: Deadline | None = None,
) -> Exploration:
    """Draw histories until one fails, all are done or the time is over. Raise nothing of what they meet."""
    found = Exploration()
    last = last or deadline
    stopped: list[bool] = []

    def may_go_on() -> None:
        if deadline.expired and (found.histories >= scope.fewest or last.expired):
            stopped.append(True)
            raise Stop

    def failed(history: History, error: Exception) -> None:
        stopped.append(True)
        if isinstance(error, Contradiction):
            found.failure = _failure(history, error)
        else:
            found.obstacle = error

    def concluded(history: History) -> None:
        found.histories += 1
        found.steps += len(history.steps)

    numbers = itertools.count()
    hooks = Hooks(begin, may_go_on, failed, concluded, lambda: next(numbers) == 0)
    drawn = type(machine.__name__, (machine,), {"hooks": hooks})
    for part in range(_MOST_PARTS):
        if _is_done(drawn, replace(scope, seed=scope.seed + part)) or stopped:
            break
    return found


def _is_done(machine: type[Machine], scope: Scope) -> bool:
    """Let Hypothesis draw, and say whether it came to an end.

    What can be drawn next hangs on what the server answered, and that need not be the same twice. Hypothesis
    gives up when it draws the beginning of an earlier history again and it goes on differently.
    """
    try:
        with without_trace():
            run_state_machine_as_test(seed(scope.seed)(machine), settings=_settings(scope))
    except Stop:
        return True
    except Flaky:
        return False
    return True


def attempt(begin: Callable[[], History], steps: Sequence[Step], look: Look = Look.ALWAYS) -> Attempt:
    """Take steps in a history of their own.

    Raises:
        httpx.TransportError: the server stopped answering.
        Unreached: the server is not ready.
    """
    history = begin()
    failure = None
    try:
        for left, step in zip(range(len(steps) - 1, -1, -1), steps, strict=True):
            history.take(step, closely=look is Look.ALWAYS or left == 0)
        if look is not Look.AFTER_THE_LAST_STEP:
            history.conclude()
    except Contradiction as contradiction:
        failure = _failure(history, contradiction)
    return Attempt(failure, tuple(history.lines), tuple(history.session.answers[history.begun :]))


def shortest(failure: Failure, begin: Callable[[], History], deadline: Deadline) -> Failure:
    """Return the shortest failure that is found in time; the best so far, when the server stops answering.

    To be quick, attempts look only where the failure was seen. The last one looks everywhere again, and so
    knows after which call things went wrong.
    """
    best = failure
    look = Look.AT_THE_END if failure.is_at_the_end else Look.AFTER_THE_LAST_STEP

    def tried(steps: Sequence[Step]) -> Failure | None:
        nonlocal best
        found = attempt(begin, steps, look).failure
        best = found or best
        return found

    try:
        attempts = itertools.count()
        shrink(
            failure, tried, type(begin()), lambda: not deadline.expired and next(attempts) < _MOST_ATTEMPTS
        )
        return attempt(begin, best.steps).failure or best
    except (httpx.TransportError, Unreached):
        return best


def _failure(history: History, contradiction: Contradiction) -> Failure:
    answers = history.session.answers[history.begun :]
    lines = list(history.lines)
    for answer in contradiction.answers[:1]:
        if answer.exchange.method == "GET":
            path = answer.exchange.url.removeprefix(history.session.target.root)
            lines.append(f"GET {path.replace(history.prefix, '')} -> {answer.status}")
    shown = (*contradiction.answers, *(a for a in answers if a not in contradiction.answers))
    return Failure(contradiction, tuple(history.steps), tuple(lines), shown, history.is_concluding)


def _settings(scope: Scope) -> Any:
    return settings(
        max_examples=scope.histories + 1,
        stateful_step_count=scope.steps,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        print_blob=False,
    )
