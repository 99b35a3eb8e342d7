"""Random edits of a contract: one schema, parameter or answer, changed in one point."""

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

Document = dict[str, Any]
Edit = Callable[[dict[str, Any], random.Random], bool]
"""Changes an object in place, and returns whether there was something to change."""

_BOUNDS = ("maxLength", "minLength", "maximum", "minimum", "maxItems", "minItems")


def edited(document: Document, number: int) -> Document:
    """Return a copy of a contract with the edit of that number."""
    drawn = random.Random(number)
    while True:
        copied = copy.deepcopy(document)
        edits, places = drawn.choice(
            [(_SCHEMA_EDITS, _schemas), (_SCHEMA_EDITS, _schemas), (_OPERATION_EDITS, _operations)]
        )
        if drawn.choice(edits)(drawn.choice([*places(copied)]), drawn):
            return copied


def _schemas(document: Document) -> Iterator[dict[str, Any]]:
    """Yield each schema that says which type it has."""
    pending: list[Any] = [document["components"], document["paths"]]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if isinstance(node.get("type"), str) and "in" not in node and "scheme" not in node:
                yield node
            pending += [value for key, value in node.items() if key not in ("example", "examples", "default")]
        elif isinstance(node, list):
            pending += node


def _operations(document: Document) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        for method in ("get", "post", "put", "patch", "delete"):
            if method in item:
                yield item[method]


def _move_a_bound(schema: dict[str, Any], drawn: random.Random) -> bool:
    stated = [key for key in _BOUNDS if isinstance(schema.get(key), int)]
    if stated:
        key = drawn.choice(stated)
        schema[key] = max(0, schema[key] + drawn.choice([-1, 1]))
    return bool(stated)


def _drop_a_keyword(schema: dict[str, Any], drawn: random.Random) -> bool:
    known = (*_BOUNDS, "pattern", "format", "enum", "nullable", "additionalProperties", "uniqueItems")
    stated = [key for key in known if key in schema]
    if stated:
        del schema[drawn.choice(stated)]
    return bool(stated)


def _limit(schema: dict[str, Any], drawn: random.Random) -> bool:
    limits = {"string": ("maxLength", 40), "integer": ("maximum", 40), "array": ("maxItems", 1)}
    key, value = limits.get(schema["type"], ("", 0))
    if not key or schema.get(key, value + 1) <= value:
        return False
    schema[key] = value
    return True


def _change_an_enum(schema: dict[str, Any], drawn: random.Random) -> bool:
    stated = schema.get("enum")
    if not isinstance(stated, list) or len(stated) < 2:
        return False
    if drawn.random() < 0.5:
        stated.append("another_value")
    else:
        stated.pop(drawn.randrange(len(stated)))
    return True


def _flip_null(schema: dict[str, Any], drawn: random.Random) -> bool:
    schema["nullable"] = not schema.get("nullable", False)
    return True


def _change_the_type(schema: dict[str, Any], drawn: random.Random) -> bool:
    others = {"string": "integer", "integer": "string", "boolean": "string", "number": "string"}
    if schema["type"] not in others:
        return False
    kept = {key: value for key, value in schema.items() if key in ("description", "readOnly", "nullable")}
    kept["type"] = others[schema["type"]]
    schema.clear()
    schema.update(kept)
    return True


def _flip_required(schema: dict[str, Any], drawn: random.Random) -> bool:
    members = schema.get("properties")
    if not members:
        return False
    name = drawn.choice(sorted(members))
    stated = schema.get("required", [])
    schema["required"] = [each for each in stated if each != name] if name in stated else [*stated, name]
    if not schema["required"]:
        del schema["required"]
    return True


def _add_a_member(schema: dict[str, Any], drawn: random.Random) -> bool:
    if "properties" not in schema:
        return False
    schema["properties"]["added_member"] = {"type": "string", "maxLength": 5}
    if drawn.random() < 0.5:
        schema["required"] = [*schema.get("required", []), "added_member"]
    return True


def _remove_a_member(schema: dict[str, Any], drawn: random.Random) -> bool:
    members = schema.get("properties")
    if not members or len(members) < 2:
        return False
    name = drawn.choice(sorted(members))
    del members[name]
    schema["required"] = [each for each in schema.get("required", []) if each != name]
    if not schema["required"]:
        del schema["required"]
    return True


def _compose(schema: dict[str, Any], drawn: random.Random) -> bool:
    """Say the same, or nearly, by other schemas."""
    own = {key: value for key, value in schema.items() if key != "description"}
    more: dict[str, Any] = drawn.choice([{}, {"minLength": 1}, {"maxLength": 9}, {"not": {"enum": ["x"]}}])
    schema.clear()
    schema[drawn.choice(["allOf", "anyOf", "oneOf"])] = [own | more]
    return True


def _add_a_parameter(operation: dict[str, Any], drawn: random.Random) -> bool:
    added: dict[str, Any] = {"name": "added", "in": "query", "schema": {"type": "integer", "minimum": 1}}
    added["required"] = drawn.random() < 0.5
    operation["parameters"] = [*operation.get("parameters", []), added]
    return True


def _remove_an_answer(operation: dict[str, Any], drawn: random.Random) -> bool:
    answers = operation["responses"]
    if len(answers) < 2:
        return False
    del answers[drawn.choice(sorted(answers))]
    return True


def _add_an_answer(operation: dict[str, Any], drawn: random.Random) -> bool:
    missing = [status for status in ("404", "409", "412", "202") if status not in operation["responses"]]
    if missing:
        operation["responses"][drawn.choice(missing)] = {"description": "Added."}
    return bool(missing)


def _demand_a_body(operation: dict[str, Any], drawn: random.Random) -> bool:
    body = operation.get("requestBody")
    if not body or "$ref" in body:
        return False
    body["required"] = not body.get("required", False)
    return True


def _demand_a_header(operation: dict[str, Any], drawn: random.Random) -> bool:
    own = [answer for answer in operation["responses"].values() if "$ref" not in answer]
    if own:
        drawn.choice(own).setdefault("headers", {})["X-Added"] = {
            "required": True,
            "schema": {"type": "string"},
        }
    return bool(own)


_SCHEMA_EDITS: list[Edit] = [
    _move_a_bound,
    _drop_a_keyword,
    _limit,
    _change_an_enum,
    _flip_null,
    _change_the_type,
    _flip_required,
    _add_a_member,
    _remove_a_member,
    _compose,
]
_OPERATION_EDITS: list[Edit] = [
    _add_a_parameter,
    _remove_an_answer,
    _add_an_answer,
    _demand_a_body,
    _demand_a_header,
]
