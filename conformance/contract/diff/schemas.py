"""Two schemas, compared as far down as they go, in the direction in which their values travel."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from conformance.contract.diff import keywords
from conformance.contract.diff.branches import match
from conformance.contract.diff.change import Change
from conformance.contract.diff.document import Node
from conformance.contract.diff.json_schema import APPLICATORS, ERROR_CODES
from conformance.contract.diff.naming import subject
from conformance.contract.diff.objects import ANNOTATIONS, change, descriptions, differences
from conformance.contract.diff.verdicts import Found, judged
from conformance.contract.diff.views import STRUCTURE, View

_COMPOSITIONS = {"oneOf": "one-of", "anyOf": "any-of"}
_JUDGED = APPLICATORS | {"dependentRequired", "minContains", "maxContains"}
"""Keywords that no comparison knows, and whose values can be compared all the same."""
_HANDLED = keywords.HANDLED | STRUCTURE | ANNOTATIONS | {"required", "readOnly", "writeOnly"}


class _Pair(NamedTuple):
    """Two schemas that stand for each other.

    Attributes:
        place: the beginning of the ids of the rules, like `request-property`.
    """

    old: View
    new: View
    place: str

    @property
    def in_request(self) -> bool:
        return self.place.startswith("request")

    @property
    def inner(self) -> str:
        """The place of what is inside."""
        if self.place in ("request-read-only-property", "response-write-only-property"):
            return self.place
        return "request-property" if self.in_request else "response-property"

    def changed(self, suffix: str, message: str, *path: str) -> Change:
        """Return a change of the schema itself."""
        places = self.old.at(*path), self.new.at(*path)
        return change(f"{self.place}-{suffix}", *places, subject(self.new.node), message)


def compare_schemas(old: Node, new: Node, place: str) -> Iterator[Change]:
    """Yield every change between two schemas and all that they hold.

    Args:
        old: the schema of the old version, or a reference to it.
        new: that of the new one.
        place: one of the places of `rules`, which says in which direction values travel.
    """
    yield from _compared(_Stated(_followed(old)), _Stated(_followed(new)), place)


class _Stated:
    """A schema by its place in its document, which is kept with it."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._key = id(node.document), node.tokens

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Stated) and other._key == self._key


def _followed(node: Node) -> Node:
    """Return the schema that a mere reference refers to: many operations refer to one."""
    return node if node.has_siblings else node.document.follow(node)


@lru_cache(maxsize=512)
def _compared(old: _Stated, new: _Stated, place: str) -> tuple[Change, ...]:
    pair = _Pair(View.of(old.node), View.of(new.node), place)
    found = [Found(each, within.old, within.new, within.place) for each, within in _walk(pair)]
    return tuple(judged(found, Found(None, pair.old, pair.new, place)))


def _walk(whole: _Pair) -> Iterator[tuple[Change, _Pair]]:
    """Yield each change with the schemas that it is of. What holds itself ends where it comes round."""
    seen = set()
    pending = [whole]
    while pending:
        pair = pending.pop()
        tokens = (tuple(node.tokens for node in view.stated) for view in (pair.old, pair.new))
        key = (*tokens, pair.place)
        if key in seen:
            continue
        seen.add(key)
        inner: list[_Pair] = []
        for found in _one(pair):
            if isinstance(found, Change):
                yield found, pair
            else:
                inner.append(found)
        pending += inner


def _one(pair: _Pair) -> Iterator[Change | _Pair]:
    """Yield the changes of the schemas themselves, and the schemas in them."""
    yield from _annotations(pair)
    if any(bool(pair.old.holding(key)) != bool(pair.new.holding(key)) for key in _COMPOSITIONS):
        yield pair.changed("composition-changed", "is made of other schemas in another way")
        return
    found_here = list(_keywords(pair))
    yield from found_here
    if any(found.rule.id.endswith("-type-changed") for found in found_here):
        return
    for key in _COMPOSITIONS:
        yield from _branches(pair, key)
    yield from _items(pair)
    yield from _additional(pair)
    yield from _properties(pair)


def _annotations(pair: _Pair) -> Iterator[Change]:
    if not keywords.same(pair.old.value, pair.new.value):
        told = subject(pair.new.node)
        yield from descriptions(pair.old, pair.new, told)


def _keywords(pair: _Pair) -> Iterator[Change]:
    before, after = pair.old.value, pair.new.value
    if keywords.same(before, after):
        return
    for key, message in differences(before, after, _HANDLED):
        rule = f"{pair.place}-{'keyword' if key.split()[0] in _JUDGED else 'annotation'}-changed"
        rule = "extension-changed" if key.startswith("x-") else rule
        yield change(rule, pair.old.at(key), pair.new.at(key), subject(pair.new.node), message)
    catalogue = pair.new.node.tokens == ERROR_CODES == pair.old.node.tokens
    for found in keywords.compare_keywords(before, after, enumerations=not catalogue):
        old, new = pair.old.at(*found.path), pair.new.at(*found.path)
        if found.suffix == "enum-value-added":
            old = pair.old.at("enum")
        elif found.suffix == "enum-value-removed":
            new = pair.new.at("enum")
        yield change(f"{pair.place}-{found.suffix}", old, new, subject(pair.new.node), found.message)


