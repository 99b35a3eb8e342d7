"""The contract's schemas, compiled: what is valid, and what to say about what is not.

OpenAPI 3.0 schemas are JSON Schema draft 4 with a few words of their own; those are translated here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import jsonschema_rs

from domain.errors import Fault, Path
from server.contract import Contract, Schema

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
            else:
                found.append(Fault(path, keyword, _message(keyword, facts)))
        return found


class SchemaCompiler:
    """Compiles schemas of one contract, for requests or for responses.

    In a request, fields that the server sets (`readOnly`) may hold anything, as they are ignored.
    """

    def __init__(self, contract: Contract, *, request: bool) -> None:
        self._request = request
        self._components = {
            "schemas": {name: self._translated(schema) for name, schema in contract.schemas.items()}
        }

    def compile(self, schema: Schema) -> Validator:
        """Return the compiled schema."""
        # Draft 4 ignores what stands beside a $ref, so the schema goes one level down.
        root = {"allOf": [self._translated(schema)], "components": self._components}
        return Validator(jsonschema_rs.Draft4Validator(root, validate_formats=True))

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
    "type": "Must be {types}.",
}


def _message(keyword: str, facts: Mapping[str, Any]) -> str:
    """Return a sentence for a broken keyword, without the value that broke it."""
    template = _MESSAGES.get(keyword, f'Breaks the rule "{keyword}" of the contract.')
    return template.format(
        **{name: _alternatives(fact) if isinstance(fact, list) else fact for name, fact in facts.items()}
    )


def _alternatives(options: Sequence[object]) -> str:
    names = ["null" if option is None else str(option) for option in options]
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1]
