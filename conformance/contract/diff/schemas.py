"""Two schemas, compared as far down as they go, in the direction in which their values travel."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from conformance.contract.diff import keywords
from conformance.contract.diff.change import Change
from conformance.contract.diff.document import Node
from conformance.contract.diff.naming import subject
from conformance.contract.diff.objects import change, descriptions, rest

ERROR_CODES = ("components", "schemas", "ErrorCode")
"""Where the catalogue of error codes stands. Its values have rules of their own."""

_COMPOSITIONS = {"allOf": "all-of", "oneOf": "one-of", "anyOf": "any-of"}
_ANNOTATIONS = frozenset({"title", "description", "example", "examples", "externalDocs"})
_HANDLED = (
    keywords.HANDLED
    | _COMPOSITIONS.keys()
    | _ANNOTATIONS
    | {"properties", "required", "additionalProperties", "items", "readOnly", "writeOnly"}
)


class _Pair(NamedTuple):
    """Two schemas that stand for each other.

    Attributes:
        place: the beginning of the ids of the rules, like `request-property`.
    """

    old: Node
    new: Node
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


def compare_schemas(old: Node, new: Node, place: str) -> Iterator[Change]:
    """Yield every change between two schemas and all that they hold.

    Schemas that hold themselves end where they come round again.

    Args:
        old: the schema of the old version.
        new: that of the new one.
        place: one of the places of `rules`, which says in which direction values travel.
    """
    seen = set()
    pending = [_Pair(old, new, place)]
    while pending:
        pair = pending.pop()
        key = (pair.old.tokens, pair.new.tokens, pair.place)
        if key in seen:
            continue
        seen.add(key)
        pair = _unwrapped(pair)
        if not isinstance(pair.old.value, dict) or not isinstance(pair.new.value, dict):
            if not keywords.same(pair.old.value, pair.new.value):
                yield _changed(pair, "keyword-changed", "changed in a way that cannot be compared")
            continue
        # What is written in the same way can differ only in what it refers to.
        if not keywords.same(pair.old.value, pair.new.value):
            yield from descriptions(pair.old, pair.new)
            yield from rest(pair.old, pair.new, _HANDLED, f"{pair.place}-keyword-changed")
            if any((key in pair.old) != (key in pair.new) for key in _COMPOSITIONS):
                yield _changed(pair, "composition-changed", "is made of other schemas in another way")
                continue
            found_here = list(_keywords(pair))
            yield from found_here
            if any(found.rule.id.endswith("-type-changed") for found in found_here):
                continue
        for found in (*_branches(pair), *_items(pair), *_additional(pair), *_properties(pair)):
            if isinstance(found, Change):
                yield found
            else:
                pending.append(found)


def _changed(pair: _Pair, suffix: str, message: str, *path: str) -> Change:
    return change(
        f"{pair.place}-{suffix}", pair.old.at(*path), pair.new.at(*path), subject(pair.new), message
    )


def _unwrapped(pair: _Pair) -> _Pair:
    """Return the pair, with an `allOf` of one schema as that schema. It often describes a mere reference."""
    if ("allOf" in pair.old) == ("allOf" in pair.new):
        return pair
    return _Pair(_only_branch(pair.old), _only_branch(pair.new), pair.place)


def _only_branch(node: Node) -> Node:
    branches = node.get("allOf")
    if branches is None or len(branches.elements()) != 1 or node.value.keys() - _ANNOTATIONS - {"allOf"}:
        return node
    return branches.elements()[0]


def _keywords(pair: _Pair) -> Iterator[Change]:
    catalogue = pair.new.tokens == ERROR_CODES == pair.old.tokens
    for found in keywords.compare_keywords(pair.old.value, pair.new.value, enumerations=not catalogue):
        old, new = pair.old.at(*found.path), pair.new.at(*found.path)
        if found.suffix == "enum-value-added":
            old = pair.old.at("enum")
        elif found.suffix == "enum-value-removed":
            new = pair.new.at("enum")
        yield change(f"{pair.place}-{found.suffix}", old, new, subject(pair.new), found.message)


def _branches(pair: _Pair) -> Iterator[Change | _Pair]:
    for keyword, rule in _COMPOSITIONS.items():
        before, after = pair.old.get(keyword), pair.new.get(keyword)
        if before is None or after is None:
            continue
        removed, added = before.elements(), after.elements()
        for old in tuple(removed):
            match = next((new for new in added if _is_the_same(old, new)), None)
            if match is not None:
                removed.remove(old)
                added.remove(match)
                yield _Pair(old, match, pair.place)
        if len(removed) == len(added) == 1:
            yield _Pair(removed[0], added[0], pair.place)
            continue
        if removed and added:
            yield _changed(pair, "composition-changed", f"{keyword}: other schemas", keyword)
            continue
        for node in removed:
            message = f"{keyword}: {subject(node)} removed"
            yield change(f"{pair.place}-{rule}-removed", node, after, subject(pair.new), message)
        for node in added:
            message = f"{keyword}: {subject(node)} added"
            yield change(f"{pair.place}-{rule}-added", before, node, subject(pair.new), message)


def _is_the_same(old: Node, new: Node) -> bool:
    by_reference = old.tokens[:1] == ("components",) and len(old.tokens) == 3 and old.tokens == new.tokens
    return by_reference or keywords.same(old.value, new.value)


def _items(pair: _Pair) -> Iterator[Change | _Pair]:
    before, after = pair.old.get("items"), pair.new.get("items")
    if before is not None and after is not None:
        yield _Pair(before, after, pair.inner)
    elif before is not None or after is not None:
        suffix = "items-set" if before is None else "items-unset"
        message = "items: any → as stated" if before is None else "items: as stated → any"
        yield _changed(pair, suffix, message, "items")


def _additional(pair: _Pair) -> Iterator[Change | _Pair]:
    before, after = _openness(pair.old), _openness(pair.new)
    if before == after == "restricted":
        yield _Pair(_additional_schema(pair.old), _additional_schema(pair.new), pair.inner)
    if before == after:
        return
    if after == "forbidden":
        suffix = "forbidden"
    elif before == "forbidden":
        suffix = "allowed"
    else:
        suffix = "restricted" if after == "restricted" else "unrestricted"
    message = f"other fields: {before} → {after}"
    yield _changed(pair, f"additional-properties-{suffix}", message, "additionalProperties")


def _openness(node: Node) -> str:
    stated: Any = node.raw("additionalProperties", True)
    if stated is False:
        return "forbidden"
    return "restricted" if isinstance(stated, dict) and stated else "allowed"


def _additional_schema(node: Node) -> Node:
    found = node.get("additionalProperties")
    assert found is not None  # noqa: S101  it is restricted
    return found


def _properties(pair: _Pair) -> Iterator[Change | _Pair]:
    before, after = _stated(pair.old), _stated(pair.new)
    for name in {**before, **after}:
        if name not in after:
            yield _removed(pair, name)
        elif name not in before:
            yield _added(pair, name)
        else:
            place = pair.inner
            ignored = "readOnly" if pair.in_request else "writeOnly"
            was, is_now = before[name].raw(ignored) is True, after[name].raw(ignored) is True
            if was and is_now:
                place = "request-read-only-property" if pair.in_request else "response-write-only-property"
            elif was or is_now:
                yield _ignored(pair, name, now=is_now)
            yield from _requirement(pair, name, place)
            yield _Pair(before[name], after[name], place)
    for name in sorted((_required(pair.old) ^ _required(pair.new)) - before.keys() - after.keys()):
        yield from _requirement(pair, name, pair.inner)


def _stated(node: Node) -> dict[str, Node]:
    properties = node.get("properties")
    return dict(properties.members()) if properties else {}


def _required(node: Node) -> frozenset[str]:
    return frozenset(node.values("required"))


def _name(pair: _Pair, name: str) -> str:
    return f"{subject(pair.new)}.{name}"


def _added(pair: _Pair, name: str) -> Change:
    required = name in _required(pair.new)
    if pair.in_request:
        ignored = _stated(pair.new)[name].raw("readOnly") is True
        rule = f"new-{'required' if required and not ignored else 'optional'}-request-property"
    elif _openness(pair.old) == "forbidden":
        rule = "response-property-added-to-closed-object"
    else:
        rule = f"response-{'required' if required else 'optional'}-property-added"
    where = pair.old.at("properties")
    told = "added, required" if required else "added"
    return change(rule, where, pair.new.at("properties", name), _name(pair, name), told)


def _removed(pair: _Pair, name: str) -> Change:
    if not pair.in_request:
        rule = f"response-{'required' if name in _required(pair.old) else 'optional'}-property-removed"
    elif _openness(pair.new) == "forbidden":
        rule = "request-property-removed-from-closed-object"
    else:
        rule = "request-property-removed"
    return change(
        rule, pair.old.at("properties", name), pair.new.at("properties"), _name(pair, name), "removed"
    )


def _ignored(pair: _Pair, name: str, *, now: bool) -> Change:
    place, kind = ("request", "read-only") if pair.in_request else ("response", "write-only")
    rule = f"{place}-property-became-{'' if now else 'not-'}{kind}"
    path = ("properties", name)
    message = f"became {kind}" if now else f"is not {kind} any more"
    return change(rule, pair.old.at(*path), pair.new.at(*path), _name(pair, name), message)


def _requirement(pair: _Pair, name: str, place: str) -> Iterator[Change]:
    was, is_now = name in _required(pair.old), name in _required(pair.new)
    if was != is_now:
        rule = f"{place}-became-{'required' if is_now else 'optional'}"
        message = "became required" if is_now else "became optional"
        path = ("properties", name)
        yield change(rule, pair.old.at(*path), pair.new.at(*path), _name(pair, name), message)
