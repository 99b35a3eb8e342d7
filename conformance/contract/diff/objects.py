"""What every comparison needs: a change made of its rule, and a look at what no comparison knows."""

from collections.abc import Iterator, Set

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
    return Change(RULES[rule], told_subject, message, old.place, new.place)


def descriptions(old: Node, new: Node, told_subject: str | None = None) -> Iterator[Change]:
    """Yield what is said for people: descriptions and examples."""
    for rule, keys in (("description-changed", _DESCRIPTIONS), ("example-changed", _EXAMPLES)):
        for key in keys:
            if not same(old.raw(key), new.raw(key)):
                yield change(rule, old.at(key), new.at(key), told_subject or subject(new), f"{key}: reworded")


def rest(
    old: Node, new: Node, handled: Set[str], rule: str = "other-changed", told_subject: str | None = None
) -> Iterator[Change]:
    """Yield every member that no comparison knows and that changed. So nothing changes without being seen."""
    if not isinstance(old.value, dict) or not isinstance(new.value, dict):
        if not same(old.value, new.value):
            yield change("other-changed", old, new, told_subject or subject(new), "has another form")
        return
    for key in {**old.value, **new.value}:
        if key in handled or same(old.raw(key), new.raw(key)):
            continue
        named = "extension-changed" if key.startswith("x-") else rule
        before = shown(old.raw(key)) if key in old else "none"
        after = shown(new.raw(key)) if key in new else "none"
        told = f"{key}: {before} → {after}" if len(before) + len(after) < 100 else f"{key}: changed"
        yield change(named, old.at(key), new.at(key), told_subject or subject(new), told)
