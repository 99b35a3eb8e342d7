"""A schema as one, whatever it is made of: its references followed, and the parts of its `allOf` merged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.contract.diff.document import Node, Tokens
from conformance.contract.diff.keywords import canonical, same

STRUCTURE = frozenset({"$ref", "allOf", "oneOf", "anyOf", "properties", "additionalProperties", "items"})
"""What is looked at for itself. The other keywords are merged."""

_ANNOTATIONS = frozenset({"title", "description", "summary", "example", "examples", "externalDocs"})


@dataclass(frozen=True, slots=True)
class View:
    """A schema, or several that hold for one value.

    Attributes:
        node: what it is called by.
        stated: the schemas as they stand, references not followed.
        parts: all that it consists of, with neither reference nor `allOf` left to follow.
        value: its keywords, merged.
    """

    node: Node
    stated: tuple[Node, ...]
    parts: tuple[Node, ...]
    value: dict[str, Any]
    _places: dict[str, Node]

    @classmethod
    def of(cls, *stated: Node) -> "View":
        """Return the view of schemas that hold for one value."""
        parts: list[Node] = []
        nulls = [_expand(node, parts, frozenset()) for node in stated]
        node = _named(stated[0]) if len(stated) == 1 else stated[0].document.follow(stated[0])
        value, places = _merged(parts)
        if node.document.is_30:
            value.pop("nullable", None)
            value |= {"nullable": True} if all(nulls) else {}
        return cls(node, stated, tuple(parts), value, places)

    def at(self, *path: str) -> Node:
        """Return a place to point at: that of the keyword, or what is around it where there is none."""
        if not path:
            return self.node
        if path[0] in self._places:
            return self._places[path[0]].at(*path)
        found = [part.at(*path) for part in self.holding(path[0])]
        whole = (each for each in found if each.tokens[-len(path) :] == path)
        return next(whole, found[0] if found else self.node)

    def holding(self, key: str) -> list[Node]:
        """Return the parts that have a keyword."""
        return [part for part in self.parts if key in part]

    def inner(self, key: str) -> "View | None":
        """Return the schema in a keyword, like `items`; None when there is none."""
        found = [part.child(key) for part in self.holding(key) if isinstance(part.value[key], dict | bool)]
        return View.of(*found) if found else None

    @property
    def members(self) -> "dict[str, View]":
        """The schemas of its members."""
        found: dict[str, list[Node]] = {}
        for part in self.holding("properties"):
            stated = part.value["properties"]
            for name in stated if isinstance(stated, dict) else ():
                found.setdefault(name, []).append(part.child("properties", name))
        return {name: View.of(*nodes) for name, nodes in found.items()}

    @property
    def required(self) -> frozenset[str]:
        """The names of the members that have to be there."""
        stated = self.value.get("required")
        return frozenset(str(name) for name in stated) if isinstance(stated, list) else frozenset()

    @property
    def openness(self) -> str:
        """Whether other members are allowed, restricted or forbidden."""
        said = [part.value["additionalProperties"] for part in self.holding("additionalProperties")]
        if False in [each for each in said if isinstance(each, bool)]:
            return "forbidden"
        return "restricted" if any(isinstance(each, dict) and each for each in said) else "allowed"

    def is_flagged(self, key: str) -> bool:
        """Return whether a keyword is true."""
        return self.value.get(key) is True


def _named(node: Node) -> Node:
    """Return what a schema is called by: what it refers to, also where an `allOf` of one describes it."""
    node = node.document.follow(node) if not node.has_siblings else node
    value = node.value
    if isinstance(value, dict) and not value.keys() - _ANNOTATIONS - {"allOf"}:
        parts = value.get("allOf")
        if isinstance(parts, list) and len(parts) == 1:
            return node.document.follow(node.child("allOf", "0"))
    return node


def _expand(node: Node, parts: list[Node], around: frozenset[Tokens]) -> bool:
    """Add what a schema consists of, and return whether it says that null is allowed."""
    value = node.value
    if not isinstance(value, dict):
        parts.append(Node(node.document, node.tokens, {"not": {}} if value is False else {}))
        return False
    if node.tokens in around:
        return False
    inside = around | {node.tokens}
    target = node.target()
    if target is not None and not node.has_siblings:
        return _expand(target, parts, inside)
    if node not in parts:
        parts.append(node)
    inner = [] if target is None else [target]
    stated = value.get("allOf")
    inner += [node.child("allOf", str(i)) for i in range(len(stated))] if isinstance(stated, list) else []
    nulls = [_expand(each, parts, inside) for each in inner]
    return _says_null(node) or (bool(nulls) and all(nulls) and "type" not in value)


def _says_null(node: Node) -> bool:
    stated = node.value.get("type")
    if stated == "null" or (isinstance(stated, list) and "null" in stated):
        return True
    return node.document.is_30 and node.value.get("nullable") is True


def _merged(parts: list[Node]) -> tuple[dict[str, Any], dict[str, Node]]:
    """Return the keywords of all parts as those of one schema, and the part that each is from."""
    value: dict[str, Any] = {}
    places: dict[str, Node] = {}
    for part in parts:
        for key, stated in part.value.items():
            known = value.get(key)
            if key in STRUCTURE or (key in value and (key in _ANNOTATIONS or same(stated, known))):
                continue
            told = _MERGERS[key](known, stated) if key in value and key in _MERGERS else stated
            # What cannot be merged is kept beside it, so that nothing changes unseen.
            name = f"{key} (too)" if key in value and key not in _MERGERS else key
            if name not in value or not same(told, known):
                value[name], places[name] = told, part
    return value, places


def _both(left: Any, right: Any) -> Any:
    """Return the values that two lists, or a list and a value, have in common."""
    lists = [each if isinstance(each, list) else [each] for each in (left, right)]
    known = {canonical(each) for each in lists[1]}
    return [each for each in lists[0] if canonical(each) in known]


def _union(left: Any, right: Any) -> Any:
    if not isinstance(left, list) or not isinstance(right, list):
        return left
    return [*left, *(each for each in right if each not in left)]


def _types(left: Any, right: Any) -> Any:
    lists = [each if isinstance(each, list) else [each] for each in (left, right)]
    if "number" in lists[0]:
        lists[0] = [*lists[0], "integer"]
    if "number" in lists[1]:
        lists[1] = [*lists[1], "integer"]
    common = [each for each in dict.fromkeys(map(str, lists[0])) if each in lists[1]]
    if "number" in common:
        common.remove("integer")
    return common[0] if len(common) == 1 else common


def _nearer(choose: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def merged(left: Any, right: Any) -> Any:
        numbers = all(isinstance(each, int | float) for each in (left, right))
        return choose(left, right) if numbers else left

    return merged


def _either(left: Any, right: Any) -> Any:
    return left is True or right is True


_MERGERS: dict[str, Callable[[Any, Any], Any]] = {
    "type": _types,
    "enum": _both,
    "required": _union,
    **{key: _nearer(min) for key in ("maximum", "maxLength", "maxItems", "maxProperties")},
    **{key: _nearer(max) for key in ("minimum", "minLength", "minItems", "minProperties")},
    **dict.fromkeys(("uniqueItems", "deprecated", "readOnly", "writeOnly", "nullable"), _either),
}
