"""What a run reached of the contract: statuses of operations, and both sides of request constraints."""

import threading
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from conformance.contract import derivation
from conformance.contract.constraints import Constraint, Reader
from conformance.contract.document import Contract, Operation
from conformance.contract.routes import Routes
from conformance.http.answer import Answer
from conformance.run.content import Content
from conformance.run.exclusions import INVALID, Exclusions
from conformance.run.members import Members

_SHOWN = 200
# No client can bring these about.
_OF_THE_SERVER = frozenset({500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Gap:
    """Something of the contract that a run has not reached, and why that can be told."""

    id: str
    operation_id: str
    pointer: str
    reason: str


class Ledger:
    """Counts what a run reaches. It may be told in several threads."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.constraints: tuple[Constraint, ...] = tuple(
            constraint
            for operation in contract.operations
            for constraint in Reader(contract, operation).constraints()
        )
        self._routes = Routes(contract)
        self._statuses: Counter[tuple[str, int]] = Counter()
        self._accepted: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._members = Members(contract)
        self._lock = threading.Lock()

    def observe(self, answer: Answer) -> None:
        """Count the status of an answer for the operation that was asked, and note the members it has."""
        operation = self._routes.find(answer.sent.method, answer.sent.path)
        if operation is not None and operation.method == answer.sent.method:
            with self._lock:
                self._statuses[operation.id, answer.status] += 1
            self._members.observe(operation, answer)

    def note_accepted(self, constraint_id: str) -> None:
        """Note that a request at the boundary of a constraint was accepted."""
        with self._lock:
            self._accepted[constraint_id] += 1

    def note_refused(self, constraint_id: str) -> None:
        """Note that a request that broke a constraint was refused."""
        with self._lock:
            self._refused[constraint_id] += 1

    def statuses(self, operation: Operation) -> dict[int, int]:
        """Return how often each documented status of an operation was seen, 0 for those that never were."""
        return {s: self._statuses[operation.id, s] for s in self.contract.statuses(operation)}

    def unseen(self, operation: Operation) -> dict[int, list[str]]:
        """Return the members of an operation's answers that were never seen, or never filled, by status."""
        return self._members.unseen(operation)

    def accepted(self, constraint_id: str) -> int:
        """Return how many requests at the boundary of a constraint were accepted."""
        return self._accepted[constraint_id]

    def refused(self, constraint_id: str) -> int:
        """Return how many requests that broke a constraint were refused."""
        return self._refused[constraint_id]

    def as_dict(self) -> dict[str, Any]:
        """Return the ledger for `results.json`."""
        return {
            "operations": [
                {
                    "id": operation.id,
                    "method": operation.method,
                    "path": operation.path,
                    "line": operation.line,
                    "profile": self.contract.profile_of(operation.id),
                    "statuses": {str(s): n for s, n in self.statuses(operation).items()},
                    "unseen": {str(s): found for s, found in self.unseen(operation).items()},
                }
                for operation in self.contract.operations
            ],
            "constraints": [
                {
                    "id": constraint.id,
                    "operation": constraint.operation_id,
                    "pointer": constraint.pointer,
                    "line": constraint.line,
                    "keyword": constraint.keyword,
                    "value": constraint.value,
                    "kept": self.accepted(constraint.id),
                    "broken": self.refused(constraint.id),
                }
                for constraint in self.constraints
            ],
        }


def unreached(ledger: Ledger, content: Content, profiles: Collection[str] | None = None) -> list[Gap]:
    """Return what can be reached and was not, in the operations of some profiles (None: all)."""
    contract = ledger.contract
    exclusions = Exclusions(contract, derivation.resources(contract), content)
    operations = [
        operation
        for operation in contract.operations
        if profiles is None or contract.profile_of(operation.id) in {*profiles, None}
    ]
    gaps = [
        Gap(
            f"S.{operation.id}.status.{status}",
            operation.id,
            f"{operation.pointer}/responses/{status}",
            f"{operation.id} states the status {status}, and no answer had it",
        )
        for operation in operations
        for status, count in ledger.statuses(operation).items()
        if count == 0 and status not in _OF_THE_SERVER
    ]
    gaps += [
        Gap(
            f"S.{operation.id}.answers",
            operation.id,
            f"{operation.pointer}/responses/{status}",
            f"no answer {status} of {operation.id} was seen with anything in {', '.join(missing)}",
        )
        for operation in operations
        for status, places in ledger.unseen(operation).items()
        if (missing := [p for p in places if content.unfilled(f"{operation.id}.{status}{p}") is None])
    ]
    ids = {operation.id for operation in operations}
    for constraint in ledger.constraints:
        if constraint.operation_id not in ids:
            continue
        rule = f"`{constraint.keyword}: {str(constraint.value)[:_SHOWN]}`"
        if not ledger.accepted(constraint.id):
            reason = f"no request at the boundary of {rule} was accepted"
            gaps.append(Gap(constraint.id, constraint.operation_id, constraint.pointer, reason))
        if exclusions.why(constraint, INVALID):
            continue
        if not ledger.refused(constraint.id):
            reason = f"no request that broke {rule} was refused for it"
            gaps.append(Gap(constraint.id, constraint.operation_id, constraint.pointer, reason))
    return gaps
