"""The list of checks. A module adds to it by a decorator, and by nothing else."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from conformance.run.session import Session

PROBE, RAW, RACE = "probe", "raw", "race"
"""The phases of which a check can be a part."""
_SUITE, *_ = __name__.split(".")


@dataclass(frozen=True, slots=True)
class Check:
    """How one clause is checked."""

    clause_id: str
    run: Callable[[Session], None]
    explanation: str
    phase: str
    alone: bool

    @property
    def is_own(self) -> bool:
        """Whether it belongs to this suite, and not to the owner of a contract."""
        return self.is_of((_SUITE,))

    def is_of(self, packages: Sequence[str]) -> bool:
        """Return whether it stands in one of these packages."""
        return any(f"{self.run.__module__}.".startswith(f"{name}.") for name in packages)


class Registry:
    """All checks by the id of their clause."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def check(
        self, clause_id: str, *, phase: str = PROBE, alone: bool = False
    ) -> Callable[[Callable[[Session], None]], Callable[[Session], None]]:
        """Register the decorated function as the check of a clause. Its docstring says how it checks.

        Args:
            clause_id: the clause; it has no other check.
            phase: the part of a run in which the check is made.
            alone: whether no other check may run at the same time, as it counts what is on the server or
                sends requests at one instant.

        Raises:
            ValueError: the clause has a check already, or the function has no docstring.
        """

        def register(function: Callable[[Session], None]) -> Callable[[Session], None]:
            explanation = inspect.getdoc(function)
            if clause_id in self._checks:
                raise ValueError(f"The clause {clause_id} has a check already.")
            if not explanation:
                raise ValueError(f"The check of {clause_id} does not say how it checks: it has no docstring.")
            self._checks[clause_id] = Check(clause_id, function, " ".join(explanation.split()), phase, alone)
            return function

        return register

    def __getitem__(self, clause_id: str) -> Check:
        return self._checks[clause_id]

    def __contains__(self, clause_id: object) -> bool:
        return clause_id in self._checks

    def __iter__(self) -> Iterator[str]:
        return iter(self._checks)

    def __len__(self) -> int:
        return len(self._checks)


CHECKS = Registry()
check = CHECKS.check


def load(*packages: str) -> Registry:
    """Return the registry, with every check in it that the modules of these packages register.

    Raises:
        ModuleNotFoundError: there is no such package.
    """
    for name in packages:
        package = importlib.import_module(name)
        for module in pkgutil.iter_modules(getattr(package, "__path__", ()), prefix=f"{name}."):
            importlib.import_module(module.name)
    return CHECKS
