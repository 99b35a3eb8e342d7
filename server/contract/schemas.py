"""The contract's schemas, compiled: what is valid, and what to say about what is not.

OpenAPI 3.0 schemas are JSON Schema draft 4 with a few words of their own; those are translated here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs
import orjson

from domain.errors import Fault, Path
from server.contract.document import Contract, Schema

_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLE = ("items", "not", "additionalProperties")
_KEYWORDS = frozenset(
    {
        "$ref",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "maximum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "minimum",
        "minItems",
        "minLength",
        "minProperties",
        "multipleOf",
        "pattern",
        "required",
        "type",
        "uniqueItems",
    }
)

_REFERENCE = "#/components/schemas/"

MAX_NAME = 100
"""How many characters of a field's name an error repeats. The client chose it, perhaps a megabyte of it."""


class Validator:
    """A compiled schema."""

    def __init__(self, compiled: jsonschema_rs.Draft4Validator) -> None:
        self._compiled = compiled
        self.is_valid: Callable[[Any], bool] = compiled.is_valid

    def faults(self, instance: Any) -> list[Fault]:
        """Return every fault of an instance, in the order of the schema."""
        found: list[Fault] = []
        for error in self._compiled.iter_errors(instance):
            path = tuple(error.instance_path)
            keyword: str = error.kind.name
            facts: dict[str, Any] = error.kind.as_dict()
            if keyword == "additionalProperties":
                found += _unknown_fields(path, facts["unexpected"])
            elif keyword == "falseSchema":
                # An object that may have no member at all.
                found += _unknown_fields(path, _member(instance, path))
            elif keyword == "required":
                name = facts["property"]
                found.append(Fault((*path, name), keyword, f'"{name}" is required.'))
            elif keyword == "type":
                found.append(Fault(path, keyword, _other_type(facts["types"], _member(instance, path))))
            else:
                found.append(Fault(path, keyword, _message(keyword, facts)))
        return found


class SchemaCompiler:
    """Compiles schemas of one contract, for requests or for responses.

    In a request, fields that the server sets (`readOnly`) may hold anything, as they are ignored.
    """

    def __init__(self, contract: Contract, *, request: bool) -> None:
        self._request = request
        self._named = {name: self._translated(schema) for name, schema in contract.schemas.items()}
        self._compiled: dict[bytes, Validator] = {}

    def compile(self, schema: Schema) -> Validator:
        """Return the compiled schema; the same one again for an equal schema."""
        translated = self._translated(schema)
        source = orjson.dumps(translated)
        if source not in self._compiled:
            self._compiled[source] = self._validator(translated)
        return self._compiled[source]

    def _validator(self, translated: dict[str, Any]) -> Validator:
        # Only what is referred to: each validator keeps the whole document that it is given.
        named = {name: self._named[name] for name in self._names(translated)}
        # Draft 4 ignores what stands beside a $ref, so the schema goes one level down.
        root = {"allOf": [translated], "components": {"schemas": named}}
        return Validator(jsonschema_rs.Draft4Validator(root, validate_formats=True))

    def _names(self, translated: dict[str, Any]) -> set[str]:
        """Return the names of the schemas that a schema refers to, directly or through others."""
        found: set[str] = set()
        open_ends = [translated]
        while open_ends:
            new = set(_references(open_ends.pop())) - found
            found |= new
            open_ends += [self._named[name] for name in new]
        return found

    def _translated(self, schema: Schema) -> dict[str, Any]:
        if self._request and schema.get("readOnly"):
            return {}
        result = {word: value for word, value in schema.items() if word in _KEYWORDS}
        for word in _LISTS:
            if word in schema:
                result[word] = [self._translated(member) for member in schema[word]]
        for word in _SINGLE:
            if word in schema:
                value = schema[word]
                result[word] = self._translated(value) if isinstance(value, Mapping) else value
        if "properties" in schema:
            result["properties"] = {
                name: self._translated(member) for name, member in schema["properties"].items()
            }
        if schema.get("nullable"):
            if "type" in result:
                result["type"] = [result["type"], "null"]
            if "enum" in result:
                result["enum"] = [*result["enum"], None]
        return result


def _references(node: Any) -> Iterator[str]:
    """Yield the names of the schemas that stand in a `$ref` of a translated schema."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].removeprefix(_REFERENCE)
        node = node.values()
    elif not isinstance(node, list):
        return
    for child in node:
        yield from _references(child)


def json_pointer(path: Sequence[str | int]) -> str:
    """Return a path as a JSON pointer (RFC 6901); a name that is very long is cut."""
    return "".join("/" + _shown(str(token)).replace("~", "~0").replace("/", "~1") for token in path)


def _unknown_fields(path: Path, names: Iterable[str]) -> list[Fault]:
    message = 'There is no field "{}" here: remove it, or check its spelling.'
    return [Fault((*path, name), "unknown_field", message.format(_shown(name))) for name in names]


def _member(instance: Any, path: Path) -> Any:
    for token in path:
        instance = instance[token]
    return instance


def _shown(name: str) -> str:
    return name if len(name) <= MAX_NAME else name[:MAX_NAME] + "…"


_MESSAGES = {
    "enum": "Must be {options}.",
    "format": "Must be a {format}.",
    "maxItems": "Must have {limit} or fewer items.",
    "maxLength": "Must have {limit} or fewer characters.",
    "maximum": "Must be {limit} or less.",
    "minItems": "Must have {limit} or more items.",
    "minLength": "Must have {limit} or more characters.",
    "minimum": "Must be {limit} or more.",
    "pattern": "Has characters that are not allowed here, or is blank: see the pattern in the contract.",
}
_TYPES = {
    "array": "an array",
    "boolean": "a boolean",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
_TYPES_OF = {
    list: "array",
    bool: "boolean",
    int: "integer",
    type(None): "null",
    float: "number",
    dict: "object",
    str: "string",
}


def _other_type(wanted: Sequence[str], value: object) -> str:
    """Return a sentence for a value of another type than those that are allowed, without the value."""
    told = f"Must be {_alternatives([_TYPES[name] for name in wanted])}"
    found = _TYPES_OF.get(type(value))
    return f"{told}, not {_TYPES[found]}." if found else f"{told}."


def _message(keyword: str, facts: Mapping[str, Any]) -> str:
    """Return a sentence for a broken keyword, without the value that broke it."""
    template = _MESSAGES.get(keyword, f'Breaks the rule "{keyword}" of the contract.')
    return template.format(
        **{name: _alternatives(fact) if isinstance(fact, list) else fact for name, fact in facts.items()}
    )


def _alternatives(options: Sequence[object]) -> str:
    names = ["null" if option is None else str(option) for option in options]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
