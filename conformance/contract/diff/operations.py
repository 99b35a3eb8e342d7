"""Paths and operations: which there are, who may call them, and what each takes and gives."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from conformance.contract.diff.callbacks import compare_callbacks
from conformance.contract.diff.change import Change
from conformance.contract.diff.document import Document, Node
from conformance.contract.diff.objects import ANNOTATIONS, change, descriptions, rest
from conformance.contract.diff.payloads import Parameters, compare_answers, compare_bodies, compare_parameters
from conformance.contract.diff.security import compare_security
from conformance.contract.document import METHODS

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OF_PATHS = ANNOTATIONS | {*METHODS, "parameters"}
_OF_OPERATIONS = ANNOTATIONS | {
    *("operationId", "tags", "deprecated", "parameters", "requestBody", "responses", "security"),
    *("x-permission", "x-clauses", "callbacks"),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path, in one version of the contract."""

    method: str
    path: str
    item: Node
    node: Node

    @property
    def id(self) -> str:
        """Its `operationId`, or else its method and path."""
        return str(self.node.raw("operationId") or self.title)

    @property
    def title(self) -> str:
        """Its method and path."""
        return f"{self.method.upper()} {self.path}"

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others of its version."""
        return self.method, self.path

    @property
    def shape(self) -> tuple[str, str]:
        """What requests know of it: not what a path parameter is called."""
        return self.method, _PLACEHOLDER.sub("{}", self.path)

    @property
    def parameters(self) -> Parameters:
        """Its parameters, with those of the path, by where they stand and what tells them apart."""
        places = {name: str(index) for index, name in enumerate(_PLACEHOLDER.findall(self.path))}
        found: Parameters = {}
        for holder in (self.item, self.node):
            stated = holder.get("parameters")
            for each in stated.elements() if stated else []:
                where, name = str(each.raw("in")), str(each.raw("name"))
                told = places.get(name, name) if where == "path" else name
                found[where, told.lower() if where == "header" else told] = each
        return found


def operations(document: Document) -> dict[tuple[str, str], Operation]:
    """Return every operation, in the order of the file."""
    paths = document.top.get("paths")
    found = {}
    for path, item in paths.members() if paths else ():
        for method in METHODS:
            node = item.get(method)
            if node is not None:
                operation = Operation(method, path, item, node)
                found[operation.key] = operation
    return found


def compare_operations(old: Document, new: Document) -> Iterator[Change]:
    """Yield every change of an operation, with the operation as its use."""
    before, after = operations(old), operations(new)
    counterparts = _counterparts(before.values(), after.values())
    remaining = {operation.shape for operation in after.values()}
    paths = {path for _, path in remaining}
    for operation in before.values():
        counterpart = counterparts.pop(operation.key, None)
        if counterpart is None:
            # A method that another path of this shape has is not refused by now.
            path_is_gone = operation.shape in remaining or operation.shape[1] not in paths
            yield from _removed(operation, new, path_is_gone=path_is_gone)
            continue
        after.pop(counterpart.key)
        for found in _operation(operation, counterpart):
            yield replace(found, uses=(counterpart.id,))
    for operation in after.values():
        around = old.top.at("paths", operation.path)
        found = change("endpoint-added", around, operation.node, operation.title, "added")
        yield replace(found, uses=(operation.id,))
    yield from _path_items(old, new)


def _counterparts(old: Iterable[Operation], new: Iterable[Operation]) -> dict[tuple[str, str], Operation]:
    """Return what stands for each old operation in the new version: its path, or else one of its shape."""
    fresh = {operation.key: operation for operation in new}
    found = {operation.key: fresh.pop(operation.key) for operation in old if operation.key in fresh}
    by_shape: dict[tuple[str, str], list[Operation]] = {}
    for operation in fresh.values():
        by_shape.setdefault(operation.shape, []).append(operation)
    for operation in old:
        if operation.key not in found and by_shape.get(operation.shape):
            found[operation.key] = by_shape[operation.shape].pop(0)
    return found


def _removed(operation: Operation, new: Document, *, path_is_gone: bool) -> Iterator[Change]:
    deprecated = operation.node.raw("deprecated") is True
    rule = f"api-{'path-' if path_is_gone else ''}removed-{'after' if deprecated else 'without'}-deprecation"
    told = f"removed{', with its path' if path_is_gone else ''}{'; it was deprecated' if deprecated else ''}"
    where = new.top.at("paths", operation.path)
    yield replace(change(rule, operation.node, where, operation.title, told), uses=(operation.id,))


def _operation(old: Operation, new: Operation) -> Iterator[Change]:
    before, after = old.node, new.node
    named = new.title
    yield from _identity(old, new)
    yield from descriptions(before, after, named)
    yield from _permission(before, after, named)
    yield from compare_security(before, after, named)
    yield from rest(before, after, _OF_OPERATIONS, told_subject=named)
    yield from compare_callbacks(before, after)
    around = before.at("parameters"), after.at("parameters")
    yield from compare_parameters(old.parameters, new.parameters, around)
    yield from compare_bodies(before.get("requestBody"), after.get("requestBody"), (before, after))
    answers = before.get("responses"), after.get("responses")
    if answers[0] is not None and answers[1] is not None:
        yield from compare_answers(answers[0], answers[1])


def _identity(old: Operation, new: Operation) -> Iterator[Change]:
    before, after = old.node, new.node
    was, is_now = before.raw("operationId"), after.raw("operationId")
    if was != is_now:
        word = "added" if was is None else "removed" if is_now is None else "changed"
        places = before.at("operationId"), after.at("operationId")
        message = f"operationId: {was or 'none'} → {is_now or 'none'}"
        yield change(f"api-operation-id-{word}", *places, new.title, message)
    tags = before.values("tags"), after.values("tags")
    for word, these, others in (("removed", *tags), ("added", *tags[::-1])):
        for tag in these:
            if tag not in others:
                places = before.at("tags"), after.at("tags")
                yield change(f"api-tag-{word}", *places, new.title, f"tag {tag} {word}")
    was, is_now = before.raw("deprecated") is True, after.raw("deprecated") is True
    if was != is_now:
        word = "deprecated" if is_now else "reactivated"
        places = before.at("deprecated"), after.at("deprecated")
        yield change(f"endpoint-{word}", *places, new.title, word)


def _permission(old: Node, new: Node, named: str) -> Iterator[Change]:
    was, is_now = old.raw("x-permission"), new.raw("x-permission")
    if was == is_now:
        return
    word = "added" if was is None else "removed" if is_now is None else "changed"
    places = old.at("x-permission"), new.at("x-permission")
    message = f"permission: {was or 'none'} → {is_now or 'none'}"
    yield change(f"x-permission-{word}", *places, named, message)


def _path_items(old: Document, new: Document) -> Iterator[Change]:
    """Yield what a path says beside its operations."""
    before, after = old.top.get("paths"), new.top.get("paths")
    for path, item in before.members() if before else ():
        counterpart = after.get(path) if after else None
        if counterpart is not None:
            yield from descriptions(item, counterpart, path)
            yield from rest(item, counterpart, _OF_PATHS, told_subject=path)
    if before is not None and after is not None:
        yield from rest(
            before,
            after,
            {name for name in (*before.value, *after.value) if name[:1] == "/"},
            told_subject="paths",
        )
