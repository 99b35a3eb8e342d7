"""Whether an answer has the shape that the contract states for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jsonschema_rs

if TYPE_CHECKING:
    from conformance.client import Answer
    from conformance.contract import Contract


def shape_fault(contract: Contract, answer: Answer) -> str | None:
    """What is wrong with the shape of an answer's body; None when nothing is, or nothing is stated."""
    schema = _stated_schema(contract, answer)
    if schema is None:
        return None
    if answer.json is None:
        return "the body is no JSON"
    root = {**schema, "components": contract.document.get("components", {})}
    validator = jsonschema_rs.Draft4Validator(_without_nullable(root))
    for error in validator.iter_errors(answer.json):
        place = "/" + "/".join(map(str, error.instance_path))
        return f"{place}: {error.message[:300]}"
    return None


def _stated_schema(contract: Contract, answer: Answer) -> dict[str, Any] | None:
    path = urlsplit(answer.exchange.url).path
    for operation in contract.operations:
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(operation.path))
        if operation.method == answer.exchange.method and re.search(f"{pattern}$", path):
            stated = contract.document["paths"][operation.path][operation.method.lower()]["responses"]
            response = _resolve(contract, stated.get(str(answer.status), {}))
            schema = response.get("content", {}).get("application/json", {}).get("schema")
            return schema if isinstance(schema, dict) else None
    return None


def _resolve(contract: Contract, node: dict[str, Any]) -> dict[str, Any]:
    found: Any = node
    while isinstance(found, dict) and "$ref" in found:
        steps = found["$ref"].removeprefix("#/").split("/")
        found = contract.document
        for step in steps:
            found = found[step.replace("~1", "/").replace("~0", "~")]
    return dict(found)


def _without_nullable(node: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema has a second type."""
    if isinstance(node, list):
        return [_without_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _without_nullable(value) for key, value in node.items()}
    if plain.pop("nullable", None) is True and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
    return plain
