"""Whether a client can tell the server of a mutated contract from the right one.

What a schema demands, another word of it or a rule of the domain may demand a second time. Without the
first, the server then answers as before: such a mutant is no fault, and no check can find it. So both servers
are sent the very requests on which they could differ.
"""

import re
from typing import Any

import httpx

from conformance.contract.document import Operation
from conformance.fuzz.bodies import Bodies, Names
from conformance.http.answer import Answer
from conformance.http.unreached import Unreached
from conformance.run.content import Content
from conformance.run.recipes import Supply
from conformance.run.session import Session
from conformance.selftest.faulty_server import FaultyServer
from conformance.selftest.mutants import Constraint, Mutant
from conformance.selftest.mutants.constraints import DROPPED
from conformance.selftest.mutants.mutant import resolved

Schema = dict[str, Any]
Outcome = tuple[int, str, tuple[str, ...]]

_ABSENT = object()
_OTHER_TYPES: dict[str, tuple[Any, ...]] = {
    "string": (7, True, None, [], {}),
    "integer": ("7", 7.5, True, None),
    "number": ("7", True, None),
    "boolean": ("true", 1, None),
    "array": ({}, "x", None),
    "object": ([], "x", None),
}
_OTHER_TEXTS = ("x", "1.5")
"""In a URL or a header, where all is text: what reads as no integer and no flag."""
_TEXTS = (
    "\x00",
    "a\x07b",
    "a\nb",
    "  ",
    "",
    ",",
    "a,b",
    "/",
    ".",
    "..",
    "a b",
    "x",
    "0",
    "-",
    "W/",
    "ü",
    "1.5",
)
_FUTURE = "2400-01-01T00:00:00Z"
_NEVER_REACHED = ("maximum", "maxLength")


def same_answers(session: Session, content: Content, mutant: Mutant, server: FaultyServer) -> str:
    """Return in a sentence why no client can tell them apart; empty when one can, or nothing can be said.

    Raises:
        HostError: the server cannot be told what to serve.
    """
    constraint = mutant.constraint
    if constraint is None:
        return ""
    asking = _Asking(session, content, mutant.operation_id, constraint)
    dropped = mutant.operator == DROPPED
    values = _breaking(constraint) if dropped else _at_the_edge(constraint, session.contract.document)
    try:
        server.restore()
        right = [asking.outcome(value) for value in values]
        server.serve("mutant", mutant.id)
        try:
            other = [asking.outcome(value) for value in values]
        finally:
            server.restore()
    except (httpx.TransportError, LookupError, TypeError, Unreached):
        return ""
    # Where the right server does not show what is meant, nothing is said.
    is_refused = all(400 <= status < 500 for status, *_ in right)
    is_accepted = all(status < 400 for status, *_ in right)
    # The least id may be that of something, elsewhere or later; the greatest is never reached.
    may_be_refused = dropped or constraint.keyword in _NEVER_REACHED
    meant = (is_refused and may_be_refused) or (is_accepted and not dropped)
    if not right or right != other or not meant:
        return ""
    status, code, pointers = right[0]
    told = f"{status} {code} {', '.join(pointers)}".rstrip()
    if dropped:
        return f"without it, another rule gives the same answer: {told}"
    # All that a stricter server forbids is what lies at the edge.
    who = "another rule" if is_refused else "the stricter server"
    return f"at the edge, {who} gives the same answer: {told}"


