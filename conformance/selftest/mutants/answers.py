"""Servers whose answers are not what the contract states: status, fields and headers."""

from collections.abc import Callable, Iterator
from typing import Any

from conformance.selftest.combinators import On, on
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
_ITEMS = "[]"

Steps = tuple[str, ...]


def answer_mutants(document: Document) -> Iterator[Mutant]:
    """Yield one for each documented status to be asked for, each field of a good answer, and its headers."""
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
                        HEADER,
                        operation_id,
                        f"{status}.{name}",
                        fault=on(operation_id, status=int(status)).header(name.lower(), None),
                    )
            content = response.get("content", {}).get("application/json")
            if content and status.startswith("2"):
                yield from _fields(document, operation_id, status, content["schema"])


def _fields(document: Document, operation_id: str, status: str, schema: Document) -> Iterator[Mutant]:
    """Yield one mutant for each field that must be there: dropped, renamed or of another type, in turn."""
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
        yield from _required(document, schema["items"], (*steps, _ITEMS), above | {id(schema)})


def _status(operation_id: str, status: str) -> On:
    other = _MISTAKEN[status]
    # The error says its status, too, and a server that is mistaken says the same in both places.
    return on(operation_id, status=int(status)).status(other).edit("/status_code", lambda _: other)


def _field(operation_id: str, status: str, steps: Steps, change: Callable[[Document, str], None]) -> On:
    *above, name = steps

    def changed(holder: Any) -> Any:
        if isinstance(holder, dict) and name in holder:
            change(holder, name)
        return holder

    pointer = "".join(f"/{'*' if step == _ITEMS else step}" for step in above)
    return on(operation_id, status=int(status)).edit(pointer, changed)


def _drop(holder: Document, name: str) -> None:
    del holder[name]


def _rename(holder: Document, name: str) -> None:
    head, *rest = name.split("_")
    other = head + "".join(word.title() for word in rest)
    holder[other if other != name else name.title()] = holder.pop(name)


def _retype(holder: Document, name: str) -> None:
    """Make a number or a flag a text, text a number, and an object or a list the other of the two."""
    value = holder[name]
    if isinstance(value, str):
        holder[name] = len(value)
    elif isinstance(value, list):
        holder[name] = {}
    elif isinstance(value, dict):
        holder[name] = [value]
    else:
        holder[name] = str(value)
