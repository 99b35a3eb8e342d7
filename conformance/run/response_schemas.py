"""Whether an answer has the shape that the contract states for it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from conformance.contract.document import Contract, Operation, pointer_to
from conformance.contract.media_types import is_json, stated_for
from conformance.contract.pointers import value_at
from conformance.contract.references import resolved
from conformance.contract.routes import Routes
from conformance.http.answer import Answer
from conformance.http.fields import members

Schema = dict[str, Any]
Validator = jsonschema_rs.Draft4Validator | jsonschema_rs.Draft202012Validator

_DOCUMENT = "urn:contract"
_SHOWN = 300
_MOST_FAULTS = 20
# What stands between client and server may answer these to any request: it timed out, it is too large, it
# comes too fast. A contract need not state them.
_ANY_REQUEST = frozenset({408, 413, 414, 429, 431})
# HTTP's own answers to a request that has no operation.
_OF_NO_OPERATION = frozenset({405, 501})
# HTTP has no body in these. In others a contract that states none says nothing of it.
_WITHOUT_BODY = frozenset({204, 205, 304})


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
    validator: Validator | None


@dataclass(frozen=True, slots=True)
class _Stated:
    """What the contract states for one status of one operation.

    Attributes:
        bodies: the pointers to the schemas of the media types that may be sent; None where there is none.
    """

    pointer: str
    headers: tuple[_Header, ...]
    bodies: dict[str, str | None]


class ResponseSchemas:
    """The answers that a contract states. What is stated for a status is compiled when it is first met.

    Attributes:
        unusable: the schemas by which nothing can be judged, by their pointers, with the reason.
    """

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.routes = Routes(contract)
        self._document = contract.for_answers()
        draft = jsonschema_rs.Draft4 if contract.is_30 else jsonschema_rs.Draft202012
        self._registry = jsonschema_rs.Registry(
            [(_DOCUMENT, self._document)], draft=draft, retriever=_never_fetched
        )
        self._stated: dict[tuple[str, int], _Stated | None] = {}
        self._validators: dict[str, Validator | None] = {}
        self.unusable: dict[str, str] = {}

    def faults(self, operation: Operation, answer: Answer) -> list[ResponseFault]:
        """Return what is wrong with an answer of an operation; nothing, for most."""
        key = operation.id, answer.status
        if key not in self._stated:
            self._stated[key] = self._compile(operation, answer.status)
        stated = self._stated[key]
        if stated is None:
            if answer.status in _ANY_REQUEST | _OF_NO_OPERATION:
                return []
            statuses = ", ".join(map(str, self.contract.stated(operation).get("responses", {}))) or "none"
            pointer = pointer_to("paths", operation.path, operation.method.lower(), "responses")
            expected = f"one of the statuses {statuses}"
            return [ResponseFault(pointer, expected, str(answer.status), unstated(answer.status))]
        return [*_header_faults(stated, answer), *self._body_faults(stated, answer)]

    def unusable_of(self, operation: Operation) -> str:
        """Return why answers that an operation gave were not judged by their schema; empty if they were."""
        for (operation_id, _), stated in self._stated.items():
            if operation_id == operation.id and stated is not None:
                for pointer in filter(None, stated.bodies.values()):
                    if pointer in self.unusable:
                        return f"no answer can be judged by the schema at {pointer}: {self.unusable[pointer]}"
        return ""

    def _compile(self, operation: Operation, status: int) -> _Stated | None:
        place = operation.pointer + "/responses"
        responses = value_at(self._document, operation.pointer).get("responses", {})
        names = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
        name = next((n for n in names if n in responses), None)
        if name is None:
            return None
        response, pointer = resolved(self._document, responses[name], place + pointer_to(name))
        bodies: dict[str, str | None] = {}
        for media_type, media in response.get("content", {}).items():
            schema = pointer + pointer_to("content", media_type, "schema")
            bodies[media_type] = self._followed(media["schema"], schema) if "schema" in media else None
        return _Stated(pointer, tuple(self._headers(response, pointer)), bodies)

    def _headers(self, response: dict[str, Any], pointer: str) -> Iterator[_Header]:
        for name, node in response.get("headers", {}).items():
            if name.lower() == "content-type":
                # OpenAPI ignores it: the media types say it.
                continue
            header, place = resolved(self._document, node, pointer + pointer_to("headers", name))
            schema, _ = resolved(self._document, header.get("schema", {}), "")
            validator = None
            if "schema" in header:
                validator = self._validator(self._followed(header["schema"], place + "/schema"))
            yield _Header(name, place, header.get("required") is True, schema, validator)

    def _followed(self, schema: Any, pointer: str) -> str:
        """Return the pointer to a schema, or to what its reference leads to: that is compiled only once."""
        is_reference = isinstance(schema, dict) and (self.contract.is_30 or len(schema) == 1)
        return resolved(self._document, schema, pointer)[1] if is_reference else pointer

    def _validator(self, pointer: str) -> Validator | None:
        """Return what judges by the schema at a pointer; None when it cannot be used (`unusable`)."""
        if pointer not in self._validators:
            kind = (
                jsonschema_rs.Draft4Validator if self.contract.is_30 else jsonschema_rs.Draft202012Validator
            )
            root = {"$ref": f"{_DOCUMENT}#{quote(pointer, safe='/~')}"}
            try:
                self._validators[pointer] = kind(root, registry=self._registry, validate_formats=True)
            except (ValueError, jsonschema_rs.ReferencingError) as error:
                self._validators[pointer] = None
                self.unusable[pointer] = str(error).partition("\n")[0]
        return self._validators[pointer]

    def _body_faults(self, stated: _Stated, answer: Answer) -> Iterator[ResponseFault]:
        if answer.sent.method == "HEAD":
            return
        if not stated.bodies:
            if answer.content and answer.status in _WITHOUT_BODY:
                yield ResponseFault(stated.pointer, "no body", answer.text[:_SHOWN])
            return
        media_type = answer.headers.get("content-type", "")
        if answer.status in _WITHOUT_BODY and not answer.content:
            return
        found = stated_for(media_type, stated.bodies)
        if found is None:
            told = f"{media_type or 'no media type'}: {answer.text[:_SHOWN]}"
            yield ResponseFault(f"{stated.pointer}/content", " or ".join(stated.bodies), told)
            return
        pointer = stated.bodies[found]
        if not is_json(media_type) or pointer is None:
            return
        try:
            body = json.loads(answer.content)
        except (ValueError, RecursionError):
            told = f"the body is no JSON: {answer.text[:_SHOWN]}"
            yield ResponseFault(f"{stated.pointer}/content", "a body of JSON", told)
            return
        yield from self._schema_faults(stated, pointer, body)

    def _schema_faults(self, stated: _Stated, pointer: str, body: Any) -> Iterator[ResponseFault]:
        validator = self._validator(pointer)
        try:
            if validator is None or validator.is_valid(body):
                return
            found = list(islice(validator.iter_errors(body), _MOST_FAULTS))
        except ValueError as error:
            # It is nested more deeply than a validator goes.
            yield ResponseFault(f"{stated.pointer}/content", "a body that can be judged", str(error))
            return
        for each in found:
            path = [str(step) for step in each.schema_path]
            place = pointer_to(*map(str, each.instance_path)) or "/"
            expected = f"{'a body' if place == '/' else f'a value at {place}'} that keeps `{path[-1]}`"
            actual = f"{place}: {each.message[:_SHOWN]}"
            yield ResponseFault(pointer_to(*path), expected, actual + self._hint(each, path))

    def _hint(self, error: jsonschema_rs.ValidationError, path: list[str]) -> str:
        """Return a hint where a contract of 3.1 means to allow null, and does not; empty elsewhere."""
        if error.instance is not None or self.contract.is_30:
            return ""
        schema = value_at(self._document, pointer_to(*path[:-1]))
        is_meant = isinstance(schema, dict) and schema.get("nullable") is True
        return " (`nullable` is no word of OpenAPI 3.1)" if is_meant else ""


def unstated(status: int) -> str:
    """Return what an answer with a status that the contract does not state is called, wherever it is met."""
    return f"{status} is answered, and not stated"


def _never_fetched(_: str) -> dict[str, Any]:
    """Return what stands for anything that would have to be fetched."""
    return {}


def _header_faults(stated: _Stated, answer: Answer) -> Iterator[ResponseFault]:
    for header in stated.headers:
        text = answer.headers.get(header.name)
        if text is None:
            if header.required:
                yield ResponseFault(f"{header.pointer}/required", f"a header {header.name}", "none")
            continue
        value = _typed(text, header.schema)
        if header.validator is not None and value is not None and not header.validator.is_valid(value):
            rules = {word: rule for word, rule in header.schema.items() if word not in ("type", "example")}
            expected = f"a header {header.name} that fits {rules or header.schema.get('type')}"
            yield ResponseFault(f"{header.pointer}/schema", expected, text[:_SHOWN])


def _typed(text: str, schema: Schema) -> Any:
    """Return the value of a header as its schema types it; the text itself, when it is not of that type.

    None for an object, which may be written in more than one way.
    """
    stated = schema.get("type")
    kinds = stated if isinstance(stated, list) else [stated]
    if "object" in kinds:
        return None
    if "array" in kinds:
        items = schema.get("items", {})
        return [_typed(each, items if isinstance(items, dict) else {}) for each in members([text])]
    if "integer" in kinds and text.strip().lstrip("-").isdecimal():
        return int(text)
    if "number" in kinds:
        try:
            return float(text)
        except ValueError:
            return text
    if "boolean" in kinds:
        return {"true": True, "false": False}.get(text, text)
    return text


def response_fault(contract: Contract, answer: Answer) -> str | None:
    """Return what is wrong with the shape of an answer; None when nothing is, or nothing is stated."""
    found = first_fault(contract, [answer])
    return found[2] if found is not None else None


def first_fault(contract: Contract, answers: Iterable[Answer]) -> tuple[Operation, Answer, str] | None:
    """Return the first answer in a wrong shape, of which operation it is, and what is wrong with it."""
    schemas = ResponseSchemas(contract)
    for answer in answers:
        operation = schemas.routes.find(answer.sent.method, answer.sent.path)
        faults = schemas.faults(operation, answer) if operation is not None else []
        if operation is not None and faults:
            return operation, answer, faults[0].actual
    return None
