"""Which branch of `oneOf` or `anyOf` stands for which of the other version."""

from collections.abc import Hashable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from conformance.contract.diff.document import Node
from conformance.contract.diff.keywords import canonical, same
from conformance.contract.diff.views import View


class Matched(NamedTuple):
    """Branches that stand for each other, and those that stand for none."""

    pairs: list[tuple[Node, Node]]
    removed: list[Node]
    added: list[Node]


def match(old: list[Node], new: list[Node], key: str) -> Matched | None:
    """Return what became of each branch; None when it cannot be said.

    Args:
        old: the schemas of the old version that have such branches and all hold.
        new: those of the new one.
        key: `oneOf` or `anyOf`.
    """
    if len(old) != len(new):
        return None
    found = [_match(*holders, key) for holders in zip(old, new, strict=True)]
    pairs, removed, added = (list(chain.from_iterable(parts)) for parts in zip(*found, strict=True))
    return Matched(pairs, removed, added)


def _match(old: Node, new: Node, key: str) -> Matched:
    pairs: list[tuple[Node, Node]] = []
    removed, added = list(_branches(old, key)), list(_branches(new, key))
    for is_match in (_is_the_same, _has_the_tag):
        for branch in tuple(removed):
            found = [other for other in added if is_match(branch, other)]
            rivals = [other for other in removed if found and is_match(other, found[0])]
            # Branches that are the same may stand for each other in any order.
            if found and (is_match is _is_the_same or len(found) == len(rivals) == 1):
                pairs.append((branch, found[0]))
                removed.remove(branch)
                added.remove(found[0])
    if len(removed) == len(added) == 1:
        pairs.append((removed.pop(), added.pop()))
    return Matched(pairs, removed, added)


def _branches(holder: Node, key: str) -> Iterator[Node]:
    stated = holder.value[key]
    for index in range(len(stated)) if isinstance(stated, list) else ():
        yield holder.child(key, str(index))


def _is_the_same(old: Node, new: Node) -> bool:
    targets = old.target(), new.target()
    if targets[0] is not None and targets[1] is not None:
        return targets[0].tokens == targets[1].tokens
    return targets == (None, None) and same(old.value, new.value)


def _has_the_tag(old: Node, new: Node) -> bool:
    """Return whether two branches are of one kind, by what tells branches apart."""
    return bool(_tags(View.of(old)) & _tags(View.of(new)))


def _tags(view: View) -> frozenset[Hashable]:
    """Return the members of one value, or else the type."""
    found = {(name, canonical(value)) for name, member in view.members.items() for value in _only(member)}
    if not found and isinstance(view.value.get("title"), str):
        found = {("title", view.value["title"])}
    if not found and isinstance(view.value.get("type"), str):
        found = {("type", view.value["type"])}
    return frozenset(found)


def _only(member: View) -> Iterator[Any]:
    stated = member.value.get("enum")
    if isinstance(stated, list) and len(stated) == 1:
        yield stated[0]
    elif "const" in member.value:
        yield member.value["const"]
