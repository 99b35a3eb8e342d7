"""The dialects of schemas: those of OpenAPI 3.1 in the words of 3.0, and both as JSON Schema."""

from collections.abc import Sequence
from typing import Any

from conformance.contract.references import resolved

Schema = dict[str, Any]

VERSION = "3.0.3"
"""Of the dialect that everything but the validators of answers reads."""

_SUBSCHEMAS = ("items", "not")
_MAPS = ("properties",)
_LISTS = ("allOf", "anyOf", "oneOf")
_ASIDE = ("description", "summary", "title", "deprecated", "example", "examples", "$comment")
_NULL = {"type": "null"}


def in_words_of_30(schemas: Sequence[Schema]) -> None:
    """Say in place what OpenAPI 3.0 can say as it says it, so that everything else knows one dialect.

    What it cannot say, as a value of one type out of several, stays as it is where it can, or goes.
    """
    without_nullable(schemas)
    for schema in schemas:
        _one_type(schema)
        _numbers(schema)
        if "const" in schema and "enum" not in schema:
            schema["enum"] = [schema["const"]]
        _objects(schema)
    for schema in schemas:
        _without_null(schema)
        _beside_reference(schema)


def without_nullable(schemas: Sequence[Schema]) -> None:
    """Take out in place a word that OpenAPI 3.1 does not have: null is a type there."""
    for schema in schemas:
        schema.pop("nullable", None)


def _one_type(schema: Schema) -> None:
    stated = schema.get("type")
    if not isinstance(stated, list):
        return
    others = [each for each in stated if each != "null"]
    if "null" in stated:
        schema["nullable"] = True
    if len(others) == 1:
        schema["type"] = others[0]
    else:
        # A whole number is a number as well.
        del schema["type"]
        if sorted(others) == ["integer", "number"]:
            schema["type"] = "number"


def _numbers(schema: Schema) -> None:
    for word, bound, nearer in (
        ("exclusiveMinimum", "minimum", max),
        ("exclusiveMaximum", "maximum", min),
    ):
        value = schema.get(word)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        stated = schema.get(bound, value)
        schema[bound] = nearer(stated, value)
        schema[word] = schema[bound] == value


def _objects(schema: Schema) -> None:
    """Write a schema that is true or false as an object."""
    for holder in (
        *(schema[word] for word in (*_MAPS, *_LISTS) if word in schema),
        {word: schema[word] for word in _SUBSCHEMAS if word in schema},
    ):
        for key, value in enumerate(holder) if isinstance(holder, list) else [*holder.items()]:
            if isinstance(value, bool):
                holder[key] = {} if value else {"not": {}}
    for word in _SUBSCHEMAS:
        if isinstance(schema.get(word), bool):
            schema[word] = {} if schema[word] else {"not": {}}


def _without_null(schema: Schema) -> None:
    """Write "this, or null" as what it is in 3.0, where this stands at the place itself."""
    for word in ("anyOf", "oneOf"):
        parts = schema.get(word)
        if not isinstance(parts, list) or len(parts) != 2 or _NULL not in parts:
            continue
        other = parts[0] if parts[1] == _NULL else parts[1]
        if "$ref" not in other and not set(other) & set(schema):
            del schema[word]
            schema.update(other, nullable=True)
            return


def _beside_reference(schema: Schema) -> None:
    """Write what stands beside a reference, and says more, as a part of the whole."""
    if "$ref" in schema and any(name not in (*_ASIDE, "$ref") for name in schema):
        schema["allOf"] = [{"$ref": schema.pop("$ref")}, *schema.get("allOf", ())]


def for_answers(document: dict[str, Any], schemas: Sequence[Schema], *, is_30: bool) -> None:
    """Turn schemas of OpenAPI, in place and for answers, into such as a validator takes."""
    for schema in schemas:
        _without_what_is_not_sent(document, schema)
    for schema in schemas:
        if is_30 and schema.pop("nullable", None) is True:
            _nullable(schema)


def _without_what_is_not_sent(document: dict[str, Any], schema: Schema) -> None:
    """Require nothing of an answer that is for requests alone."""
    required, members = schema.get("required"), schema.get("properties")
    if not isinstance(required, list) or not isinstance(members, dict):
        return
    sent = [name for name in required if not _is_write_only(document, members.get(name))]
    if len(sent) < len(required):
        schema["required"] = sent
        if not sent:
            # Draft 4 has no empty list of them.
            del schema["required"]


def _is_write_only(document: dict[str, Any], member: Any) -> bool:
    return isinstance(member, dict) and resolved(document, member, "")[0].get("writeOnly") is True


def _nullable(schema: Schema) -> None:
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list):
            schema["enum"] = [*schema["enum"], None]
    elif any(word in schema for word in ("$ref", *_LISTS)):
        # 3.0 says nothing clear of this; whoever writes it means it.
        rest = {word: schema.pop(word) for word in [*schema]}
        schema["anyOf"] = [rest, {"enum": [None]}]
