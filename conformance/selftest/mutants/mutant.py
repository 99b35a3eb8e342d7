"""What a mutant is: a server that keeps the contract in everything but one point."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from conformance.contract.document import METHODS
from conformance.selftest.middleware import Fault

Document = dict[str, Any]
Edit = Callable[[Document], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One point in which a server differs from the contract.

    Attributes:
        operator: what kind of change it is.
        operation_id: the operation that it touches.
        place: what of the operation: `body.name.maxLength`, `201.ETag`.
        edit: what it does to a copy of the contract, which the server then serves; None for nothing.
        fault: what it does to requests and answers; None for nothing.
        constraint: for a constraint of a request, which it is.
    """

    operator: str
    operation_id: str
    place: str
    edit: Edit | None = None
    fault: Fault | None = None
    constraint: "Constraint | None" = None

    @property
    def id(self) -> str:
        """What it is called from outside: no two share it."""
        return f"{self.operation_id}.{self.place}/{self.operator.replace(' ', '-')}"

    def contract(self, document: Document) -> Document | None:
        """Return the contract that its server serves, when that is another one."""
        if self.edit is None:
            return None
        changed = copy.deepcopy(document)
        self.edit(changed)
        return changed


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a schema demands at one place of a request.

    Attributes:
        location: path, query, header or body.
        steps: the names on the way to the value from there; `[]` stands for any item of a list.
        keyword: what of the schema demands it.
        value: what is demanded.
        schema: all that is demanded at that place.
    """

    location: str
    steps: tuple[str, ...]
    keyword: str
    value: Any
    schema: Document

    @property
    def place(self) -> str:
        """The constraint's place as its derived verdict has it: `body.budgets[].max_limit.minimum`."""
        return ".".join((self.location, *self.steps, self.keyword)).replace(".[]", "[]")


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Path, method and operation of each, in the order of the document."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def resolved(document: Document, node: Document) -> Document:
    """Return the node, or what it refers to."""
    while "$ref" in node:
        found: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def own(document: Document, node: Any, *steps: str | int) -> Any:
    """Return what stands that many steps below a node, to be changed: each reference becomes a copy."""
    for step in steps:
        node[step] = (
            copy.deepcopy(resolved(document, node[step])) if _is_reference(node[step]) else node[step]
        )
        node = node[step]
    return node


def _is_reference(node: Any) -> bool:
    return isinstance(node, dict) and "$ref" in node
