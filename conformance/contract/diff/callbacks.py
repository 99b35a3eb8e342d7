"""What servers call: callbacks and webhooks. Their bodies are sent by servers, as those of answers are."""

from collections.abc import Iterator

from conformance.contract.diff.change import Change
from conformance.contract.diff.document import Document, Node
from conformance.contract.diff.objects import ANNOTATIONS, change, descriptions, rest
from conformance.contract.diff.payloads import compare_content
from conformance.contract.grammar import METHODS

_Calls = dict[tuple[str, ...], Node]


def compare_callbacks(old: Node, new: Node) -> Iterator[Change]:
    """Yield every change of the callbacks of an operation."""
    yield from _compare(
        _callbacks(old), _callbacks(new), (old.at("callbacks"), new.at("callbacks")), "callback"
    )


def compare_webhooks(old: Document, new: Document) -> Iterator[Change]:
    """Yield every change of the webhooks."""
    around = old.top.at("webhooks"), new.top.at("webhooks")
    yield from _compare(_webhooks(old), _webhooks(new), around, "webhook")


def _callbacks(operation: Node) -> _Calls:
    stated = operation.get("callbacks")
    found: _Calls = {}
    for name, callback in stated.members() if stated else ():
        for expression, item in callback.members():
            found |= {(name, expression, method): node for method, node in _operations(item)}
    return found


def _webhooks(document: Document) -> _Calls:
    stated = document.top.get("webhooks")
    members = stated.members() if stated else ()
    return {(name, method): node for name, item in members for method, node in _operations(item)}


def _operations(item: Node) -> Iterator[tuple[str, Node]]:
    for method in METHODS:
        node = item.get(method)
        if node is not None:
            yield method, node


def _compare(before: _Calls, after: _Calls, around: tuple[Node, Node], kind: str) -> Iterator[Change]:
    for key in {**before, **after}:
        named = f"{kind} {' '.join(key)}"
        if key not in after:
            yield change("callback-removed", before[key], around[1], named, "removed")
        elif key not in before:
            yield change("callback-added", around[0], after[key], named, "added")
        else:
            yield from _call(before[key], after[key], named)


def _call(old: Node, new: Node, named: str) -> Iterator[Change]:
    yield from descriptions(old, new, named)
    yield from rest(old, new, ANNOTATIONS | {"requestBody"}, told_subject=named)
    before, after = old.get("requestBody"), new.get("requestBody")
    if before is not None and after is not None:
        yield from descriptions(before, after, named)
        yield from rest(before, after, ANNOTATIONS | {"content"}, told_subject=named)
        yield from compare_content(before, after, "response-body", "response-media-type")
    elif before is not None or after is not None:
        word = "added" if before is None else "removed"
        yield change(
            f"callback-body-{word}", old.at("requestBody"), new.at("requestBody"), named, f"body {word}"
        )
