"""What stands where in an OpenAPI document: for each kind of object, the kinds of those in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

DOCUMENT, COMPONENTS, PATH_ITEM, OPERATION = "document", "components", "path item", "operation"
PARAMETER, HEADER, BODY, RESPONSE = "parameter", "header", "request body", "response"
MEDIA, SCHEMA, CALLBACK, LEAF = "media type", "schema", "callback", "object"

# Names in these that begin with `x-` are extensions, and not names.
_EXTENSIBLE = ("paths", "responses", "webhooks", "callbacks")


@dataclass(frozen=True, slots=True)
class _Shape:
    """The kinds of members: of those that hold one object, a list of them, or some by names of any kind."""

    one: dict[str, str] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    maps: dict[str, str] = field(default_factory=dict)
    rest: str | None = None


_SHAPES = {
    DOCUMENT: _Shape(one={"components": COMPONENTS}, maps={"paths": PATH_ITEM, "webhooks": PATH_ITEM}),
    COMPONENTS: _Shape(
        maps={
            "schemas": SCHEMA,
            "responses": RESPONSE,
            "parameters": PARAMETER,
            "requestBodies": BODY,
            "headers": HEADER,
            "links": LEAF,
            "callbacks": CALLBACK,
            "pathItems": PATH_ITEM,
            "securitySchemes": LEAF,
            "examples": LEAF,
        }
    ),
    PATH_ITEM: _Shape(one=dict.fromkeys(METHODS, OPERATION), lists={"parameters": PARAMETER}),
    OPERATION: _Shape(
        one={"requestBody": BODY},
        lists={"parameters": PARAMETER},
        maps={"responses": RESPONSE, "callbacks": CALLBACK},
    ),
    CALLBACK: _Shape(rest=PATH_ITEM),
    PARAMETER: _Shape(one={"schema": SCHEMA}, maps={"content": MEDIA, "examples": LEAF}),
    HEADER: _Shape(one={"schema": SCHEMA}, maps={"content": MEDIA, "examples": LEAF}),
    BODY: _Shape(maps={"content": MEDIA}),
    RESPONSE: _Shape(maps={"headers": HEADER, "content": MEDIA, "links": LEAF}),
    MEDIA: _Shape(one={"schema": SCHEMA}, maps={"examples": LEAF}),
    SCHEMA: _Shape(
        one=dict.fromkeys(
            (
                *("not", "items", "additionalProperties", "if", "then", "else", "contains", "propertyNames"),
                *("unevaluatedItems", "unevaluatedProperties", "additionalItems", "contentSchema"),
            ),
            SCHEMA,
        ),
        lists=dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), SCHEMA),
        maps=dict.fromkeys(
            ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"), SCHEMA
        ),
    ),
    LEAF: _Shape(),
}


class WrongKind(Exception):
    """A member is not of the kind that it has to be; the message says of which."""

    def __init__(self, steps: tuple[str, ...], wanted: str) -> None:
        super().__init__(wanted)
        self.steps = steps
        self.wanted = wanted


def within(kind: str, node: dict[str, Any]) -> Iterator[tuple[Any, str, tuple[str, ...], str]]:
    """Yield what stands in an object: its holder, its name there, the steps to it, and its kind.

    Members that hold null are taken out: they say nothing. An index in a list is yielded as text.

    Raises:
        WrongKind: a member is no object, no list or no map where there has to be one.
    """
    shape = _SHAPES[kind]
    for name in [name for name, value in node.items() if value is None and _is_known(shape, name)]:
        del node[name]
    for name, value in [*node.items()]:
        if name in shape.one:
            yield node, name, (name,), shape.one[name]
        elif name in shape.lists:
            yield from _each(value, name, list, "a list", shape.lists[name])
        elif name in shape.maps:
            yield from _each(value, name, dict, "an object", shape.maps[name])
        elif shape.rest is not None and not name.startswith("x-"):
            yield node, name, (name,), shape.rest


def _is_known(shape: _Shape, name: str) -> bool:
    return name in shape.one or name in shape.lists or name in shape.maps


def _each(
    value: Any, name: str, wanted: type, called: str, kind: str
) -> Iterator[tuple[Any, str, tuple[str, ...], str]]:
    if not isinstance(value, wanted):
        raise WrongKind((name,), called)
    holder: Any = value
    if isinstance(holder, list):
        holder[:] = [each for each in holder if each is not None]
        for index in range(len(holder)):
            yield holder, str(index), (name, str(index)), kind
        return
    for key in [key for key, each in holder.items() if each is None]:
        # An empty path item, and an empty response, say no more than that they are there.
        holder[key] = {}
    for key in [*holder]:
        if not (key.startswith("x-") and name in _EXTENSIBLE):
            yield holder, key, (name, key), kind
