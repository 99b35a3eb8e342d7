"""Schemas of OpenAPI as JSON Schema, for validators."""

from typing import Any

import jsonschema_rs

from conformance.contract.references import FILES


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """Return a compiled validator of a document's schema, formats included; None for what is no schema."""
    # Draft 4 ignores what stands beside a $ref, so the schema goes one level down.
    around = {name: as_json_schema(document[name]) for name in ("components", FILES) if name in document}
    try:
        return jsonschema_rs.Draft4Validator(
            {"allOf": [as_json_schema(schema)], **around}, validate_formats=True, retriever=_never_fetched
        )
    except (ValueError, jsonschema_rs.ReferencingError):
        return None


def _never_fetched(_: str) -> dict[str, Any]:
    return {}


def as_json_schema(node: Any) -> Any:
    """Return an OpenAPI 3.0 schema as JSON Schema, which says with a second type what `nullable` says."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: as_json_schema(value) for key, value in node.items()}
    # A member may be called like the word.
    if not isinstance(plain.get("nullable"), bool):
        return plain
    if plain.pop("nullable") and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
        if isinstance(plain.get("enum"), list):
            plain["enum"] = [*plain["enum"], None]
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
