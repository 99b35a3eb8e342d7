"""Small contracts, and modules of handlers, for tests of what reads them."""

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest
import yaml

from server.contract.document import Contract, Operation

OK: Mapping[str, Any] = {
    "200": {"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}}
}


def operation(operation_id: str = "getThing", **more: Any) -> dict[str, Any]:
    """Return an operation with what the server reads of it."""
    return {
        "operationId": operation_id,
        "tags": ["Big Things"],
        "summary": "Get a thing",
        "x-permission": "Things:View",
        "responses": OK,
    } | more


def parameter(name: str, location: str = "query", **schema: Any) -> dict[str, Any]:
    """Return a parameter."""
    return {"name": name, "in": location, "required": location == "path", "schema": schema}


def contract(paths: Mapping[str, Any], **components: Any) -> Contract:
    """Return a contract of these paths."""
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1.2.3"},
        "servers": [{"url": "/v1"}, {"url": "/v2"}],
        "security": [{"Bearer": []}],
        "paths": paths,
        "components": {
            "schemas": {},
            "securitySchemes": {"Bearer": {"type": "http", "scheme": "bearer"}},
        }
        | components,
    }
    return Contract(yaml.safe_dump(document, sort_keys=False).encode())


def one_operation(**more: Any) -> Operation:
    """Return the only operation of a small contract."""
    [only] = contract({"/things/{thing_id}": {"get": operation(**more)}}).operations
    return only


def add_handlers(monkeypatch: pytest.MonkeyPatch, source: str, name: str = "big_things") -> str:
    """Make a package with one module of handlers, and return the package's name."""
    package = "handlers_of_a_test"
    monkeypatch.setitem(sys.modules, package, ModuleType(package))
    module = ModuleType(f"{package}.{name}")
    exec(source, module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return package