class _Asking:
    """Sends a request that is good in all but one value, with objects of its own each time."""

    def __init__(self, session: Session, content: Content, operation_id: str, constraint: Constraint) -> None:
        self._session = session
        self._content = content
        self._operation_id = operation_id
        self._constraint = constraint
        self._names = Names(session.namespace)

    def outcome(self, value: Any) -> Outcome:
        """Return what a client can tell an answer by."""
        answer = self._send(value)
        body = answer.json if isinstance(answer.json, dict) else {}
        faults = body.get("extra_fields", {}).get("errors", []) if answer.status >= 400 else []
        code = str(body.get("error", {}).get("code", "")) if answer.status >= 400 else ""
        return answer.status, code, tuple(sorted({str(fault.get("pointer")) for fault in faults}))

    def _send(self, value: Any) -> Answer:
        session, constraint = self._session, self._constraint
        supply = Supply(session, self._content)
        operation = session.contract.operation(self._operation_id)
        if operation is None:
            raise LookupError(self._operation_id)
        request: dict[str, Any] = {"parameters": supply.parameters(operation)}
        if operation.example is not None:
            request["body"] = self._body(operation, supply, value)
        if constraint.location == "path":
            request["parameters"] = {**(request["parameters"] or {}), constraint.steps[0]: value}
        elif constraint.location == "query" and value is not _ABSENT:
            request["query"] = {constraint.steps[0]: value}
        elif constraint.location == "header":
            request["headers"] = {constraint.steps[0]: str(value)}
        return session.call(operation.id, **request)

    def _body(self, operation: Operation, supply: Supply, value: Any) -> Any:
        bodies = Bodies(self._session, self._content, supply, self._names)
        body = bodies.repaired(operation, operation.example)
        if self._constraint.location != "body":
            return body
        document = self._session.contract.document
        stated = self._session.contract.stated(operation)
        schema = resolved(document, stated["requestBody"])["content"]["application/json"]["schema"]
        return placed(document, schema, body, self._constraint.steps, value)


def placed(document: Schema, node: Schema, body: Any, steps: tuple[str, ...], value: Any) -> Any:
    """Return the body with a value at the end of the steps, and the least that it takes on the way."""
    schema = resolved(document, node)
    if not steps:
        unknown = isinstance(value, dict) and value.get("unknown") is _ABSENT
        return {**body, "unknown": 1} if unknown and isinstance(body, dict) else value
    step, rest = steps[0], steps[1:]
    if step == "[]":
        items = list(body) if isinstance(body, list) and body else [sample(document, schema["items"])]
        return [placed(document, schema["items"], items[0], rest, value), *items[1:]]
    holder = dict(body) if isinstance(body, dict) else sample(document, schema)
    if not rest and value is _ABSENT:
        holder.pop(step, None)
        return holder
    member = schema["properties"][step]
    inner = holder[step] if holder.get(step) is not None else sample(document, member)
    return {**holder, step: placed(document, member, inner, rest, value)}


def sample(document: Schema, node: Schema) -> Any:
    """Return the least that a schema takes."""
    schema = resolved(document, node)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            members = schema.get("properties", {})
            return {name: sample(document, members[name]) for name in schema.get("required", ())}
        case "array":
            return [sample(document, schema["items"])] * schema.get("minItems", 0)
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
    return _FUTURE if schema.get("format") == "date-time" else "x" * max(1, schema.get("minLength", 1))


def _breaking(constraint: Constraint) -> list[Any]:  # noqa: C901  one line for each keyword
    """Return values that break the constraint, and no other if possible."""
    limit, schema = constraint.value, constraint.schema
    match constraint.keyword:
        case "type" if constraint.location != "body":
            return list(_OTHER_TEXTS)
        case "type":
            found = [*_OTHER_TYPES[limit]]
            return [v for v in found if v is not None] if schema.get("nullable") else found
        case "pattern":
            least, most = schema.get("minLength", 0), schema.get("maxLength", 255)
            return [t for t in _TEXTS if not re.search(limit, t) and least <= len(t) <= most]
        case "minLength":
            return ["x" * (limit - 1)]
        case "maxLength":
            return ["x" * (limit + 1)]
        case "minimum":
            return [limit if schema.get("exclusiveMinimum") else limit - 1]
        case "maximum":
            return [limit if schema.get("exclusiveMaximum") else limit + 1]
        case "enum":
            return ["bogus", f"{limit[0]}x"]
        case "required":
            return [_ABSENT]
        case "additionalProperties":
            return [{"unknown": _ABSENT}]
        case "minItems":
            return [[1] * (limit - 1)]
        case "maxItems":
            return [list(range(1, limit + 2)), [f"x{number}" for number in range(limit + 1)]]
    return []


def _at_the_edge(constraint: Constraint, document: Schema) -> list[Any]:
    """Return values that keep the constraint, and break the next one that is stricter."""
    limit = constraint.value
    match constraint.keyword:
        case "minLength" | "maxLength":
            return ["x" * limit]
        case "minimum" | "maximum":
            return [limit]
        case "enum":
            return [limit[-1]]
        case "required":
            return [_ABSENT]
        case "nullable":
            return [None]
        case "maxItems" | "minItems":
            item = sample(document, constraint.schema["items"])
            return [[item] * limit]
    return []
