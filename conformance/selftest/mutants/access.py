"""Servers that let in whom the contract keeps out, and that know methods which it does not state."""

from collections.abc import Iterator

from conformance.selftest.combinators import On, on
from conformance.selftest.middleware import success
from conformance.selftest.mutants.mutant import Document, Mutant, operations
from conformance.selftest.request_changes import as_administrator

OPEN = "security dropped"
PERMISSION = "permission weakened"
METHOD = "method added"

_ADDED = ("patch", "delete", "put", "post")


def access_mutants(document: Document) -> Iterator[Mutant]:
    """For each operation: open to all, and to every key; for each path: a method more."""
    named: set[str] = set()
    for path, _, operation in operations(document):
        operation_id = operation["operationId"]
        yield Mutant(
            OPEN, operation_id, "security", fault=on(operation_id, status=401).retry(as_administrator)
        )
        if "x-permission" in operation:
            weakened = on(operation_id, status=403).retry(as_administrator)
            yield Mutant(PERMISSION, operation_id, "permission", fault=weakened)
        if path not in named:
            named.add(path)
            added = next(method for method in _ADDED if method not in document["paths"][path])
            yield Mutant(METHOD, operation_id, added, fault=_method(path, added.upper()))


def _method(path: str, method: str) -> On:
    asked = on(when=lambda request: request.method == method and request.is_at(path), status=405)
    return asked.reply(success({}))
