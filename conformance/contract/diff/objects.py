"""What every comparison needs: a change made of its rule, and a look at what no comparison knows."""

from collections.abc import Iterator, Mapping, Set
from typing import Any, Protocol

from conformance.contract.diff.change import Change
from conformance.contract.diff.document import Node
from conformance.contract.diff.keywords import same, shown
from conformance.contract.diff.naming import subject
from conformance.contract.diff.rules import RULES

_DESCRIPTIONS = ("title", "summary", "description", "externalDocs")
_EXAMPLES = ("example", "examples")
ANNOTATIONS = frozenset({*_DESCRIPTIONS, *_EXAMPLES})


def change(rule: str, old: Node, new: Node, told_subject: str, message: str) -> Change:
    """Return a change, rated by the rule of that id."""
    rated = RULES[rule]
    return Change(rated, told_subject, message, old.place, new.place, rated.consumers, rated.servers)


class Compared(Protocol):
    """What has members, each with a place: an object of the document, or a schema of several parts."""

    @property
    def value(self) -> Any:
        """The object."""

    def at(self, *path: str) -> Node:
        """Return a place in it, or what is around it."""


def descriptions(old: Compared, new: Compared, told_subject: str) -> Iterator[Change]:
    """Yield what is said for people: descriptions and examples."""
    if not isinstance(old.value, dict) or not isinstance(new.value, dict):
        return
    for rule, keys in (("description-changed", _DESCRIPTIONS), ("example-changed", _EXAMPLES)):
        for key in keys:
            if not same(old.value.get(key), new.value.get(key)):
                yield change(rule, old.at(key), new.at(key), told_subject, f"{key}: reworded")


def rest(
    old: Node, new: Node, handled: Set[str], rule: str = "other-changed", told_subject: str | None = None
) -> Iterator[Change]:
    """Yield every member that no comparison knows and that changed. So nothing changes without being seen."""
    told = told_subject or subject(new)
    if not isinstance(old.value, dict) or not isinstance(new.value, dict):
        if not same(old.value, new.value):
            yield change("other-changed", old, new, told, "has another form")
        return
    for key, message in differences(old.value, new.value, handled):
        named = "extension-changed" if key.startswith("x-") else rule
        yield change(named, old.at(key), new.at(key), told, message)


def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], handled: Set[str]
) -> Iterator[tuple[str, str]]:
    """Yield each member that is not handled and that changed, and how."""
    for key in {**old, **new}:
        if key in handled or same(old.get(key), new.get(key)):
            continue
        before = shown(old[key]) if key in old else "none"
        after = shown(new[key]) if key in new else "none"
        yield key, f"{key}: {before} → {after}" if len(before) + len(after) < 100 else f"{key}: changed"
