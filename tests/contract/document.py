"""The contract as the tests of it walk through it."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from server.contract.document import METHODS, Contract
from tests.serving import ROOT

Node: TypeAlias = Mapping[str, Any]

CONTRACT = Contract((ROOT / "openapi.yaml").read_bytes())
DOCUMENT: Node = CONTRACT.document

OPERATIONS: Mapping[str, Node] = {
    item[method]["operationId"]: item[method]
    for item in DOCUMENT["paths"].values()
    for method in METHODS
    if method in item
}
"""Every operation by its operationId."""


def resolved(node: Node) -> Node:
    """Return what a node refers to, or the node itself."""
    while "$ref" in node:
        node = pointed_at(node["$ref"])
    return node


def pointed_at(reference: str) -> Any:
    """Return what a reference within the document points at."""
    assert reference.startswith("#/"), f"{reference} leaves the document"
    found: Any = DOCUMENT
    for token in reference.removeprefix("#/").split("/"):
        found = found[token.replace("~1", "/").replace("~0", "~")]
    return found


def nodes(node: Any = DOCUMENT, path: str = "#") -> Iterator[tuple[str, Any]]:
    """Yield every node with its place."""
    yield path, node
    if isinstance(node, Mapping):
        for name, member in node.items():
            yield from nodes(member, f"{path}/{name}")
    elif isinstance(node, list):
        for index, member in enumerate(node):
            yield from nodes(member, f"{path}/{index}")


def responses() -> Iterator[tuple[str, int, Node]]:
    """Yield every response of every operation: operationId, status, response."""
    for operation_id, operation in OPERATIONS.items():
        for status, response in operation["responses"].items():
            yield operation_id, int(status), resolved(response)


def responses_with_body() -> Iterator[tuple[str, int, Node]]:
    """Yield every response but 304, which has no body (RFC 9110 §15.4.5)."""
    return (each for each in responses() if each[1] != 304)


def parameters() -> Iterator[tuple[str, Node]]:
    """Yield every parameter with the operationId, or the path, that states it."""
    for path, item in DOCUMENT["paths"].items():
        for parameter in item.get("parameters", ()):
            yield path, resolved(parameter)
    for operation_id, operation in OPERATIONS.items():
        for parameter in operation.get("parameters", ()):
            yield operation_id, resolved(parameter)


def inputs(operation: Node) -> list[Node]:
    """Return the parameters of an operation, those of its path first."""
    item = next(item for item in DOCUMENT["paths"].values() if operation in item.values())
    return [resolved(each) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))]
