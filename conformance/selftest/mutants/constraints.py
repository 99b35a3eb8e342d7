"""Servers that demand less of requests than the contract, or more."""

import copy
from collections.abc import Iterator
from typing import Any

from conformance.selftest.mutants.mutant import Constraint, Document, Mutant, operations, own, resolved

DROPPED = "constraint dropped"
TIGHTENED = "constraint tightened"

_KEYWORDS = (
    "type",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "enum",
    "minItems",
    "maxItems",
    "additionalProperties",
)
_EXCLUSIVE = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}
_ITEMS = "[]"


def constraint_mutants(document: Document) -> Iterator[Mutant]:
    """For each constraint of each request: without it, and with the next one that is stricter."""
    for path, method, operation in operations(document):
        for parameter in _parameters(document, path, operation):
            schema = resolved(document, parameter["schema"])
            location, name = parameter["in"], parameter["name"]
            for found in _constraints(document, schema, location, (name,)):
                yield from _mutants(path, method, operation, found)
            if parameter.get("required") and location != "path":
                yield from _mutants(
                    path, method, operation, Constraint(location, (name,), "required", True, schema)
                )
        body = resolved(document, operation.get("requestBody", {}))
        if body:
            schema = body["content"]["application/json"]["schema"]
            for found in _constraints(document, schema, "body", ()):
                yield from _mutants(path, method, operation, found)


def _constraints(
    document: Document, node: Document, location: str, steps: tuple[str, ...]
) -> Iterator[Constraint]:
    """Yield every constraint of a schema and of what stands in it. What the server sets is no demand."""
    schema = resolved(document, node)
    if schema.get("readOnly"):
        return
    for keyword in _KEYWORDS:
        if _demands(schema, keyword, location):
            yield Constraint(location, steps, keyword, schema[keyword], schema)
    if schema.get("nullable"):
        yield Constraint(location, steps, "nullable", True, schema)
    for name, member in schema.get("properties", {}).items():
        if not resolved(document, member).get("readOnly"):
            demanded = name in schema.get("required", ())
            yield Constraint(location, (*steps, name), "required", demanded, schema)
        yield from _constraints(document, member, location, (*steps, name))
    if "items" in schema:
        yield from _constraints(document, schema["items"], location, (*steps, _ITEMS))


def _demands(schema: Document, keyword: str, location: str) -> bool:
    if keyword == "additionalProperties":
        return schema.get(keyword) is False
    if keyword == "type":
        # All that stands in a URL or a header is text.
        return keyword in schema and (location == "body" or schema[keyword] not in ("string", "array"))
    return keyword in schema


def _mutants(path: str, method: str, operation: Document, constraint: Constraint) -> Iterator[Mutant]:
    for operator, change in ((DROPPED, _dropped(constraint)), (TIGHTENED, _tightened(constraint))):
        if change is not None:
            yield Mutant(
                operator,
                operation["operationId"],
                constraint.place,
                edit=_edit(path, method, constraint, change),
                constraint=constraint,
            )


def _dropped(constraint: Constraint) -> Document | None:
    """Return what takes the place of the constraint when it is dropped: None for each keyword that goes."""
    if constraint.keyword == "nullable":
        return None
    if constraint.keyword == "required":
        return {"required": False} if constraint.value else None
    if constraint.keyword == "additionalProperties":
        return {"additionalProperties": True}
    if constraint.keyword in _EXCLUSIVE:
        return {constraint.keyword: None, _EXCLUSIVE[constraint.keyword]: None}
    return {constraint.keyword: None}


def _tightened(constraint: Constraint) -> Document | None:
    """Return what takes the place of the constraint when it asks for a little more."""
    value = constraint.value
    match constraint.keyword:
        case "minLength" | "minItems":
            return {constraint.keyword: value + 1}
        case "maxLength" | "maxItems":
            return {constraint.keyword: value - 1}
        case "minimum" if constraint.schema.get("type") == "integer":
            return {"minimum": value + 1}
        case "maximum" if constraint.schema.get("type") == "integer":
            return {"maximum": value - 1}
        case "minimum" if not constraint.schema.get("exclusiveMinimum"):
            return {"exclusiveMinimum": True}
        case "maximum" if not constraint.schema.get("exclusiveMaximum"):
            return {"exclusiveMaximum": True}
        case "enum" if len(value) > 1:
            return {"enum": value[:-1]}
        case "required" if value is False:
            return {"required": True}
        case "nullable":
            return {"nullable": None}
    return None


def _edit(path: str, method: str, constraint: Constraint, change: Document) -> Any:
    def edit(document: Document) -> None:
        operation = document["paths"][path][method]
        if constraint.location == "body":
            holder = own(document, operation, "requestBody", "content", "application/json")
            _change(document, holder, "schema", constraint, change)
            return
        for parameter in _parameters(document, path, operation):
            if (parameter["in"], parameter["name"]) == (constraint.location, constraint.steps[0]):
                other = copy.deepcopy(parameter)
                if constraint.keyword == "required":
                    other["required"] = bool(change["required"])
                else:
                    _change(document, other, "schema", constraint, change)
                # An operation's own parameter stands in for the one that all of the path share.
                operation.setdefault("parameters", []).append(other)

    return edit


def _change(document: Document, holder: Any, root: str, constraint: Constraint, change: Document) -> None:
    steps: list[str | int] = [root]
    inner = constraint.steps if constraint.location == "body" else constraint.steps[1:]
    name = ""
    if constraint.keyword == "required":
        *_, name = inner
        inner = inner[:-1]
    for step in inner:
        steps += ["items"] if step == _ITEMS else ["properties", step]
    schema = own(document, holder, *steps)
    if constraint.keyword == "required":
        others = [each for each in schema.get("required", []) if each != name]
        schema["required"] = [*others, name] if change["required"] else others
        # Draft 4 knows no empty list of what is required.
        if not schema["required"]:
            del schema["required"]
        return
    for keyword, value in change.items():
        if value is None:
            schema.pop(keyword, None)
        else:
            schema[keyword] = value


def _parameters(document: Document, path: str, operation: Document) -> list[Document]:
    """Return an operation's parameters; its own stand in for those of the path."""
    given = [*document["paths"][path].get("parameters", ()), *operation.get("parameters", ())]
    found = {(each["in"], each["name"]): each for each in (resolved(document, one) for one in given)}
    return list(found.values())
