"""Schemas of a contract as JSON Schema 2020-12, so that programs can say which values they allow.

What values may hold beside what is stated is a question of its own. A schema that says nothing of other
members allows them all; but who keeps the contract sends what is stated. So a schema is *open*, which is what
it allows, or *closed*, which is what those send who keep it: members that are stated, and one that nobody
states, for those who may send more.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from conformance.contract.diff.document import Node, Tokens
from conformance.contract.references import REMOTE

Schema = dict[str, Any] | bool

ERROR_CODES = ("components", "schemas", "ErrorCode")
"""Where the catalogue of error codes stands. Its values have rules of their own."""

_ASSERTIONS = (
    *("type", "enum", "const", "multipleOf", "pattern", "uniqueItems", "required", "dependentRequired"),
    *("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "maxLength", "minLength"),
    *("maxItems", "minItems", "maxProperties", "minProperties", "minContains", "maxContains"),
)
# What is inside stands for the value itself, for one in it, or for one whose other members are no matter.
_IN_PLACE = frozenset({"allOf", "oneOf", "anyOf", "then", "else", "dependentSchemas"})
_INSIDE = frozenset({"items", "prefixItems", "properties", "patternProperties", "additionalProperties"})
_OPEN = frozenset({"not", "if", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties"})
_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas"})
APPLICATORS = _IN_PLACE | _INSIDE | _OPEN

_BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_FORMATS: dict[str, dict[str, Any]] = {
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"minimum": -(2**63), "maximum": 2**63 - 1},
    "byte": {"pattern": _BASE64},
    # These say how a value is meant, and forbid none.
    **{name: {} for name in ("float", "double", "password", "binary", "decimal")},
}

UNSTATED = "anyOther"
"""A member that no contract states."""

# Beside the schema, and not in it: what that says of other members holds for this one too.
_CLOSED = {"patternProperties": {f"^{UNSTATED}$": True}, "unevaluatedProperties": False}

_STANDARD_FORMATS = frozenset(
    {
        *("date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4"),
        *("ipv6", "uri", "uri-reference", "iri", "iri-reference", "uuid", "uri-template", "json-pointer"),
        *("relative-json-pointer", "regex"),
    }
)


def is_known_format(name: object) -> bool:
    """Return whether it is known which values have a format."""
    return name in _STANDARD_FORMATS or name in _FORMATS


class Reading(NamedTuple):
    """How schemas are to be read.

    Attributes:
        in_request: whether the values are sent to servers; what is not for their direction is left out.
        is_closed: whether they hold only such members as are stated, and one more where it is allowed.
        inmost: what stands for a schema within itself; itself when it is None.
        depth: how often it may stand within itself before.
    """

    in_request: bool
    is_closed: bool
    inmost: Callable[[Tokens], Schema] | None = None
    depth: int = 0


def as_json_schema(nodes: tuple[Node, ...], reading: Reading) -> dict[str, Any]:
    """Return the schema of the values that keep all of these schemas, or references to some."""
    translation = _Translation(reading)
    parts = [translation.schema(node, is_value=False) for node in nodes]
    whole: dict[str, Any] = {"allOf": parts}
    if reading.is_closed and any(_states_members(node, frozenset()) for node in nodes):
        whole |= _CLOSED
    return {**whole, "$defs": translation.definitions}


class _Translation:
    def __init__(self, reading: Reading) -> None:
        self.definitions: dict[str, Schema] = {}
        self._names: dict[tuple[Tokens, bool, bool, int], str] = {}
        self._ignored = "readOnly" if reading.in_request else "writeOnly"
        self._reading = reading
        self._depth = 0

    def schema(self, node: Node, *, is_value: bool, is_open: bool = False) -> Schema:
        """Return a schema in the words of JSON Schema.

        Args:
            node: the schema as it stands, or a reference to it.
            is_value: whether it is the whole of what is said of a value, so that other members end here.
            is_open: whether other members are no matter, as within `not`.
        """
        if not isinstance(node.value, dict):
            return node.value if isinstance(node.value, bool) else True
        if node.tokens == ERROR_CODES:
            return {"type": "string"}
        if REMOTE in node.value:
            # Nobody knows what it says. A format that nobody knows is as far from all others.
            return {"format": f"remote {node.value[REMOTE]}"}
        target = node.target()
        if target is not None and not node.has_siblings:
            return self._referring(target, is_value=is_value, is_open=is_open)
        plain = dict(self._own(node, is_open=is_open))
        if target is not None:
            plain.setdefault("allOf", [])
            plain["allOf"] = [*plain["allOf"], self._referring(target, is_value=False, is_open=is_open)]
        told = _with_null(node, plain)
        if self._reading.is_closed and is_value and not is_open and _states_members(node, frozenset()):
            return {"allOf": [told], **_CLOSED}
        return told

    def _referring(self, target: Node, *, is_value: bool, is_open: bool) -> Schema:
        inmost, depth = self._reading.inmost, self._depth
        deeper = inmost is not None and is_value and holds_itself(target)
        if inmost is not None and deeper and depth >= self._reading.depth:
            return inmost(target.tokens)
        key = target.tokens, is_value, is_open, depth + deeper
        if key not in self._names:
            name = self._names[key] = str(len(self._names))
            self._depth = depth + deeper
            self.definitions[name] = self.schema(target, is_value=is_value, is_open=is_open)
            self._depth = depth
        return {"$ref": f"#/$defs/{self._names[key]}"}

    def _own(self, node: Node, *, is_open: bool) -> Iterator[tuple[str, Any]]:
        stated = node.value
        ignored = frozenset(self._ignored_members(node))
        for key in _ASSERTIONS:
            if key in stated:
                yield key, stated[key]
        if ignored and isinstance(stated.get("required"), list):
            yield "required", [name for name in stated["required"] if name not in ignored]
        yield from _bounds(stated)
        if isinstance(stated.get("type"), str) and stated.get("nullable") is True and node.document.is_30:
            yield "type", [stated["type"], "null"]
            if isinstance(stated.get("enum"), list):
                yield "enum", [*stated["enum"], None]
        if isinstance(stated.get("format"), str):
            known = _FORMATS.get(stated["format"], {"format": stated["format"]})
            yield from ((key, value) for key, value in known.items() if key == "format")
        for key in APPLICATORS & stated.keys():
            yield key, self._applied(node, key, ignored, is_open=is_open or key in _OPEN)
        limits = {k: v for k, v in _FORMATS.get(str(stated.get("format")), {}).items() if k != "format"}
        if limits:
            yield "allOf", [*self._all_of(node, ignored, is_open=is_open), limits]

    def _all_of(self, node: Node, ignored: frozenset[str], *, is_open: bool) -> list[Schema]:
        found: list[Schema] = []
        if "allOf" in node.value:
            found = self._applied(node, "allOf", ignored, is_open=is_open)
        return found

    def _applied(self, node: Node, key: str, ignored: frozenset[str], *, is_open: bool) -> Any:
        inner = node.value[key]
        is_value = key in _INSIDE

        def translated(child: Node) -> Schema:
            return self.schema(child, is_value=is_value, is_open=is_open)

        if key in _MAPS and isinstance(inner, dict):
            # Nobody sends what is not for this direction, and nobody minds it.
            aside: Schema = not self._reading.is_closed or is_open
            return {
                name: aside if key == "properties" and name in ignored else translated(node.child(key, name))
                for name in inner
            }
        if isinstance(inner, list):
            return [translated(node.child(key, str(index))) for index in range(len(inner))]
        return translated(node.child(key))

    def _ignored_members(self, node: Node) -> Iterator[str]:
        members = node.value.get("properties")
        for name in members if isinstance(members, dict) else ():
            if node.child("properties", name).is_flagged(self._ignored):
                yield name


def _bounds(stated: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield exclusive bounds as numbers, as 3.0 does not have them."""
    for bound in ("maximum", "minimum"):
        exclusive = f"exclusive{bound.capitalize()}"
        if isinstance(stated.get(exclusive), bool):
            yield exclusive, stated.get(bound) if stated[exclusive] else None


