"""Servers whose answers are not what the contract states: status, fields and headers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.mutants.mutant import Document, Mutant, operations, resolved

STATUS = "status changed"
FIELD_DROPPED = "field dropped"
FIELD_RENAMED = "field renamed"
FIELD_TYPE = "field of another type"
HEADER = "header dropped"

_MISTAKEN = {
    "200": 201,
    "201": 200,
    "202": 200,
    "204": 200,
    "304": 200,
    "400": 422,
    "401": 403,
    "403": 404,
    "404": 400,
    "405": 404,
    "409": 400,
    "412": 409,
    "413": 400,
    "415": 400,
}
"""What servers answer by mistake. What only a server in trouble answers (500, 503) cannot be asked for."""

_DEEPEST = 5

Steps = tuple[str, ...]


def answer_mutants(document: Document) -> Iterator[Mutant]:
    """One for each documented status that can be asked for, each field of a good answer, and its headers."""
    for _, _, operation in operations(document):
        operation_id = operation["operationId"]
        for status, stated in operation["responses"].items():
            if status not in _MISTAKEN:
                continue
            response = resolved(document, stated)
            yield Mutant(STATUS, operation_id, status, fault=_status(operation_id, status))
            for name, header in response.get("headers", {}).items():
                if resolved(document, header).get("required"):
                    yield Mutant(
                        HEADER, operation_id, f"{status}.{name}", fault=_header(operation_id, status, name)
                    )
            content = response.get("content", {}).get("application/json")
            if content and status.startswith("2"):
                yield from _fields(document, operation_id, status, content["schema"])


def _fields(document: Document, operation_id: str, status: str, schema: Document) -> Iterator[Mutant]:
    """One mutant for each field that must be there: dropped, renamed or of another type, in turn."""
    kinds = ((FIELD_DROPPED, _drop), (FIELD_RENAMED, _rename), (FIELD_TYPE, _retype))
    for number, steps in enumerate(_required(document, schema, (), frozenset())):
        operator, change = kinds[number % len(kinds)]
        place = ".".join((status, *steps))
        yield Mutant(operator, operation_id, place, fault=_field(operation_id, status, steps, change))


def _required(document: Document, node: Document, steps: Steps, above: frozenset[int]) -> Iterator[Steps]:
    schema = resolved(document, node)
    if id(schema) in above or len(steps) > _DEEPEST:
        return
    for name, member in schema.get("properties", {}).items():
        if name in schema.get("required", ()):
            yield (*steps, name)
        yield from _required(document, member, (*steps, name), above | {id(schema)})
    if "items" in schema:
        yield from _required(document, schema["items"], (*steps, "[]"), above | {id(schema)})


def _status(operation_id: str, status: str) -> Fault:
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        if not _meant(request, response, operation_id, status):
            return response
        other = replace(response, status=_MISTAKEN[status])
        body = response.json
        # The error says its status, too, and a server that is mistaken says the same in both places.
        if isinstance(body, dict) and body.get("status_code") == response.status:
            return other.with_json({**body, "status_code": other.status})
        return other

    return fault


def _header(operation_id: str, status: str, name: str) -> Fault:
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        meant = _meant(request, response, operation_id, status)
        return response.with_header(name.lower(), None) if meant else response

    return fault


def _field(operation_id: str, status: str, steps: Steps, change: Callable[[Document, str], None]) -> Fault:
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        if not _meant(request, response, operation_id, status) or not response.body:
            return response
        body = response.json
        for holder in _holders(body, steps[:-1]):
            if steps[-1] in holder:
                change(holder, steps[-1])
        return response.with_json(body)

    return fault


def _meant(request: Request, response: Response, operation_id: str, status: str) -> bool:
    return response.status == int(status) and request.operation_id == operation_id


def _holders(value: Any, steps: Steps) -> Iterator[Document]:
    """Every object at the end of the steps."""
    if steps:
        inner = value if steps[0] == "[]" else [value.get(steps[0])] if isinstance(value, dict) else []
        for each in inner if isinstance(inner, list) else []:
            yield from _holders(each, steps[1:])
    elif isinstance(value, dict):
        yield value


def _drop(holder: Document, name: str) -> None:
    del holder[name]


def _rename(holder: Document, name: str) -> None:
    head, *rest = name.split("_")
    other = head + "".join(word.title() for word in rest)
    holder[other if other != name else name.title()] = holder.pop(name)


def _retype(holder: Document, name: str) -> None:
    """A number or a flag as text, text as a number, and an object or a list the other way round."""
    value = holder[name]
    if isinstance(value, str):
        holder[name] = len(value)
    elif isinstance(value, list):
        holder[name] = {}
    elif isinstance(value, dict):
        holder[name] = [value]
    else:
        holder[name] = str(value)
