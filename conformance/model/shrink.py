"""Makes a failing history short: fewer steps first, then simpler ones."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

from conformance.model.history import Step


class Failing(Protocol):
    """What is known of a history that failed: the steps that led to it."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps."""


_F = TypeVar("_F", bound=Failing)


def shrink(
    failure: _F, attempt: Callable[[Sequence[Step]], _F | None], history: type, go_on: Callable[[], bool]
) -> _F:
    """Return the shortest failure that was found, while `go_on` allows another attempt.

    `attempt` takes steps anew, and returns how they failed, or None. What it returns may have fewer steps
    than it was given: none that follow the failure, and none that had nothing to do. `history` is the class
    whose methods the steps are: an argument that has a default is best left out.
    """
    best, improved = failure, True
    while improved and go_on():
        improved = False
        for candidate in _candidates(best.steps, history):
            if not go_on():
                break
            found = attempt(candidate)
            if found is not None:
                best, improved = found, True
                break
    return best


def _candidates(steps: tuple[Step, ...], history: type) -> Iterator[tuple[Step, ...]]:
    """Shorter and simpler lists of steps, the boldest first."""
    size = len(steps) // 2
    while size:
        for start in range(len(steps) - size, -1, -size):
            yield steps[:start] + steps[start + size :]
        size //= 2
    for index, step in enumerate(steps):
        for simpler in _simpler(step, history):
            yield (*steps[:index], simpler, *steps[index + 1 :])


def _simpler(step: Step, history: type) -> Iterator[Step]:
    parameters = inspect.signature(getattr(history, step.name)).parameters
    for name, value in step.arguments.items():
        others = {key: kept for key, kept in step.arguments.items() if key != name}
        if parameters[name].default is not inspect.Parameter.empty:
            yield Step(step.name, others)
        if isinstance(value, dict):
            for key in value:
                yield Step(step.name, {**others, name: {k: v for k, v in value.items() if k != key}})
        elif isinstance(value, list) and len(value) > 1:
            for index in range(len(value)):
                yield Step(step.name, {**others, name: value[:index] + value[index + 1 :]})