def _with_null(node: Node, plain: dict[str, Any]) -> Schema:
    """Return a schema of 3.0 with null where `nullable` stands beside something else than a type."""
    plain = {key: value for key, value in plain.items() if value is not None or key == "const"}
    beside = any(key in node.value for key in ("$ref", "allOf", "oneOf", "anyOf"))
    if node.document.is_30 and node.value.get("nullable") is True and "type" not in node.value and beside:
        # 3.0 says nothing clear of this; whoever writes it means it.
        return {"anyOf": [plain, {"type": "null"}]}
    return plain


def _states_members(node: Node, around: frozenset[Tokens]) -> bool:
    """Return whether a schema, or a part of it, states members of objects."""
    if not isinstance(node.value, dict) or node.tokens in around:
        return False
    if "properties" in node.value:
        return True
    inside = around | {node.tokens}
    target = node.target()
    parts = [] if target is None else [target]
    parts += [child for child in _children(node) if child.tokens[len(node.tokens)] in _IN_PLACE]
    return any(_states_members(part, inside) for part in parts)


def recursive(nodes: tuple[Node, ...]) -> dict[Tokens, Node]:
    """Return the schemas that hold themselves and that these ones refer to, by where they stand."""
    return {tokens: node for tokens, node in _reached(nodes).items() if holds_itself(node)}


def holds_itself(node: Node) -> bool:
    """Return whether a schema refers to itself, however far within."""
    return node.tokens in _reached(tuple(_children(node)))


def _reached(nodes: tuple[Node, ...]) -> dict[Tokens, Node]:
    found: dict[Tokens, Node] = {}
    pending = list(nodes)
    while pending:
        node = pending.pop()
        target = node.target()
        if target is not None and target.tokens not in found:
            found[target.tokens] = target
            pending.append(target)
        pending += _children(node)
    return found


def _children(node: Node) -> Iterator[Node]:
    for key in APPLICATORS & node.value.keys() if isinstance(node.value, dict) else ():
        inner = node.value[key]
        if isinstance(inner, list):
            yield from (node.child(key, str(index)) for index in range(len(inner)))
        elif key in _MAPS and isinstance(inner, dict):
            yield from (node.child(key, name) for name in inner)
        else:
            yield node.child(key)
