"""Small contracts for the comparison."""

import copy
import json
from typing import Any

from conformance.contract.diff.change import Change
from conformance.contract.diff.compare import compare
from conformance.contract.diff.document import Document, read

Schema = dict[str, Any]

OPERATION: dict[str, Any] = {
    "operationId": "doThing",
    "responses": {"200": {"description": "Done."}},
}


def contract(operation: dict[str, Any] | None = None, path: str = "/things", **root: Any) -> dict[str, Any]:
    """Return a contract of one operation; `root` are members beside it."""
    stated = {
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1.0.0"},
        "paths": {path: {"post": OPERATION | (operation or {})}},
        **root,
    }
    return copy.deepcopy(stated)


def document(stated: dict[str, Any], origin: str = "test") -> Document:
    """Return a contract as the comparison reads it."""
    # JSON is YAML, and is written much faster.
    return read(json.dumps(stated, indent=1).encode(), "openapi.yaml", origin)


def changes(old: dict[str, Any], new: dict[str, Any]) -> tuple[Change, ...]:
    """Return what the comparison finds."""
    return compare(document(old), document(new)).changes


def rules(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the ids of the rules of what it finds."""
    return [change.rule.id for change in changes(old, new)]


def with_schema(place: str, schema: Schema) -> dict[str, Any]:
    """Return a contract that has the schema in one of the places of `rules`."""
    match place:
        case "request-parameter":
            return contract({"parameters": [{"name": "p", "in": "query", "schema": schema}]})
        case "request-body":
            return contract({"requestBody": _content(schema)})
        case "request-property":
            return contract({"requestBody": _content(_object(schema))})
        case "request-read-only-property":
            return contract({"requestBody": _content(_object(schema | {"readOnly": True}))})
        case "response-header":
            return _answer(headers={"X-Thing": {"schema": schema}})
        case "response-body":
            return _answer(**_content(schema))
        case "response-property":
            return _answer(**_content(_object(schema)))
        case "response-write-only-property":
            return _answer(**_content(_object(schema | {"writeOnly": True})))
    raise ValueError(place)


def _content(schema: Schema) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _object(schema: Schema) -> Schema:
    return {"type": "object", "properties": {"field": schema}}


def _answer(**parts: Any) -> dict[str, Any]:
    return contract({"responses": {"200": {"description": "Done.", **parts}}})
