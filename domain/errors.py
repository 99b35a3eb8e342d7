"""What can go wrong below the edge.

Stores and rules raise these; `handlers.replies.errors` is the one place that turns them into HTTP.
"""

from collections.abc import Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Where a value stands in a request body: member names and list indexes, from the root."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule of a request.

    Attributes:
        path: the place of the value that breaks it.
        code: the rule, as a short name that programs can compare.
        message: a sentence that says what to do.
    """

    path: Path
    code: str
    message: str


class DomainError(Exception):
    """Base of everything that a rule or a store refuses."""


class RulesBroken(DomainError):
    """A request is well-formed but breaks rules that no schema can state."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = tuple(faults)


class NotFound(DomainError):
    """There is no such object."""

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"There is no {kind} {key}.")
        self.kind = kind
        self.key = key


class Conflict(DomainError):
    """A unique value is taken."""

    def __init__(self, kind: str, field: str, value: str) -> None:
        super().__init__(f'{_a(kind)} with the {field} "{value}" exists already.')
        self.kind = kind
        self.field = field
        self.value = value


class StaleVersion(DomainError):
    """What was read has been changed since."""

    def __init__(self, kind: str, key: object, *, read: int, kept: int) -> None:
        super().__init__(f"The {kind} {key} is at version {kept}, no longer at {read}. Read it again.")
        self.kind = kind
        self.key = key
        self.read = read
        self.kept = kept


class Unavailable(DomainError):
    """The store cannot be used at the moment. Nothing was changed."""


class WrongRevision(Unavailable):
    """The store's tables are not those that this program needs."""


def _a(noun: str) -> str:
    return f"An {noun}" if noun[0] in "aeioAEIO" else f"A {noun}"
