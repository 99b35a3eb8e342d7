"""Schemas of OpenAPI as JSON Schema, for validators."""

from typing import Any


def as_json_schema(node: Any) -> Any:
    """An OpenAPI 3.0 schema as JSON Schema, which says with a second type what `nullable` says."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: as_json_schema(value) for key, value in node.items()}
    if plain.pop("nullable", None) is True and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
        if isinstance(plain.get("enum"), list):
            plain["enum"] = [*plain["enum"], None]
    return plain
