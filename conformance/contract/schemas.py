"""Schemas of OpenAPI as JSON Schema, for validators."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

import jsonschema_rs

from conformance.contract.references import FILES, resolved

# Draft 4 knows fewer formats than documents state.
_NEWER_FORMATS = (
    "duration",
    "idn-hostname",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "uri-reference",
    "uri-template",
    "uuid",
)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_FORMATS: dict[str, Callable[[str], bool]] = {
    **{
        name: jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True).is_valid
        for name in _NEWER_FORMATS
    },
    "byte": _is_base64,
}


def validator(document: dict[str, Any], schema: dict[str, Any], *, is_30: bool = True) -> Any:
    """Return a compiled validator of what is sent, by a document's schema; None for what is no schema.

    The schema is in the words of 3.0. Those that only 3.1 knows are judged as well, where that is not.
    """
    # Draft 4 ignores what stands beside a $ref, so the schema goes one level down.
    whole = {
        "allOf": [schema],
        **{name: document[name] for name in ("components", FILES) if name in document},
    }
    try:
        plain = as_json_schema(_as_sent(document, whole))
        if is_30:
            return compiled(plain)
        return jsonschema_rs.Draft202012Validator(
            _with_numbers(plain), formats=_FORMATS, validate_formats=True, retriever=_never_fetched
        )
    except (ValueError, jsonschema_rs.ReferencingError):
        return None


def compiled(schema: dict[str, Any]) -> jsonschema_rs.Draft4Validator:
    """Return the validator of a JSON Schema, which judges every format that is known.

    Raises:
        ValueError: it is no schema.
        jsonschema_rs.ReferencingError: a reference leads nowhere.
    """
    return jsonschema_rs.Draft4Validator(
        schema, formats=_FORMATS, validate_formats=True, retriever=_never_fetched
    )


def _with_numbers(node: Any) -> Any:
    """Return schemas whose exclusive bounds are numbers, as newer drafts than the fourth have them."""
    if isinstance(node, list):
        return [_with_numbers(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _with_numbers(value) for key, value in node.items()}
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(plain.get(word), bool) and plain.pop(word) and bound in plain:
            plain[word] = plain.pop(bound)
    return plain


def _as_sent(document: dict[str, Any], node: Any, above: frozenset[str] = frozenset()) -> Any:
    """Return schemas that do not require what the server alone sets; `above` names such members."""
    if isinstance(node, list):
        return [_as_sent(document, item, above) for item in node]
    if not isinstance(node, dict):
        return node
    unsent = above | _read_only_members(document, node, frozenset())
    # The parts of a whole may require each other's members.
    plain = {
        key: _as_sent(document, value, unsent if key == "allOf" and isinstance(value, list) else frozenset())
        for key, value in node.items()
    }
    if isinstance(plain.get("required"), list):
        plain["required"] = [name for name in plain["required"] if name not in unsent]
        if not plain["required"]:
            # Draft 4 has no empty list of them.
            del plain["required"]
    return plain


def _read_only_members(document: dict[str, Any], node: Any, above: frozenset[str]) -> frozenset[str]:
    """Return the names of the members that a schema, or a part of its `allOf`, says are read alone."""
    schema, pointer = _followed(document, node)
    if pointer in above:
        return frozenset()
    members, parts = schema.get("properties"), schema.get("allOf")
    names = frozenset(
        name
        for name, member in (members.items() if isinstance(members, dict) else ())
        if _followed(document, member)[0].get("readOnly") is True
    )
    inner = above | {pointer} if pointer else above
    for part in parts if isinstance(parts, list) else ():
        names |= _read_only_members(document, part, inner)
    return names


def _followed(document: dict[str, Any], node: Any) -> tuple[dict[str, Any], str]:
    """Return what a node refers to with its pointer; an empty schema for what is none, as in an example."""
    if not isinstance(node, dict):
        return {}, ""
    found: Any
    try:
        found, pointer = resolved(document, node, "")
    except (LookupError, AttributeError):
        return {}, ""
    return (found, pointer) if isinstance(found, dict) else ({}, "")


def _never_fetched(_: str) -> dict[str, Any]:
    return {}


def as_json_schema(node: Any) -> Any:
    """Return an OpenAPI 3.0 schema as JSON Schema, which has no word `nullable`."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: as_json_schema(value) for key, value in node.items()}
    # A member may be called like the word.
    if not isinstance(plain.get("nullable"), bool):
        return plain
    if not plain.pop("nullable"):
        return plain
    if isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
        if isinstance(plain.get("enum"), list):
            plain["enum"] = [*plain["enum"], None]
    elif any(word in plain for word in ("$ref", "allOf", "anyOf", "oneOf")):
        # 3.0 says nothing clear of this; whoever writes it means it.
        return {"anyOf": [plain, {"enum": [None]}]}
    return plain


def simplified(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema in which the first of its alternatives that is more than null stands for all."""
    if "type" in schema:
        return schema
    plain = dict(schema)
    for word in ("oneOf", "anyOf"):
        branches = [each for each in plain.get(word, ()) if each.get("type") != "null"]
        if branches:
            if len(branches) < len(plain[word]):
                plain["nullable"] = True
            plain["allOf"] = [*plain.get("allOf", ()), branches[0]]
    return plain
