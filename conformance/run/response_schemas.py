"""Whether an answer has the shape that the contract states for it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import jsonschema_rs

from conformance.contract.document import Contract, Operation, pointer_to
from conformance.contract.routes import Routes
from conformance.contract.schemas import as_json_schema
from conformance.http.answer import Answer

Schema = dict[str, Any]

JSON = "application/json"
_SHOWN = 300
_MOST_FAULTS = 20
# What stands between client and server may answer these to any request: it timed out, it is too large, it
# comes too fast. A contract need not state them.
_ANY_REQUEST = frozenset({408, 413, 414, 429, 431})
# HTTP's own answers to a request that has no operation.
_OF_NO_OPERATION = frozenset({405, 501})


def is_json(media_type: str) -> bool:
    """Whether a `Content-Type` says JSON, in whatever case and with whatever parameters."""
    return media_type.partition(";")[0].strip().lower() == JSON


@dataclass(frozen=True, slots=True)
class ResponseFault:
    """What is wrong with the shape of an answer, and where the contract says so (RFC 6901)."""

    pointer: str
    expected: str
    actual: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class _Header:
    name: str
    pointer: str
    required: bool
    schema: Schema
    validator: jsonschema_rs.Draft4Validator


@dataclass(frozen=True, slots=True)
class _Stated:
    """What the contract states for one status of one operation."""

    pointer: str
    headers: tuple[_Header, ...]
    has_body: bool
    body_pointer: str = ""
    body: jsonschema_rs.Draft4Validator | None = None


class ResponseSchemas:
    """The answers that a contract states. What is stated for a status is compiled when it is first met."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.routes = Routes(contract)
        self._components = as_json_schema(self.contract.document.get("components", {}))
        self._stated: dict[tuple[str, int], _Stated | None] = {}
        self._validators: dict[str, jsonschema_rs.Draft4Validator] = {}

    def faults(self, operation: Operation, answer: Answer) -> list[ResponseFault]:
        """What is wrong with an answer of an operation; nothing, for most."""
        key = operation.id, answer.status
        if key not in self._stated:
            self._stated[key] = self._compile(operation, answer.status)
        stated = self._stated[key]
        if stated is None:
            if answer.status in _ANY_REQUEST | _OF_NO_OPERATION:
                return []
            statuses = ", ".join(map(str, self.contract.statuses(operation)))
            pointer = pointer_to("paths", operation.path, operation.method.lower(), "responses")
            expected = f"one of the statuses {statuses}"
            return [ResponseFault(pointer, expected, str(answer.status), unstated(answer.status))]
        return [*_header_faults(stated, answer), *_body_faults(stated, answer)]

    def _compile(self, operation: Operation, status: int) -> _Stated | None:
        responses = self.contract.stated(operation).get("responses", {})
        name = next((n for n in (str(status), f"{status // 100}XX", "default") if n in responses), None)
        if name is None:
            return None
        place = pointer_to("paths", operation.path, operation.method.lower(), "responses", name)
        response, pointer = self.contract.resolved(responses[name], place)
        headers = tuple(self._headers(response, pointer))
        media = response.get("content", {}).get(JSON)
        if media is None:
            return _Stated(pointer, headers, has_body=bool(response.get("content")))
        schema, body_pointer = self.contract.resolved(
            media.get("schema", {}), pointer + pointer_to("content", JSON, "schema")
        )
        return _Stated(pointer, headers, True, body_pointer, self._validator(schema, body_pointer))

    def _headers(self, response: dict[str, Any], pointer: str) -> Iterator[_Header]:
        for name, node in response.get("headers", {}).items():
            header, place = self.contract.resolved(node, pointer + pointer_to("headers", name))
            schema = header.get("schema", {})
            validator = self._validator(schema, place + "/schema")
            yield _Header(name, place, header.get("required", False), schema, validator)

    def _validator(self, schema: Schema, pointer: str) -> jsonschema_rs.Draft4Validator:
        if pointer not in self._validators:
            # Draft 4 ignores what stands beside a $ref, so the schema goes one level down.
            root = {"allOf": [as_json_schema(schema)], "components": self._components}
            self._validators[pointer] = jsonschema_rs.Draft4Validator(root, validate_formats=True)
        return self._validators[pointer]


def unstated(status: int) -> str:
    """What an answer with a status that the contract does not state is called, wherever it is met."""
    return f"{status} is answered, and not stated"


def _header_faults(stated: _Stated, answer: Answer) -> Iterator[ResponseFault]:
    for header in stated.headers:
        text = answer.headers.get(header.name)
        if text is None:
            if header.required:
                yield ResponseFault(f"{header.pointer}/required", f"a header {header.name}", "none")
        elif not header.validator.is_valid(_typed(text, header.schema)):
            rules = {word: rule for word, rule in header.schema.items() if word not in ("type", "example")}
            expected = f"a header {header.name} that fits {rules or header.schema.get('type')}"
            yield ResponseFault(f"{header.pointer}/schema", expected, text[:_SHOWN])


def _typed(text: str, schema: Schema) -> Any:
    """The value of a header as its schema types it; the text itself, when it is not of that type."""
    kind = schema.get("type")
    if kind == "integer" and text.strip().lstrip("-").isdecimal():
        return int(text)
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def _body_faults(stated: _Stated, answer: Answer) -> Iterator[ResponseFault]:
    if answer.sent.method == "HEAD":
        return
    if not stated.has_body:
        if answer.content:
            yield ResponseFault(stated.pointer, "no body", answer.text[:_SHOWN])
        return
    if stated.body is None:
        return
    media_type = answer.headers.get("content-type", "")
    if not is_json(media_type):
        yield ResponseFault(f"{stated.pointer}/content", JSON, media_type or "no media type")
        return
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        yield ResponseFault(f"{stated.pointer}/content", "a body of JSON", "the body is no JSON")
        return
    if stated.body.is_valid(body):
        return
    for error in islice(stated.body.iter_errors(body), _MOST_FAULTS):
        place = pointer_to(*map(str, error.instance_path)) or "/"
        # The compiled schema stands one level down; what it refers to has its own place.
        path = [str(step) for step in error.schema_path]
        pointer = stated.body_pointer + pointer_to(*path[2:]) if path[:1] == ["allOf"] else pointer_to(*path)
        yield ResponseFault(pointer, f"{path[-1]} kept at {place}", f"{place}: {error.message[:_SHOWN]}")


def response_fault(contract: Contract, answer: Answer) -> str | None:
    """What is wrong with the shape of an answer; None when nothing is, or nothing is stated."""
    schemas = ResponseSchemas(contract)
    operation = schemas.routes.find(answer.sent.method, answer.sent.path)
    faults = schemas.faults(operation, answer) if operation is not None else []
    return faults[0].actual if faults else None
