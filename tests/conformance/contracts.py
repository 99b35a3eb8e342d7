"""Contracts that tests make up."""

import json
from pathlib import Path
from typing import Any

from conformance.contract import document
from conformance.contract.document import Contract, Operation

OK = {"responses": {"200": {"description": "OK"}}}


def written(folder: Path, value: Any, name: str = "openapi.json") -> Path:
    """Return the file with a text, or with a value as JSON."""
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def stated(folder: Path, **members: Any) -> Path:
    """Return the file with a document of these members, which has a version, a title and a path."""
    least = {"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": {"/": {"get": OK}}}
    return written(folder, least | members)


def loaded(folder: Path, **members: Any) -> Contract:
    """Return the contract of these members."""
    return document.load(stated(folder, **members))


def operation(contract: Contract, operation_id: str) -> Operation:
    """Return an operation that there is."""
    found = contract.operation(operation_id)
    assert found is not None, operation_id
    return found