def _branches(pair: _Pair, key: str) -> Iterator[Change | _Pair]:
    holders = pair.old.holding(key), pair.new.holding(key)
    if not holders[0] or not holders[1]:
        return
    matched = match(*holders, key)
    if matched is None or (matched.removed and matched.added):
        yield pair.changed("composition-changed", f"{key}: other schemas", key)
        return
    for old, new in matched.pairs:
        yield _Pair(View.of(old), View.of(new), pair.place)
    for word, nodes in (("removed", matched.removed), ("added", matched.added)):
        for node in nodes:
            target = node.document.follow(node)
            places = (target, pair.new.at(key)) if word == "removed" else (pair.old.at(key), target)
            rule, message = f"{pair.place}-{_COMPOSITIONS[key]}-{word}", f"{key}: {subject(target)} {word}"
            yield change(rule, *places, subject(pair.new.node), message)


def _items(pair: _Pair) -> Iterator[Change | _Pair]:
    before, after = pair.old.inner("items"), pair.new.inner("items")
    if before is not None and after is not None:
        yield _Pair(before, after, pair.inner)
    elif before is not None or after is not None:
        suffix = "items-set" if before is None else "items-unset"
        message = "items: any → as stated" if before is None else "items: as stated → any"
        yield pair.changed(suffix, message, "items")


def _additional(pair: _Pair) -> Iterator[Change | _Pair]:
    before, after = pair.old.openness, pair.new.openness
    if before == after == "restricted":
        inner = pair.old.inner("additionalProperties"), pair.new.inner("additionalProperties")
        if inner[0] is not None and inner[1] is not None:
            yield _Pair(inner[0], inner[1], pair.inner)
    if before == after:
        return
    if after == "forbidden":
        suffix = "forbidden"
    elif before == "forbidden":
        suffix = "allowed"
    else:
        suffix = "restricted" if after == "restricted" else "unrestricted"
    message = f"other fields: {before} → {after}"
    yield pair.changed(f"additional-properties-{suffix}", message, "additionalProperties")


def _properties(pair: _Pair) -> Iterator[Change | _Pair]:
    before, after = pair.old.members, pair.new.members
    for name in {**before, **after}:
        if name not in after:
            yield _removed(pair, name)
        elif name not in before:
            yield _added(pair, name, after[name])
        else:
            yield from _kept(pair, name, before[name], after[name])
    for name in sorted((pair.old.required ^ pair.new.required) - before.keys() - after.keys()):
        yield from _requirement(pair, name, pair.inner)


def _kept(pair: _Pair, name: str, old: View, new: View) -> Iterator[Change | _Pair]:
    place = pair.inner
    ignored = "readOnly" if pair.in_request else "writeOnly"
    was, is_now = old.is_flagged(ignored), new.is_flagged(ignored)
    if was and is_now:
        place = "request-read-only-property" if pair.in_request else "response-write-only-property"
    elif was or is_now:
        yield _ignored(pair, name, now=is_now)
        if name in pair.old.required & pair.new.required:
            # What is not for this direction is not required there.
            yield _required(pair, name, place, is_now=was)
    yield from _requirement(pair, name, place)
    yield _Pair(old, new, place)


def _name(pair: _Pair, name: str) -> str:
    return f"{subject(pair.new.node)}.{name}"


def _added(pair: _Pair, name: str, new: View) -> Change:
    # It may have been required without being stated.
    required = name in pair.new.required - pair.old.required
    if pair.in_request:
        required = required and not new.is_flagged("readOnly")
        rule = f"new-{'required' if required else 'optional'}-request-property"
    else:
        closed = "-to-closed-object" if pair.old.openness == "forbidden" else ""
        rule = f"response-{'required' if required else 'optional'}-property-added{closed}"
    told = "added, required" if name in pair.new.required else "added"
    places = pair.old.at("properties"), pair.new.at("properties", name)
    return change(rule, *places, _name(pair, name), told)


def _removed(pair: _Pair, name: str) -> Change:
    word = "required" if name in pair.old.required - pair.new.required else "optional"
    if pair.new.openness == "forbidden":
        place = "request" if pair.in_request else "response"
        rule = f"{place}-property-removed-from-closed-object"
    else:
        rule = f"{'request' if pair.in_request else 'response'}-{word}-property-removed"
    places = pair.old.at("properties", name), pair.new.at("properties")
    return change(rule, *places, _name(pair, name), "removed")


def _ignored(pair: _Pair, name: str, *, now: bool) -> Change:
    place, kind = ("request", "read-only") if pair.in_request else ("response", "write-only")
    rule = f"{place}-property-became-{'' if now else 'not-'}{kind}"
    path = ("properties", name)
    message = f"became {kind}" if now else f"is not {kind} any more"
    return change(rule, pair.old.at(*path), pair.new.at(*path), _name(pair, name), message)


def _requirement(pair: _Pair, name: str, place: str) -> Iterator[Change]:
    was, is_now = name in pair.old.required, name in pair.new.required
    if was != is_now:
        yield _required(pair, name, place, is_now=is_now)


def _required(pair: _Pair, name: str, place: str, *, is_now: bool) -> Change:
    word, path = "required" if is_now else "optional", ("properties", name)
    rule = f"{place}-became-{word}"
    return change(rule, pair.old.at(*path), pair.new.at(*path), _name(pair, name), f"became {word}")
