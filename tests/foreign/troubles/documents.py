"""Contracts as the servers here read them: references followed, and schemas compiled."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

CONTRACTS = Path(__file__).parent / "contracts"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def load(name: str) -> dict[str, Any]:
    """Return a contract of the folder `contracts`, new each time, so that it can be changed."""
    text = (CONTRACTS / f"{name}.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return document


def followed(document: dict[str, Any], value: Any) -> Any:
    """Return what a value of a document stands for, where it is a reference to another place of it."""
    while isinstance(value, dict) and str(value.get("$ref", "")).startswith("#/"):
        place: Any = document
        for key in value["$ref"][2:].split("/"):
            place = place[key]
        value = place
    return value


def compiled(document: dict[str, Any], schema: Any) -> jsonschema_rs.Validator:
    """Return what says whether a value fits a schema of a document, formats included."""
    whole = {"allOf": [schema], "components": document.get("components", {})}
    if document["openapi"].startswith("3.0."):
        whole = _with_types_for_null(whole)
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _with_types_for_null(value: Any) -> Any:
    """Return a schema of OpenAPI 3.0 as one of JSON Schema, in which null is a type."""
    if isinstance(value, list):
        return [_with_types_for_null(item) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {key: _with_types_for_null(item) for key, item in value.items() if key != "nullable"}
    if value.get("nullable") is True and isinstance(value.get("type"), str):
        changed["type"] = [value["type"], "null"]
    return changed
