"""Servers that let in whom the contract keeps out, and that know methods which it does not state."""

import json
from collections.abc import Iterator

from conformance.selftest.middleware import Fault, Inner, Request, Response, State
from conformance.selftest.mutants.mutant import Document, Mutant, operations

OPEN = "security dropped"
PERMISSION = "permission weakened"
METHOD = "method added"

_ADDED = ("patch", "delete", "put", "post")
_REFUSED = (401, 403)


def access_mutants(document: Document) -> Iterator[Mutant]:
    """For each operation: open to all, and to every key; for each path: a method more."""
    named: set[str] = set()
    for path, _, operation in operations(document):
        operation_id = operation["operationId"]
        yield Mutant(OPEN, operation_id, "security", fault=_open(operation_id))
        if "x-permission" in operation:
            yield Mutant(PERMISSION, operation_id, "permission", fault=_any_key(operation_id))
        if path not in named:
            named.add(path)
            added = next(method for method in _ADDED if method not in document["paths"][path])
            yield Mutant(METHOD, operation_id, added, fault=_method(path, added.upper()))


def _open(operation_id: str) -> Fault:
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        if request.operation_id != operation_id:
            return await inner(request)
        response = await inner(request)
        return await inner(_as_administrator(request, state)) if response.status == 401 else response

    return fault


def _any_key(operation_id: str) -> Fault:
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        weak = response.status == 403 and request.operation_id == operation_id
        return await inner(_as_administrator(request, state)) if weak else response

    return fault


def _method(path: str, method: str) -> Fault:
    async def fault(request: Request, inner: Inner, state: State) -> Response:
        response = await inner(request)
        if request.method != method or response.status != 405 or not request.is_at(path):
            return response
        headers = (("content-type", "application/json"), ("x-request-id", "added"))
        return Response(200, headers, json.dumps({}).encode())

    return fault


def _as_administrator(request: Request, state: State) -> Request:
    return request.with_header("authorization", f"Bearer {state.key}")
